import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { killed, type Place } from './kills.ts'
import type { Random } from './random.ts'

/** Whether there is what the disk is made with: a C compiler, and a loader that preloads (Linux). */
export const hasCompiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0

let made: string | undefined

/** The disk as a library, made once. */
function library(): string {
  if (made !== undefined) return made
  const directory = mkdtempSync(join(tmpdir(), 'careline-disk-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'disk.so')
  const source = join(import.meta.dirname, 'disk.c')
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', file, source, '-ldl', '-lpthread'])
  return (made = file)
}

/** What a process may be told of its disk; disk.c says what each does. */
export interface Mishap {
  cutAt?: number
  seed?: number
  bytes?: number
}

/** A directory whose disk may lose its power or fill up, for the processes that are started with its environment. */
export class Disk {
  readonly top = mkdtempSync(join(tmpdir(), 'careline-disk-'))
  readonly root = join(this.top, 'disk')
  readonly #platter = join(this.top, 'platter')

  constructor() {
    mkdirSync(this.root, { mode: 0o700 })
  }

  /** For the next process. */
  environment({ cutAt = 0, seed = 0, bytes = -1 }: Mishap = {}): string[] {
    rmSync(this.#platter, { recursive: true, force: true })
    mkdirSync(this.#platter)
    const wishes = [`DISK_CUT_AT=${cutAt}`, `DISK_SEED=${seed}`, `DISK_BYTES=${bytes}`]
    return [`LD_PRELOAD=${library()}`, `DISK_ROOT=${this.root}`, `DISK_PLATTER=${this.#platter}`, ...wishes]
  }

  /** What the last process did to it, which ended by itself. */
  get done(): { changes: number; bytes: number } {
    const [changes = 0, bytes = 0] = readFileSync(join(this.#platter, 'changes'), 'utf8').split(' ').map(Number)
    return { changes, bytes }
  }

  /** What is there when the power comes back: the platter, and nothing else. */
  powerReturns(): void {
    rmSync(this.root, { recursive: true, force: true })
    mkdirSync(this.root, { mode: 0o700 })
    const names = join(this.#platter, 'names')
    for (const line of existsSync(names) ? readFileSync(names, 'utf8').split('\n') : []) {
      const [, number = '', name = ''] = /^(\d+) (.+)$/.exec(line) ?? []
      if (name === '') continue
      mkdirSync(dirname(join(this.root, name)), { recursive: true, mode: 0o700 })
      copyFileSync(join(this.#platter, number), join(this.root, name))
    }
  }

  remove(): void {
    rmSync(this.top, { recursive: true, force: true })
  }
}

const PATIENCE_MS = 3_000
/** Of its start; of some dozens of commits; enough to come to the end of a checkpoint, which is 16,384 pages. */
const CHANGES_MAX = [60, 4_000, 4_000, 4_000, 60_000] as const

/** A store whose power goes at a change that chance names, in the middle of whatever it does then. */
export class Powerless implements Place {
  readonly durability: 'full' | 'relaxed'
  readonly directory: string
  readonly #disk = new Disk()
  readonly #random: Random
  readonly #changesMax: readonly number[]
  #starts = 0
  #cutAt = 0
  /** How often the power went by itself; a process that outlived its writers was ended in another way. */
  cuts = 0

  /** `changesMax`: one of these is the most that a process changes before its power goes. */
  constructor(durability: 'full' | 'relaxed', random: Random, changesMax: readonly number[] = CHANGES_MAX) {
    this.durability = durability
    this.#random = random
    this.#changesMax = changesMax
    this.directory = join(this.#disk.root, 'store')
  }

  /** Every other time what was not synced is lost altogether, and else as chance has it, sector by sector. */
  environment(): string[] {
    this.#cutAt = this.#starts++ === 0 ? 0 : this.#random.between(1, this.#random.pick(this.#changesMax))
    const seed = this.#random.chance(0.5) ? this.#random.between(1, 1_000_000) : 0
    return this.#disk.environment({ cutAt: this.#cutAt, seed })
  }

  async end(running: ChildProcess): Promise<void> {
    const isOver = () => running.exitCode !== null || running.signalCode !== null
    // Whose power does not go is not waited for.
    if (this.#cutAt > 0 && !isOver()) await Promise.race([once(running, 'exit'), setTimeout(PATIENCE_MS)])
    if (isOver()) this.cuts++
    await killed(running)
    this.#disk.powerReturns()
  }

  remove(): void {
    this.#disk.remove()
  }
}
