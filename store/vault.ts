import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { decrypt, encrypt, keyNumberOf } from './cipher.ts'
import type { Store } from './connection.ts'
import { KeysDestroyed, type KeyRow, type Master, masterOf, openRow, VaultKeys } from './vault-keys.ts'

export { bytesOf } from './vault-keys.ts'

// Key objects, not bytes: Node checks bytes anew at each use, which costs more than the encryption (measured: 15 to 4 µs).
interface Keys {
  readonly current: KeyObject
  readonly currentNo: number
  readonly byNumber: ReadonlyMap<number, KeyObject>
  readonly index: KeyObject
  readonly rev: number
}

/** How often a process looks whether a workspace's keys have changed, ms. Who rotates them waits for that. */
export const keysKnownMs = 2_000

/**
 * Encrypts fields at rest: AES-256-GCM with a data key per workspace, which the master key wraps. The context
 * (collection, id, field) is authenticated, so a sealed value moved to another place does not open. What is sealed says
 * by which of the workspace's keys, so that both are good while one takes the place of the other (`rotation.ts`).
 */
export class Vault {
  readonly rows: VaultKeys
  readonly #masters: () => readonly Master[]
  readonly #keys = new Map<string, Keys>()
  readonly #loading = new Map<string, Promise<Keys>>()

  /** `masters`: 32 bytes each, the current one first; asked again when data needs one that was not among them. */
  constructor(store: Store, masters: Buffer | (() => readonly Buffer[])) {
    this.rows = new VaultKeys(store)
    if (Buffer.isBuffer(masters)) {
      const only = [masterOf(masters)]
      this.#masters = () => only
    } else this.#masters = () => masters().map(masterOf)
  }

  get masters() {
    return this.#masters()
  }

  isReady(workspaceId: string) {
    return this.#keys.has(workspaceId)
  }

  /**
   * Has the workspace's keys at hand; makes them the first time.
   * @throws WrongMasterKey, or KeysDestroyed where the workspace was closed for good
   */
  async ready(workspaceId: string): Promise<void> {
    if (this.#keys.has(workspaceId)) return
    await this.#renew(workspaceId)
  }

  seal(workspaceId: string, context: string, plain: string): Buffer {
    return this.sealBytes(workspaceId, context, plain)
  }

  /** A text is sealed as its UTF-8. */
  sealBytes(workspaceId: string, context: string, plain: Uint8Array | string): Buffer {
    const { current, currentNo } = this.#of(workspaceId)
    return encrypt(current, context, plain, currentNo)
  }

  /** Throws when the value was altered, or belongs to another place or key. */
  open(workspaceId: string, context: string, sealed: Uint8Array): string {
    return this.openBytes(workspaceId, context, sealed).toString('utf8')
  }

  /** Throws as `open` does. */
  openBytes(workspaceId: string, context: string, sealed: Uint8Array): Buffer {
    const no = keyNumberOf(sealed)
    const key = no === undefined ? undefined : this.#of(workspaceId).byNumber.get(no)
    if (!key) throw this.#unknown(workspaceId, no)
    return decrypt(key, context, sealed)
  }

  /** By which key this process seals now. */
  currentOf(workspaceId: string): number {
    return this.#of(workspaceId).currentNo
  }

  /** A keyed hash to look an encrypted value up by: equal values have equal hashes, in one workspace only. */
  blind(workspaceId: string, value: string): string {
    return createHmac('sha256', this.#of(workspaceId).index).update(value).digest('base64url').slice(0, 32)
  }

  /** Takes up what has changed of the keys that are at hand: new ones, and those that are no more. */
  async refresh(): Promise<void> {
    const known = [...this.#keys]
    if (known.length === 0) return
    const revisions = await this.rows.revisions(known.map(([id]) => id))
    const changed = known.filter(([id, { rev }]) => revisions.get(id) !== rev)
    await Promise.all(changed.map(([id]) => this.#renewKnown(id, revisions.has(id))))
  }

  /** What was closed for good, or taken away, must not be readable here either. */
  async #renewKnown(workspaceId: string, isThere: boolean): Promise<void> {
    if (!isThere) return void this.#keys.delete(workspaceId)
    try {
      await this.#renew(workspaceId)
    } catch (error) {
      if (!(error instanceof KeysDestroyed)) throw error // A wrong key, say: what is at hand is still good.
      this.#keys.delete(workspaceId)
    }
  }

  /** Refreshes from time to time, until it is told to stop. */
  follow(onError: (error: unknown) => void, everyMs = keysKnownMs): () => void {
    const timer = setInterval(() => void this.refresh().catch(onError), everyMs).unref()
    return () => clearInterval(timer)
  }

  #of(workspaceId: string) {
    const keys = this.#keys.get(workspaceId)
    if (!keys) throw new Error('the keys of this workspace were not loaded')
    return keys
  }

  /** Another process may have changed keys a moment ago: the next try finds them. */
  #unknown(workspaceId: string, no: number | undefined) {
    if (no === undefined) return new Error('this field was sealed by a newer version')
    this.#renew(workspaceId).catch(() => this.#keys.delete(workspaceId))
    return new Error(
      `this field was sealed by key ${no} of ${workspaceId}, which is not here: it was destroyed, or is new`,
    )
  }

  async #renew(workspaceId: string): Promise<void> {
    const loading = this.#loading.get(workspaceId) ?? this.#load(workspaceId)
    this.#loading.set(workspaceId, loading)
    try {
      this.#keys.set(workspaceId, await loading)
    } finally {
      this.#loading.delete(workspaceId)
    }
  }

  async #load(workspaceId: string): Promise<Keys> {
    const found = await this.rows.of(workspaceId)
    if (found) return opened(found, this.#masters())
    const masters = this.#masters()
    await this.rows.make(workspaceId, await this.rows.masterFor(masters))
    return this.#load(workspaceId)
  }
}

function opened(row: KeyRow, masters: readonly Master[]): Keys {
  const { data, index } = openRow(row, masters)
  const byNumber = new Map(data.map(({ no, bytes }) => [no, createSecretKey(bytes)]))
  const current = byNumber.get(row.current)
  if (!current) throw new Error(`the current key of ${row.workspaceId} is not in vault_keys`)
  return { current, currentNo: row.current, byNumber, index: createSecretKey(index), rev: row.rev }
}
