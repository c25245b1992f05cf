/**
 * A rolling reload under load: `node bench/proof/reload.ts --sockets 500 --per-second 200 --reloads 3`. Two web processes
 * and one of schedules, as `ecosystem.config.js` says, under a parent that does what PM2 does; or under PM2 itself:
 * `--pm2 /somewhere/node_modules/.bin/pm2`.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { type Reloader, reloading } from '../../test/cluster/reload.ts'
import { load, print } from '../figures.ts'

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '500' },
    'per-second': { type: 'string', default: '200' },
    reloads: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    pm2: { type: 'string' },
  },
})

/** PM2 with a daemon of its own. It starts as many workers as there are cores. */
function pm2(program: string, variables: Record<string, string>): Reloader {
  const home = mkdtempSync(join(tmpdir(), 'pm2-'))
  const path = [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter)
  const root = join(import.meta.dirname, '../..')
  const run = async (...args: string[]) => {
    const env = { ...variables, PATH: path, PM2_HOME: home }
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { env, cwd: root })
    return stdout
  }
  const restarts = async () => {
    const list = JSON.parse(await run('jlist')) as { pm2_env: { status: string; unstable_restarts: number } }[]
    return list.filter(({ pm2_env: env }) => env.status !== 'online' || env.unstable_restarts > 0).length
  }
  return {
    start: () => run('start', 'ecosystem.config.js'),
    reload: async () => {
      await run('reload', 'ecosystem.config.js')
      const killed = readFileSync(join(home, 'pm2.log'), 'utf8').match(/sending it SIGKILL/g)?.length ?? 0
      return { killed, failed: await restarts() }
    },
    stop: async () => {
      await run('kill')
      rmSync(home, { recursive: true, force: true })
    },
  }
}

const { pm2: program } = values
const { failed, lost, ...result } = await reloading({
  sockets: Number(values.sockets),
  perSecond: Number(values['per-second']),
  reloads: Number(values.reloads),
  workers: Number(values.workers),
  tell: print,
  ...(program !== undefined && { reloader: (variables: Record<string, string>) => pm2(program, variables) }),
})
for (const line of [...failed, ...lost].slice(0, 50)) print(line)
print(JSON.stringify({ failed: failed.length, lost: lost.length, ...result }))
print(`load average at the end ${load()}`)
process.exit(failed.length + lost.length === 0 ? 0 : 1)
