import cluster from 'node:cluster'
import { createServer } from 'node:net'
import { readConfig } from './environment.ts'
import type { Config } from '../../../kernel/config.ts'
import { complain, told } from './words.ts'

/** Starts the server, and stays. Resolves when it has ended: 0, or 1 when it could not start or not end in time. */
export async function start(): Promise<number> {
  const config = readConfig()
  try {
    // Under PM2 the workers share the port: a probe would be given connections, and drop them.
    if (config.role !== 'jobs' && !cluster.isWorker) await whenFree(config)
    // Read only now: what was wrong until here was said at once.
    const { checkRestored } = await import('./store-controls.ts')
    checkRestored(config)
    const { serve } = await import('./serve.ts')
    return await serve(config)
  } catch (error) {
    complain(told(error, config))
    if (config.logLevel === 'debug') complain(error instanceof Error ? (error.stack ?? '') : '')
    return 1
  }
}

/** Asked before the demo is made: a port that is taken should not cost anybody these seconds. */
function whenFree({ port, host }: Config) {
  return new Promise<void>((free, taken) => {
    const probe = createServer()
    probe.once('error', taken)
    probe.listen(port, host, () => probe.close(() => free()))
  })
}
