import { parseArgs } from 'node:util'
import packageJson from '../../../package.json' with { type: 'json' }
import { complain, say, told } from './words.ts'

const help = `Careline ${packageJson.version}

  careline [start]         Starts the server and tells where everything is.
  careline token           Prints an access token of the running server.
    --workspace demo         Of this workspace; without it, of the demo or the oldest.
    --as owner               For this role, or this e-mail address.
    --link                   Prints an address that signs in once instead.
  careline demo            Prints the addresses and logins of the demo.
    --json                   With ids and the simulators' secrets, for scripts.
    --reset                  Makes the demo anew (development only).
  careline doctor          Says what is wrong, and how to mend it; looks at every document and index.
  careline backup          Copies the store, of a running server as well.
    --to FILE | DIR/         Into this file; into a directory, with the files people sent.
  careline restore         Puts a backup into an empty data directory.
    --from FILE | DIR        This one.
  careline compact         Gives the space of what was deleted back to the disk.
  careline migrate-store   Copies all data between the embedded store and a MongoDB.
    --to mongodb://…         Into this one, which must be empty.
    --from mongodb://…       From this one (without --to: into the embedded store).
  careline store           Runs the embedded store by itself; prints its MONGODB_URI last.
    --read-only              Every write is refused.
    --tcp PORT               Also at this port of 127.0.0.1 (0: any), for everybody on this machine.
  careline --help          This.
  careline --version       The version.

Variables of the environment are in .env.example; a file .env in the current directory is read.`

type Values = Record<string, string | boolean | undefined>
interface Command {
  options: NonNullable<Parameters<typeof parseArgs>[0]>['options']
  run(values: Values): Promise<number>
}

// Each is loaded when it is asked for: who wants a token does not wait for a server to be read.
const commands: Readonly<Record<string, Command>> = {
  start: { options: {}, run: async () => (await import('./start.ts')).start() },
  token: {
    options: { workspace: { type: 'string' }, as: { type: 'string' }, link: { type: 'boolean' } },
    run: async (values) => (await import('./token.ts')).token(values),
  },
  demo: {
    options: { json: { type: 'boolean' }, reset: { type: 'boolean' } },
    run: async (values) => (await import('./demo.ts')).demo(values),
  },
  doctor: { options: {}, run: async () => (await import('./doctor.ts')).doctor() },
  backup: {
    options: { to: { type: 'string' } },
    run: async (values) => (await import('./backup.ts')).backup(values),
  },
  restore: {
    options: { from: { type: 'string' } },
    run: async (values) => (await import('./restore.ts')).restore(values),
  },
  compact: { options: {}, run: async () => (await import('./compact.ts')).compact() },
  'migrate-store': {
    options: { to: { type: 'string' }, from: { type: 'string' } },
    run: async (values) => (await import('./migrate-store.ts')).migrateStore(values),
  },
  store: {
    options: { 'read-only': { type: 'boolean' }, tcp: { type: 'string' } },
    run: async (values) => (await import('./store.ts')).store(values),
  },
}

/** Runs one command line; answers the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const [first = 'start', ...others] = args
  if (first === '--version' || first === '-v') return said(packageJson.version)
  if (args.some((arg) => arg === '--help' || arg === '-h') || first === 'help') return said(help)
  const [name, rest] = first.startsWith('-') ? ['start', args] : [first, others]
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) return wrong(`There is no command "${name}". There are: ${Object.keys(commands).join(', ')}.`)
  const values = read(command, name, rest)
  if (typeof values === 'string') return wrong(values)
  try {
    return await command.run(values)
  } catch (error) {
    return wrong(told(error))
  }
}

/** The options as they were given; in words, what is wrong with them. */
function read({ options = {} }: Command, name: string, rest: readonly string[]): Values | string {
  try {
    return parseArgs({ args: [...rest], options, strict: true }).values as Values
  } catch (error) {
    const known = Object.keys(options).map((option) => `--${option}`)
    const may = known.length > 0 ? `It takes ${known.join(', ')}.` : 'It takes no options.'
    return `careline ${name}: ${error instanceof Error ? (error.message.split('. ')[0] ?? '') : ''}. ${may}`
  }
}

function said(text: string) {
  say(text)
  return 0
}

function wrong(text: string) {
  complain(text)
  return 1
}
