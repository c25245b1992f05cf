import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { checkBackup, sealCopy } from '../../../store/embedded/backup.ts'
import { startEmbeddedStore } from '../../../store/embedded/start.ts'
import { Disk, type Mishap } from './disk.ts'

/*
 * What is done to a whole store, cut off at any of its changes to the disk, or by a disk that is full. Afterwards the
 * store opens, has all that it had, and agrees with its indexes; a copy is whole or is not taken for one; and a restore,
 * given again, comes to its end.
 */

const DOCUMENTS = 300
const bin = join(import.meta.dirname, '../../../bin/careline.js')
const child = join(import.meta.dirname, 'child.ts')
const sent = 'the bytes that somebody sent'

/** A data directory as a clinic has it, and a backup of it. */
export class Original {
  readonly top = mkdtempSync(join(tmpdir(), 'careline-original-'))
  readonly data = join(this.top, 'data')
  readonly backup = join(this.top, 'backup')

  static async made(): Promise<Original> {
    const original = new Original()
    const store = await startEmbeddedStore({ directory: join(original.data, 'store'), durability: 'relaxed' })
    await filled(store.uri)
    for (const name of ['files', 'files/ws_1']) mkdirSync(join(original.data, name))
    writeFileSync(join(original.data, 'files/ws_1/f_1'), sent)
    mkdirSync(original.backup)
    await store.backup(join(original.backup, 'careline.sqlite'))
    sealCopy(join(original.backup, 'careline.sqlite'), { madeAt: new Date(0).toISOString(), version: '0' })
    cpSync(join(original.data, 'files'), join(original.backup, 'files'), { recursive: true })
    await store.close()
    return original
  }

  remove() {
    rmSync(this.top, { recursive: true, force: true })
  }
}

/** As many are deleted as stay, so that there is something to give back. */
async function filled(uri: string) {
  const client = await mongoose.mongo.MongoClient.connect(uri)
  const things = client.db().collection<any>('things')
  await things.createIndexes([{ key: { tags: 1 }, name: 'tags' }])
  const all = Array.from({ length: DOCUMENTS * 2 }, (_, n) => ({
    _id: n,
    n,
    tags: [n % 7, 'x'],
    pad: 'p'.repeat(1_500),
  }))
  await things.insertMany(all)
  await things.deleteMany({ n: { $mod: [2, 1] } })
  await client.close()
}

/** Throws what is wrong with the store of a data directory. */
async function lookAt(data: string, index?: string) {
  const store = await startEmbeddedStore({ directory: join(data, 'store') })
  const client = await mongoose.mongo.MongoClient.connect(store.uri)
  try {
    const wrong = (await store.validate()).flatMap(({ errors }) => errors)
    if (wrong.length > 0) throw new Error(wrong.join('; '))
    const things = client.db().collection<any>('things')
    const found = (await things.find().sort({ _id: 1 }).toArray()).map(({ _id, pad }) => `${_id} ${String(pad).length}`)
    const expected = Array.from({ length: DOCUMENTS }, (_, n) => `${n * 2} 1500`)
    if (found.join() !== expected.join()) throw new Error(`there are ${found.length} documents, not as they were`)
    if (index !== undefined) await things.createIndex({ [index]: 1 })
    if (index !== undefined && (await things.countDocuments({}, { hint: { [index]: 1 } })) !== DOCUMENTS)
      throw new Error('the index lacks documents')
  } finally {
    await client.close()
    await store.close()
  }
}

function lookAtFiles(data: string) {
  if (readFileSync(join(data, 'files/ws_1/f_1'), 'utf8') !== sent) throw new Error('a file is not as it was')
}

interface Ended {
  code: number | null
  signal: string | null
  err: string
}

export class Deed {
  readonly disk = new Disk()
  readonly name: string
  readonly #original: Original
  readonly #deed: (typeof deeds)[DeedName]

  constructor(name: DeedName, original: Original) {
    this.name = name
    this.#original = original
    this.#deed = deeds[name]
  }

  get data() {
    return join(this.disk.root, 'data')
  }

