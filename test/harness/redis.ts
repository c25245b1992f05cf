import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { loadConfig } from '../../kernel/config.ts'

const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const one of alive) one.kill('SIGKILL')
})

/** A Redis of this test run alone, on a unix socket, which keeps nothing on disk: what it forgets is forgotten. */
export class PrivateRedis {
  /** The path of its socket, which ioredis takes for a URL. */
  readonly url: string
  readonly #directory: string
  #running: ChildProcess | undefined

  private constructor() {
    // Short: the path of a socket has at most 107 bytes.
    this.#directory = mkdtempSync(join(tmpdir(), 'clr-'))
    this.url = join(this.#directory, 's')
  }

  static async start(): Promise<PrivateRedis> {
    const redis = new PrivateRedis()
    await redis.#run()
    return redis
  }

  /** It answers nobody, and nobody's connection ends. */
  pause() {
    this.#running?.kill('SIGSTOP')
  }

  resume() {
    this.#running?.kill('SIGCONT')
  }

  /** As `kill -9` does: all that it held is gone. */
  async kill() {
    const running = this.#running
    this.#running = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const gone = once(running, 'exit')
    running.kill('SIGKILL')
    await gone
  }

  /** Killed, and back at the same place, empty. */
  async restart() {
    await this.kill()
    await this.#run()
  }

  async stop() {
    await this.kill()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #run() {
    rmSync(this.url, { force: true })
    const place = ['--port', '0', '--unixsocket', this.url, '--dir', this.#directory]
    const running = spawn(serverOnPath(), [...place, '--save', '', '--appendonly', 'no', '--daemonize', 'no'], {
      stdio: 'ignore',
    })
    alive.add(running)
    running.once('exit', () => alive.delete(running))
    this.#running = running
    const ended = once(running, 'exit').then(([code]) => {
      throw new Error(`redis-server ended before it was ready (${code})`)
    })
    const answered = answers(this.url)
    await Promise.race([answered, ended])
    // Whoever ends it later is expected to.
    void ended.catch(() => undefined)
  }
}

/**
 * A Redis for tests that do nothing to it: REDIS_URL's where there is one, so that a suite can be run against another
 * make or version; else a private one. `stop` ends only what was started here.
 */
export async function anyRedis(): Promise<{ url: string; stop(): Promise<void> }> {
  const { redisUrl } = loadConfig() as { redisUrl?: string }
  return redisUrl === undefined ? PrivateRedis.start() : { url: redisUrl, stop: async () => undefined }
}

async function answers(url: string) {
  const probe = new Redis(url, { retryStrategy: (tries) => (tries < 500 ? 10 : null), maxRetriesPerRequest: null })
  probe.on('error', () => undefined) // It is not there yet: that is what is waited for.
  await probe.ping()
  probe.disconnect()
}

const isOnPath = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
const servers = ['redis-server', 'valkey-server']

/** Installs one where that is possible; `RUNLEVEL=1` keeps the package from starting a service of its own. */
function serverOnPath(): string {
  const found = servers.find(isOnPath)
  if (found) return found
  if (process.getuid?.() === 0 && isOnPath('apt-get')) {
    const install = 'apt-get update -qq; apt-get install -y -qq --no-install-recommends redis-server'
    spawnSync('sh', ['-c', `export RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive; ${install}`], { timeout: 180_000 })
    const installed = servers.find(isOnPath)
    if (installed) return installed
  }
  throw new Error(
    'These tests need Redis: install redis-server (apt-get install redis-server, brew install redis), or set REDIS_URL for those that do not stop it.',
  )
}
