import { createHash, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { Problem } from '../kernel/problem.ts'
import { decrypt, encrypt, keyNumberMax } from './cipher.ts'
import { isDuplicate, type Store, type Stored } from './connection.ts'

/** What belongs to no workspace is sealed by the keys of this one. */
export const platform = 'platform'

export interface Master {
  /** Names it without telling it: a part of a hash. */
  id: string
  key: KeyObject
}

/** `bytes`: 32. */
export function masterOf(bytes: Buffer): Master {
  if (bytes.length !== 32) throw new Error('the master key has 32 bytes')
  const id = createHash('sha256').update('careline master key').update(bytes).digest('hex').slice(0, 8)
  return { id, key: createSecretKey(bytes) }
}

/** How far the change of a workspace's data key has come. */
export interface Rotation {
  /** The new key's number. */
  to: number
  /** published: every process learns of it; sealing: all is sealed anew; resting: until nobody can still use the old. */
  stage: 'published' | 'sealing' | 'resting'
  /** Since when it is in this stage, epoch ms. */
  since: number
  /** What nobody could open, at most ten places: the old key stays as long as there are any. */
  stuck: string[]
  /** How many values were sealed anew. */
  resealed: number
  /** Where a pass goes on that was interrupted. */
  at: { collection: string; id: string } | null
}

/** A workspace's keys as they rest. */
export interface KeyRow {
  workspaceId: string
  /** By their numbers, oldest first, each wrapped by the master key. */
  keys: { no: number; wrapped: Uint8Array }[]
  current: number
  /** Of the blind index, wrapped; it outlives the data keys. Null as long as the first data key yields it. */
  index: Uint8Array | null
  /** The id of the master key that wraps them; null in rows of before masters had ids. */
  master: string | null
  rotation: Rotation | null
  /** When the workspace was closed for good, epoch ms: its keys are no more. */
  destroyedAt: number | null
  /** Counts the changes. */
  rev: number
}

/** The master key of this data is another than those of this process. */
export class WrongMasterKey extends Error {}
/** The workspace was closed, and its keys destroyed: nothing of it can be read, now or ever. */
export class KeysDestroyed extends Problem {
  constructor(workspaceId: string) {
    super(
      'missing',
      'workspace_destroyed',
      `The workspace ${workspaceId} was closed for good: nothing of it can be read.`,
    )
  }
}

export const contextOf = (workspaceId: string, no: number) =>
  no === 1 ? `vault/${workspaceId}` : `vault/${workspaceId}/${no}`
const indexContext = (workspaceId: string) => `vault/${workspaceId}/index`

export const indexFrom = (data: Uint8Array) => Buffer.from(hkdfSync('sha256', data, '', 'careline blind index', 32))

/** What the driver gives for binary data: a Binary, or bytes. */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  const { buffer } = value as { buffer?: unknown }
  if (buffer instanceof Uint8Array) return buffer
  throw new Error('this field should hold encrypted bytes')
}

export function readRow(stored: Stored): KeyRow {
  const kept = stored as Stored & Partial<Omit<KeyRow, 'keys'>> & { keys?: { no: number; wrapped: unknown }[] }
  const earlier = stored['wrapped'] === undefined ? [] : [{ no: 1, wrapped: stored['wrapped'] }]
  const at = (value: unknown) => (value instanceof Date ? value.getTime() : null)
  const rotation = stored['rotation'] as (Omit<Rotation, 'since'> & { since: Date }) | undefined
  return {
    workspaceId: stored._id,
    keys: (kept.keys ?? earlier).map(({ no, wrapped }) => ({ no, wrapped: bytesOf(wrapped) })),
    current: kept.current ?? 1,
    index: stored['index'] ? bytesOf(stored['index']) : null,
    master: kept.master ?? null,
    rotation: rotation ? { ...rotation, since: rotation.since.getTime() } : null,
    destroyedAt: at(stored['destroyedAt']),
    rev: kept.rev ?? 0,
  }
}

