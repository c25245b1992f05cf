import { parseArgs } from 'node:util'
import packageJson from '../../../package.json' with { type: 'json' }
import { complain, say, told } from './words.ts'

const help = `Careline ${packageJson.version}

  careline [start]         Starts the server and tells where everything is.
  careline token           Prints an access token of the running server.
    --workspace demo         Of this workspace; without it, of the demo or the oldest.
    --as owner               For this role, or this e-mail address.
    --link                   Prints an address that signs in once instead.
  careline forget-factors  Takes the second factors of somebody away who has lost them.
    --as EMAIL               Whose: an e-mail address, or a role.
    --workspace demo         In this workspace; without it, in the demo or the oldest.
  careline demo            Prints the addresses and logins of the demo.
    --json                   With ids and the simulators' secrets, for scripts.
    --reset                  Makes the demo anew (development only).
  careline doctor          Says what is wrong, and how to mend it; looks at every document and index.
  careline backup          Backs everything up, encrypted, of a running server as well.
    --to FILE | DIR/         Into this file or directory; without it, into CARELINE_BACKUPS.
    --copy                   The embedded store as it is instead; into a directory, with the files.
  careline restore         Puts a backup into an empty data directory, or an empty MongoDB.
    --from FILE | DIR        This one.
    --keys FILE              With these keys; without it, those of keys.age beside it.
    --verify                 Into a scratch place only, to see that it can be.
  careline backup-key      Prints what opens backups: keep it elsewhere, safely.
  careline rotate-key      Puts a new master key in the place of the old one, while servers run.
    --data                   New data keys for all workspaces; everything is sealed anew.
    --workspace demo         Of this one only.
    --wait                   Until the old ones are destroyed.
    --status                 Says how far that is.
  careline audit           Looks through the audit of an export that was unpacked.
    --file DIR | FILE        Its data/audit_log.
  careline operator        Lists who looks after the installation (/platform).
    --add E-MAIL --name NAME Adds somebody; prints their password and second factor once.
    --reset E-MAIL           Gives them new ones.
    --disable E-MAIL         Lets them in no more.
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
  'forget-factors': {
    options: { workspace: { type: 'string' }, as: { type: 'string' } },
    run: async (values) => (await import('./forget-factors.ts')).forgetFactors(values),
  },
  demo: {
    options: { json: { type: 'boolean' }, reset: { type: 'boolean' } },
    run: async (values) => (await import('./demo.ts')).demo(values),
  },
  doctor: { options: {}, run: async () => (await import('./doctor.ts')).doctor() },
  backup: {
    options: { to: { type: 'string' }, copy: { type: 'boolean' } },
    run: async (values) => (await import('./backup.ts')).backup(values),
  },
  restore: {
    options: { from: { type: 'string' }, keys: { type: 'string' }, verify: { type: 'boolean' } },
    run: async (values) => (await import('./restore.ts')).restore(values),
  },
  'backup-key': { options: {}, run: async () => (await import('./backup-controls.ts')).backupKey() },
  'rotate-key': {
    options: {
      data: { type: 'boolean' },
      workspace: { type: 'string' },
      status: { type: 'boolean' },
      wait: { type: 'boolean' },
    },
    run: async (values) => (await import('./rotate-key.ts')).rotateKey(values),
  },
  audit: {
    options: { file: { type: 'string' } },
    run: async (values) => (await import('./audit.ts')).audit(values),
  },
  operator: {
    options: {
      add: { type: 'string' },
      name: { type: 'string' },
      reset: { type: 'string' },
      disable: { type: 'string' },
    },
    run: async (values) => (await import('./operator.ts')).operator(values as Record<string, string | undefined>),
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
