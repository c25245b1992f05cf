import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killed, type Place } from '../../test/store/proof/kills.ts'

/*
 * Power loss, as the tests of Linux file systems do it: an ext4 of its own in an image, shut down by its ioctl. What
 * was not synced by then never reaches the image; the next mount replays the journal. It takes root, a loop device and
 * python3 (Node has no ioctl). It does not show what a disk does that lies about its cache, nor writes that reach it
 * torn or in another order.
 *
 * The process is killed in the moment before the cut, not after it: a sync that is under way during the ioctl may
 * return success although nothing was written (Linux 6.18; a loop of pwrite and fdatasync lost its last
 * acknowledgement in 3 of 60 cuts), which no program can know of. Whoever was told is told before the kill either way.
 */

// FS_IOC_SHUTDOWN with FSOP_GOING_FLAGS_NOLOGFLUSH: nothing more is written, the journal not even.
const SHUTDOWN = `
import fcntl, os, struct, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
print('ready', flush=True)
if sys.stdin.readline():
    fcntl.ioctl(fd, 0x8004587d, struct.pack('I', 2))
`
const IMAGE_BYTES = 256 * 1_048_576

export class PowerCut implements Place {
  readonly directory: string
  readonly durability: 'full' | 'relaxed'
  readonly #root: string
  readonly #image: string
  readonly #mounted: string
  #switch: ChildProcess | null = null

  constructor(durability: 'full' | 'relaxed') {
    this.durability = durability
    this.#root = mkdtempSync(join(tmpdir(), 'careline-power-'))
    this.#image = join(this.#root, 'image')
    this.#mounted = join(this.#root, 'disk')
    this.directory = join(this.#mounted, 'store')
    mkdirSync(this.#mounted)
    writeFileSync(this.#image, '')
    truncateSync(this.#image, IMAGE_BYTES)
    execFileSync('mkfs.ext4', ['-q', '-F', this.#image])
  }

  /** Mounts it, and stands ready to cut: the cut itself takes no time. */
  async mount(): Promise<void> {
    execFileSync('mount', ['-o', 'loop,commit=300', this.#image, this.#mounted])
    this.#switch = spawn('python3', ['-c', SHUTDOWN, this.#mounted], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(this.#switch.stdout as NodeJS.ReadableStream, 'data')
  }

  async end(running: ChildProcess): Promise<void> {
    const cut = this.#switch as ChildProcess
    running.kill('SIGKILL')
    const done = once(cut, 'exit')
    cut.stdin?.end('now\n')
    const [code] = (await done) as [number | null]
    if (code !== 0) throw new Error('The file system could not be shut down.')
    await killed(running)
    execFileSync('umount', [this.#mounted])
    await this.mount()
  }

  async remove(): Promise<void> {
    const idle = this.#switch
    const gone = idle && once(idle, 'exit')
    idle?.kill()
    await gone
    execFileSync('umount', [this.#mounted])
    rmSync(this.#root, { recursive: true, force: true })
  }
}
