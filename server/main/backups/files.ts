import { createReadStream, existsSync, readdirSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { checkedKey, FileMissing, type FileStore, FileStoreUnavailable } from '../../../providers/files/port.ts'
import type { WholeDatabase } from '../../../store/archive/database.ts'

/** What a row of the database says of where its bytes rest. */
interface Row {
  _id: string
  workspaceId: string
  status?: string
  blob?: Resting
  thumb?: { blob?: Resting }
}
interface Resting {
  store: FileStore['kind']
  key: string
}

const resumptionsMax = 5
const lanes = 16

/** The bytes that go into a backup: what lies on the disk, and what the rows of files name in the bucket. */
export class FilesOfBackup {
  readonly #directory: string
  readonly #bucket: FileStore | undefined
  readonly #named = new Map<string, FileStore['kind']>()
  #missing = 0

  constructor({ directory, bucket }: { directory: string; bucket: FileStore | undefined }) {
    this.#directory = directory
    this.#bucket = bucket
  }

  /** So many that rows name are nowhere: they were removed, or moved, while the backup was made. */
  get missing() {
    return this.#missing
  }

  /** Passes the rows of files on, and keeps in mind what they name. */
  async *noting(lines: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const line of lines) {
      for (const { store, key } of restingOf(JSON.parse(line) as Row)) this.#named.set(key, store)
      yield line
    }
  }

  /** Read after the rows: bytes are there before their row is. */
  async *all(): AsyncGenerator<{ key: string; bytes: AsyncIterable<Uint8Array> }> {
    for await (const one of this.#onDisk()) {
      this.#named.delete(one.key)
      yield one
    }
    for (const [key, store] of this.#named) {
      const bytes = store === 's3' ? await this.#fetched(key) : undefined
      if (bytes) yield { key, bytes }
      else this.#missing++
    }
  }

  /** One that goes away meanwhile is not missed. */
  async *#onDisk() {
    for (const workspace of namesIn(this.#directory))
      for (const name of namesIn(join(this.#directory, workspace))) {
        if (name.endsWith('.part')) continue
        const path = join(this.#directory, workspace, name)
        const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return undefined
          throw error
        })
        if (handle) yield { key: `${workspace}/${name}`, bytes: createReadStream(path, { fd: handle }) }
      }
  }

  /** @throws where there is no bucket: a backup without its files is none */
  async #fetched(key: string) {
    if (!this.#bucket) throw new Error('files rest in S3, which is not configured (S3_BUCKET)')
    try {
      return resumed(this.#bucket, key, await this.#bucket.read(key))
    } catch (error) {
      if (error instanceof FileMissing) return undefined
      throw error
    }
  }
}

/** What breaks on its way is taken up where it broke: one of a hundred thousand files always does. */
async function* resumed(store: FileStore, key: string, first: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let [bytes, had, resumptions] = [first, 0, 0]
  for (;;)
    try {
      for await (const chunk of bytes) {
        had += chunk.length
        yield chunk
      }
      return
    } catch (error) {
      if (!(error instanceof FileStoreUnavailable) || ++resumptions > resumptionsMax) throw error
      bytes = await store.read(key, { from: had, to: Number.MAX_SAFE_INTEGER })
    }
}

/** Of an earlier release it is on the disk under the file's own id, and the directory has it in any case. */
function restingOf({ status, blob, thumb }: Row): Resting[] {
  if (status === 'gone') return []
  return [blob, thumb?.blob].filter((one) => one !== undefined)
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

/**
 * After a restore: what came from the bucket lies on the disk now. Where the bucket still has it, it rests there as
 * before; where it has not, the row says the disk, and the schedule `files` brings it into the bucket that is there.
 */
export async function settleFiles(database: WholeDatabase, directory: string, bucket: FileStore | undefined) {
  const isStillThere = async (key: string) => {
    if (!bucket || !(await has(bucket, key))) return false
    rmSync(join(directory, checkedKey(key)))
    return true
  }
  for await (const rows of database.resting('s3'))
    for (const field of ['blob', 'thumb.blob'] as const) {
      const lying = (rows as unknown as Row[]).flatMap(({ _id: id, blob, thumb }) => {
        const resting = field === 'blob' ? blob : thumb?.blob
        return resting?.store === 's3' && existsSync(join(directory, checkedKey(resting.key)))
          ? [{ id, key: resting.key }]
          : []
      })
      const still = await inLanes(lying, ({ key }) => isStillThere(key))
      const moved = lying.filter((_, nth) => still[nth] !== true).map(({ id }) => id)
      if (moved.length > 0) await database.restOn('disk', field, moved)
    }
}

/** A key is written once and never again, so what is under it is what was there. */
async function has(bucket: FileStore, key: string): Promise<boolean> {
  try {
    for await (const _ of await bucket.read(key, { from: 0, to: 0 })) return true
    return true
  } catch (error) {
    if (error instanceof FileMissing) return false
    throw error
  }
}

/** So many requests at a time; the answers in the order of what was asked. */
async function inLanes<One, Answer>(all: readonly One[], ask: (one: One) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let from = 0; from < all.length; from += lanes)
    answers.push(...(await Promise.all(all.slice(from, from + lanes).map(ask))))
  return answers
}
