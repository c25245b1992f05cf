/**
 * What PM2 does with `ecosystem.config.js`, as a process of its own: workers that share a port, `ready`, SIGINT and after
 * `kill_timeout` SIGKILL; a reload replaces one after the other. Its parent asks over IPC.
 */
import cluster, { type Worker } from 'node:cluster'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
// @ts-expect-error -- PM2 reads it as JavaScript.
import { apps as declared } from '../../ecosystem.config.js'

interface App {
  name: string
  script: string
  args: string
  exec_mode: 'cluster' | 'fork'
  instances: number | 'max'
  listen_timeout: number
  kill_timeout: number
  env: Record<string, string>
}
interface Running {
  app: App
  process: ChildProcess
}

const [workers = '2'] = process.argv.slice(2)
let running: Running[] = []
/** Those that PM2 would have had to kill. */
let killed = 0
let failed = 0

function launch(app: App): ChildProcess {
  if (app.exec_mode === 'fork')
    return spawn(process.execPath, [app.script, app.args], {
      env: { ...environment, ...app.env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  cluster.setupPrimary({ exec: app.script, args: [app.args], silent: true })
  const worker: Worker = cluster.fork(app.env)
  worker.process.stderr?.pipe(process.stderr)
  return worker.process
}

/** As PM2: whoever does not say that it is ready counts as launched after a while, and that is our failure. */
async function start(app: App): Promise<Running> {
  const process = launch(app)
  launched.add(process)
  process.once('exit', () => launched.delete(process))
  const ready = new Promise<void>((done) => {
    process.on('message', (message) => {
      if (message === 'ready') done()
    })
  })
  const tooLate = new Promise<'late'>((done) => setTimeout(done, app.listen_timeout, 'late').unref())
  const ended = once(process, 'exit').then(() => 'ended' as const)
  if ((await Promise.race([ready, tooLate, ended])) !== undefined) failed++
  return { app, process }
}

async function stop({ app, process }: Running) {
  if (process.exitCode !== null || process.signalCode !== null) return
  const gone = once(process, 'exit')
  process.kill('SIGINT')
  const hurry = setTimeout(() => {
    killed++
    process.kill('SIGKILL')
  }, app.kill_timeout)
  await gone
  clearTimeout(hurry)
}

const asked: Record<string, () => Promise<unknown>> = {
  async start() {
    for (const app of declared as App[])
      for (let n = 0; n < (app.exec_mode === 'cluster' ? Number(workers) : 1); n++) running.push(await start(app))
    return { pids: running.map(({ process }) => process.pid), names: running.map(({ app }) => app.name) }
  },
  async reload() {
    const old = running
    running = []
    for (const one of old) {
      running.push(await start(one.app))
      await stop(one)
    }
    return { killed, failed }
  },
  async stop() {
    await Promise.all(running.map(stop))
    return { killed, failed }
  },
}

// eslint-disable-next-line no-restricted-properties -- PM2 hands its own environment on.
const environment = process.env
process.on('message', (name: string) => {
  void asked[name]?.().then((answer) => process.send?.({ name, answer }))
})
const launched = new Set<ChildProcess>()
function end() {
  for (const one of launched) one.kill('SIGKILL')
  process.exit(0)
}
process.on('disconnect', end)
process.on('SIGTERM', end)
