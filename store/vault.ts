import { createCipheriv, createDecipheriv, createHmac, createSecretKey } from 'node:crypto'
import { hkdfSync, type KeyObject, randomBytes, randomFillSync } from 'node:crypto'
import { isDuplicate, type Store } from './connection.ts'

const version = 1
const ivBytes = 12
const tagBytes = 16

// Key objects, not bytes: Node checks bytes anew at each use, which costs more than the encryption (measured: 15 to 4 µs).
interface Keys {
  readonly data: KeyObject
  readonly index: KeyObject
}

/**
 * Encrypts fields at rest: AES-256-GCM with a data key per workspace, which the master key wraps. The context
 * (collection, id, field) is authenticated, so a sealed value moved to another place does not open.
 */
export class Vault {
  readonly #store: Store
  readonly #master: KeyObject
  readonly #keys = new Map<string, Keys>()
  readonly #loading = new Map<string, Promise<Keys>>()

  /** `master`: 32 bytes. */
  constructor(store: Store, master: Buffer) {
    if (master.length !== 32) throw new Error('the master key has 32 bytes')
    this.#store = store
    this.#master = createSecretKey(master)
  }

  isReady(workspaceId: string) {
    return this.#keys.has(workspaceId)
  }

  /** Has the workspace's keys at hand; makes them the first time. Rejects when the master key is not theirs. */
  async ready(workspaceId: string): Promise<void> {
    if (this.#keys.has(workspaceId)) return
    const loading = this.#loading.get(workspaceId) ?? this.#load(workspaceId)
    this.#loading.set(workspaceId, loading)
    try {
      this.#keys.set(workspaceId, await loading)
    } finally {
      this.#loading.delete(workspaceId)
    }
  }

  seal(workspaceId: string, context: string, plain: string): Buffer {
    return this.sealBytes(workspaceId, context, Buffer.from(plain))
  }

  sealBytes(workspaceId: string, context: string, plain: Uint8Array): Buffer {
    return encrypt(this.#of(workspaceId).data, context, plain)
  }

  /** Throws when the value was altered, or belongs to another place or key. */
  open(workspaceId: string, context: string, sealed: Uint8Array): string {
    return this.openBytes(workspaceId, context, sealed).toString('utf8')
  }

  /** Throws as `open` does. */
  openBytes(workspaceId: string, context: string, sealed: Uint8Array): Buffer {
    return decrypt(this.#of(workspaceId).data, context, sealed)
  }

  /** A keyed hash to look an encrypted value up by: equal values have equal hashes, in one workspace only. */
  blind(workspaceId: string, value: string): string {
    return createHmac('sha256', this.#of(workspaceId).index).update(value).digest('base64url').slice(0, 32)
  }

  #of(workspaceId: string) {
    const keys = this.#keys.get(workspaceId)
    if (!keys) throw new Error('the keys of this workspace were not loaded')
    return keys
  }

  async #load(workspaceId: string): Promise<Keys> {
    const rows = this.#store.collection('vault_keys')
    const context = `vault/${workspaceId}`
    const found = await rows.findOne({ _id: workspaceId })
    if (found) return keysFrom(this.#unwrap(context, bytesOf(found['wrapped'])))
    const data = randomBytes(32)
    try {
      const wrapped = encrypt(this.#master, context, data)
      await rows.insertOne({ _id: workspaceId, workspaceId, wrapped, createdAt: new Date() })
      return keysFrom(data)
    } catch (error) {
      if (!isDuplicate(error)) throw error
      return this.#load(workspaceId) // Another process made them first.
    }
  }

  #unwrap(context: string, wrapped: Uint8Array) {
    try {
      return decrypt(this.#master, context, wrapped)
    } catch (cause) {
      throw new Error('CARELINE_MASTER_KEY is not the key that this data was encrypted with', { cause })
    }
  }
}

/** What the driver gives for binary data: a Binary, or bytes. */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  const { buffer } = value as { buffer?: unknown }
  if (buffer instanceof Uint8Array) return buffer
  throw new Error('this field should hold encrypted bytes')
}

const keysFrom = (data: Buffer): Keys => ({
  data: createSecretKey(data),
  index: createSecretKey(Buffer.from(hkdfSync('sha256', data, '', 'careline blind index', 32))),
})

// Random bytes are drawn in bulk: one system call serves many initialisation vectors.
const pool = Buffer.allocUnsafe(ivBytes * 512)
let used = pool.length
function nextIv() {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += ivBytes
  return Buffer.from(pool.subarray(used - ivBytes, used))
}

function encrypt(key: KeyObject, context: string, plain: Uint8Array): Buffer {
  const iv = nextIv()
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(context))
  const body = cipher.update(plain)
  cipher.final()
  return Buffer.concat([Buffer.of(version), iv, cipher.getAuthTag(), body])
}

function decrypt(key: KeyObject, context: string, sealed: Uint8Array): Buffer {
  if (sealed[0] !== version) throw new Error('this field was sealed by a newer version')
  const iv = sealed.subarray(1, 1 + ivBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, iv)
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(1 + ivBytes, 1 + ivBytes + tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(1 + ivBytes + tagBytes)), decipher.final()])
}