  /** From the same beginning each time. */
  run(mishap: Mishap = {}): Ended {
    rmSync(this.disk.root, { recursive: true, force: true })
    mkdirSync(this.data, { recursive: true, mode: 0o700 })
    if (this.#deed.isOnStore) cpSync(this.#original.data, this.data, { recursive: true })
    return this.again(mishap)
  }

  again(mishap: Mishap = {}): Ended {
    const command = this.#deed.command(this.data, this.#original)
    const compiled = `NODE_COMPILE_CACHE=${join(this.#original.top, 'compiled')}`
    const environment = [...this.disk.environment(mishap), `CARELINE_DATA=${this.data}`, 'LOG_LEVEL=error', compiled]
    const { status, signal, stderr } = spawnSync('env', ['-i', ...environment, process.execPath, ...command], {
      cwd: this.disk.top,
      encoding: 'utf8',
      timeout: 60_000,
    })
    return { code: status, signal, err: stderr }
  }

  /** Throws what is wrong now, however far the deed has come. */
  async look(): Promise<void> {
    await this.#deed.look(this)
  }

  /** Copies of the store that have their own name. */
  get copies(): string[] {
    const backups = join(this.disk.root, 'backups')
    return (existsSync(backups) ? readdirSync(backups) : []).map((name) => join(backups, name))
  }

  remove() {
    this.disk.remove()
  }
}

const deeds = {
  compact: {
    isOnStore: true,
    command: () => [bin, 'compact'],
    look: ({ data }: Deed) => lookAt(data),
  },
  backup: {
    isOnStore: true,
    command: (data: string) => [bin, 'backup', '--copy', '--to', `${join(data, '../backups')}/`],
    look: async (deed: Deed) => {
      await lookAt(deed.data)
      for (const copy of deed.copies) {
        if (isHalf(copy)) continue
        checkBackup(join(copy, 'careline.sqlite'))
        lookAtFiles(copy)
      }
    },
  },
  restore: {
    isOnStore: false,
    command: (_: string, { backup }: Original) => [bin, 'restore', '--from', backup],
    look: async (deed: Deed) => {
      const isRestored = existsSync(join(deed.data, 'store/careline.sqlite')) && !isUnfinished(deed.data)
      if (!isRestored) mustSucceed(deed.again())
      await lookAt(deed.data)
      lookAtFiles(deed.data)
    },
  },
  'index build': {
    isOnStore: true,
    command: (data: string) => [child, join(data, 'store'), 'full', 'index'],
    look: ({ data }: Deed) => lookAt(data, 'pad'),
  },
} as const

export type DeedName = keyof typeof deeds
export const deedNames = Object.keys(deeds) as DeedName[]

/** A copy under way says so in its name; another is whole, or cannot be told from one. */
const isHalf = (copy: string) => copy.endsWith('.part')

const isUnfinished = (data: string) => existsSync(join(data, 'restoring'))

function mustSucceed({ code, err }: Ended) {
  if (code !== 0) throw new Error(`the same command again ends with ${code}: ${err}`)
}

export interface Interrupted {
  /** What was not synced is lost. */
  cut: number
  /** Some of it is lost, sector by sector. */
  torn: number
  /** Nothing of it is lost: the process was killed, and the machine went on. */
  killed: number
  /** How often it ended because the disk was full. */
  full: number
}

const ENDS = ['cut', 'torn', 'killed'] as const
/** How the one at this point comes about. */
export const endAt = (point: number) => ENDS[point % ENDS.length] ?? 'cut'

/** At `points` of its changes, spread over all of them, and with as many sizes of a disk. Throws at what goes wrong. */
export async function interrupt(
  name: DeedName,
  original: Original,
  points: number,
  sizes: number,
): Promise<Interrupted> {
  const deed = new Deed(name, original)
  const done: Interrupted = { cut: 0, torn: 0, killed: 0, full: 0 }
  try {
    mustSucceed(deed.run())
    const { changes, bytes } = deed.disk.done
    await deed.look()
    for (let point = 0; point < points; point++) {
      const end = endAt(point)
      const wanted = 1 + Math.floor(((point + Math.random()) * changes) / points)
      const cutAt = cutOff(deed, wanted, end)
      if (end !== 'killed') deed.disk.powerReturns()
      await told(`${end} at ${cutAt} of ${changes}`, () => deed.look())
      done[end]++
    }
    for (let size = 0; size < sizes; size++) {
      const room = Math.floor(((size + Math.random() * 0.9) * bytes) / sizes)
      const { code, err } = deed.run({ bytes: room })
      // With room for all but the tidying up at its end, it has done what it was to do.
      const isSaid = /full|room|ENOSPC|space/i.test(err)
      if (code !== 0 && !isSaid) throw new Error(`${name} with ${room} bytes does not say that it lacks room: ${err}`)
      await told(`a disk of ${room} of ${bytes} bytes`, () => deed.look())
      if (code !== 0) done.full++
    }
    return done
  } finally {
    deed.remove()
  }
}

/** It does not always make as many changes: where it came to its end before, the last of those that it made is taken. */
function cutOff(deed: Deed, wanted: number, end: (typeof ENDS)[number]): number {
  for (let cutAt = wanted; cutAt > 0; cutAt = Math.min(cutAt - 1, deed.disk.done.changes)) {
    const { signal, code, err } = deed.run({ cutAt, seed: end === 'torn' ? cutAt : 0 })
    if (signal === 'SIGKILL') return cutAt
    if (code !== 0 || deed.disk.done.changes >= cutAt)
      throw new Error(`${deed.name} was to end at ${cutAt}, and did not: ${err}`)
  }
  throw new Error(`${deed.name} makes no change`)
}

async function told(where: string, look: () => Promise<void>) {
  try {
    await look()
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error })
  }
}