/** The opened keys of a row. @throws WrongMasterKey, KeysDestroyed */
export function openRow(row: KeyRow, masters: readonly Master[]) {
  const { workspaceId, keys, index, destroyedAt } = row
  if (destroyedAt !== null) throw new KeysDestroyed(workspaceId)
  const unwrap = unwrapping(row, masters)
  const data = keys.map(({ no, wrapped }) => ({ no, bytes: unwrap(contextOf(workspaceId, no), wrapped) }))
  const [oldest] = data
  if (!oldest) throw new Error(`the row of ${workspaceId} in vault_keys holds no key`)
  return { data, index: index ? unwrap(indexContext(workspaceId), index) : indexFrom(oldest.bytes) }
}

function unwrapping({ workspaceId, master }: KeyRow, masters: readonly Master[]) {
  return (context: string, wrapped: Uint8Array): Buffer => {
    let cause: unknown
    for (const { id, key } of masters) {
      if (master !== null && id !== master) continue
      try {
        return decrypt(key, context, wrapped)
      } catch (error) {
        cause = error
      }
    }
    throw wrongMaster(workspaceId, master, masters, cause)
  }
}

function wrongMaster(workspaceId: string, master: string | null, masters: readonly Master[], cause: unknown) {
  const has = masters.map(({ id }) => id).join(', ')
  const needs = master === null ? 'another one' : master
  return new WrongMasterKey(
    `CARELINE_MASTER_KEY is not the key that this data was encrypted with (${workspaceId} needs ${needs}, here is ${has}; ` +
      'a former key belongs into CARELINE_MASTER_KEY_PREVIOUS)',
    { cause },
  )
}

