import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/** A Redis of this run alone, on a unix socket; undefined where there is no `redis-server` on PATH. */
export async function ownRedis() {
  const directory = mkdtempSync(join(tmpdir(), 'clb-'))
  const url = join(directory, 's')
  const args = ['--port', '0', '--unixsocket', url, '--dir', directory, '--save', '', '--appendonly', 'no']
  const running = spawn('redis-server', args, { stdio: 'ignore' })
  const stop = () => {
    running.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
  if (await isThere(running, url)) return { url, stop }
  stop()
  return undefined
}

async function isThere(running: ChildProcess, url: string) {
  const probe = new Redis(url, { retryStrategy: (tries) => (tries < 300 ? 10 : null), maxRetriesPerRequest: null })
  probe.on('error', () => undefined) // It is not there yet: that is what is waited for.
  const missing = new Promise<false>((none) => running.once('error', () => none(false)))
  const answered = await Promise.race([missing, probe.ping().then(() => true)])
  probe.disconnect()
  return answered
}
