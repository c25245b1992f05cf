import { z } from 'zod'
import { createLog } from '../../../kernel/log.ts'
import { missing, Problem } from '../../../kernel/problem.ts'
import { startEmbeddedStore } from '../../../store/embedded/start.ts'
import { openControl } from '../control.ts'
import { logged } from '../store-events.ts'
import { readConfig } from './environment.ts'
import { checkRestored, hasStore, storeControls, storeDirectory } from './store-controls.ts'
import { whenAsked } from './when-asked.ts'
import { complain, say, told } from './words.ts'

const Port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.int().max(65_535))

/** Runs the embedded store as a process of its own until it is asked to stop. The last line is its MONGODB_URI. */
export async function store(options: { 'read-only'?: boolean; tcp?: string }): Promise<number> {
  const config = readConfig()
  checkRestored(config)
  const { 'read-only': readOnly = false } = options
  const port = options.tcp === undefined ? undefined : Port.safeParse(options.tcp)
  if (port && !port.success) throw new Problem('invalid', 'port', '--tcp takes a port: a number from 0 to 65535.')
  const directory = storeDirectory(config)
  if (readOnly && !hasStore(config)) throw missing('no_store', `There is no store in ${directory} to be read.`)
  const embedded = await startEmbeddedStore({
    directory,
    durability: config.durability,
    readOnly,
    onEvent: logged(createLog(config.logLevel)),
    onFailure: (error) => {
      complain(told(error))
      process.exit(1)
    },
    ...(port && { tcpPort: port.data }),
  })
  const control = await openControl(
    directory,
    storeControls(() => embedded),
  )
  const ended = whenAsked(async () => {
    await control.close()
    await embedded.close()
  })
  say(`The store in ${directory} is open${readOnly ? ', read-only' : ''}. Ctrl+C closes it.`)
  if (embedded.tcpUri) say('Everybody on this machine can reach it at this port, without a password. MONGODB_URI:')
  else say('Only this user can reach it. MONGODB_URI:')
  say(embedded.tcpUri ?? embedded.uri)
  process.send?.('ready')
  return ended
}