/** The rows of vault_keys: the only place that writes them. */
export class VaultKeys {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  get #rows() {
    return this.#store.collection('vault_keys')
  }

  async of(workspaceId: string): Promise<KeyRow | undefined> {
    const found = await this.#rows.findOne({ _id: workspaceId })
    return found ? readRow(found) : undefined
  }

  /** One that the master key must open: the platform's own, or anybody's. Undefined where nothing is encrypted yet. */
  async some(): Promise<KeyRow | undefined> {
    const [own, any] = [await this.of(platform), await this.#rows.findOne({ destroyedAt: { $exists: false } } as never)]
    return own ?? (any ? readRow(any) : undefined)
  }

  async *all(): AsyncGenerator<KeyRow> {
    for await (const stored of this.#rows.find({}).sort({ _id: 1 })) yield readRow(stored)
  }

  /** The revisions of these workspaces' rows, in one read. */
  async revisions(workspaceIds: readonly string[]): Promise<Map<string, number>> {
    const found = await this.#rows.find({ _id: { $in: [...workspaceIds] } }, { projection: { rev: 1 } }).toArray()
    return new Map(found.map(({ _id, rev }) => [_id, (rev as number | undefined) ?? 0]))
  }

  /** The first key of a workspace. False where another process made it first. */
  async make(workspaceId: string, { id, key }: Master): Promise<boolean> {
    const wrapped = encrypt(key, contextOf(workspaceId, 1), randomBytes(32))
    const row = { keys: [{ no: 1, wrapped }], current: 1, master: id, rev: 1, createdAt: new Date() }
    try {
      await this.#rows.insertOne({ _id: workspaceId, workspaceId, ...row })
      return true
    } catch (error) {
      if (!isDuplicate(error)) throw error
      return false
    }
  }

  /** Which master key new ones are wrapped with: the one that the whole installation has come to. */
  async masterFor(masters: readonly Master[]): Promise<Master> {
    const [newest] = masters
    if (!newest) throw new Error('there is no master key')
    const row = await this.of(platform)
    return masters.find(({ id }) => id === row?.master) ?? newest
  }

  /** Wraps a row's keys with another master key. False where somebody changed it meanwhile. */
  async rewrap(row: KeyRow, masters: readonly Master[], to: Master): Promise<boolean> {
    if (row.destroyedAt !== null || row.master === to.id) return true
    const { workspaceId } = row
    const { data, index } = openRow(row, masters)
    const keys = data.map(({ no, bytes }) => ({ no, wrapped: encrypt(to.key, contextOf(workspaceId, no), bytes) }))
    const wrappedIndex = row.index && { index: encrypt(to.key, indexContext(workspaceId), index) }
    return this.#change(row, { keys, ...wrappedIndex, current: row.current, master: to.id }, { wrapped: '' })
  }

  /** Makes the next key known, which nobody uses yet. False where a change is under way, or somebody was faster. */
  async publish(row: KeyRow, masters: readonly Master[], now: number): Promise<boolean> {
    if (row.rotation || row.destroyedAt !== null) return false
    const { workspaceId } = row
    const to = Math.max(...row.keys.map(({ no }) => no)) + 1
    if (to > keyNumberMax) throw new Error(`${workspaceId} has used up its ${keyNumberMax} key numbers`)
    const master = masters.find(({ id }) => id === row.master) ?? (await this.masterFor(masters))
    const { data, index } = openRow(row, masters)
    const all = [...data, { no: to, bytes: randomBytes(32) }]
    const keys = all.map(({ no, bytes }) => ({ no, wrapped: encrypt(master.key, contextOf(workspaceId, no), bytes) }))
    const rotation = { to, stage: 'published', since: new Date(now), stuck: [], resealed: 0, at: null }
    const wrappedIndex = encrypt(master.key, indexContext(workspaceId), index)
    const set = { keys, index: wrappedIndex, current: row.current, master: master.id, rotation }
    return this.#change(row, set, { wrapped: '' })
  }

  /** The next stage of a change. False where somebody else took it. */
  advance(row: KeyRow, stage: Rotation['stage'], now: number): Promise<boolean> {
    const { rotation } = row
    if (!rotation) return Promise.resolve(false)
    const since = new Date(now)
    return this.#change(row, { current: rotation.to, 'rotation.stage': stage, 'rotation.since': since })
  }

  /** Notes how far a pass is; it is no change that processes need to hear of. */
  async progress(workspaceId: string, { at, stuck, resealed }: Omit<Rotation, 'to' | 'stage' | 'since'>) {
    const set = { 'rotation.at': at, 'rotation.stuck': stuck.slice(0, 10) }
    const update = { $set: set, $inc: { 'rotation.resealed': resealed } }
    await this.#rows.updateOne({ _id: workspaceId, rotation: { $exists: true } }, update as never)
  }

  /** Only the new key is left. */
  finish(row: KeyRow): Promise<boolean> {
    const keys = row.keys.filter(({ no }) => no === row.rotation?.to)
    if (keys.length !== 1) throw new Error(`the new key of ${row.workspaceId} is not there`)
    return this.#change(row, { keys }, { rotation: '' })
  }

  /** Puts keys there that a backup's book has; there must be none of this workspace. */
  async restore(
    workspaceId: string,
    { data, index, current }: { data: { no: number; bytes: Uint8Array }[]; index: Uint8Array; current: number },
    { id, key }: Master,
  ): Promise<void> {
    const keys = data.map(({ no, bytes }) => ({ no, wrapped: encrypt(key, contextOf(workspaceId, no), bytes) }))
    const wrapped = { keys, index: encrypt(key, indexContext(workspaceId), index), current, master: id }
    await this.#rows.insertOne({ _id: workspaceId, workspaceId, ...wrapped, rev: 1, createdAt: new Date() })
  }

  /** For ever. What is sealed by them, here and in every backup without their keys, is noise from now on. */
  async destroy(workspaceId: string, now: number): Promise<void> {
    const gone = { keys: '', wrapped: '', index: '', rotation: '', current: '', master: '' }
    const update = {
      $set: { workspaceId, destroyedAt: new Date(now) },
      $unset: gone,
      $inc: { rev: 1 },
    }
    await this.#rows.updateOne({ _id: workspaceId }, update as never, { upsert: true })
  }

  async #change({ workspaceId, rev }: KeyRow, set: object, unset: Record<string, ''> = {}): Promise<boolean> {
    const filter = { _id: workspaceId, rev: rev === 0 ? { $exists: false } : rev }
    const update = { $set: { ...set, rev: rev + 1 }, ...(Object.keys(unset).length > 0 && { $unset: unset }) }
    const { matchedCount } = await this.#rows.updateOne(filter, update)
    return matchedCount > 0
  }
}
