import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from 'node:crypto'

/** What is sealed by a workspace's first key begins with this, as everything did before keys had numbers. */
const first = 1
/** After this stands the number of the key, two bytes, big-endian. */
const numbered = 2
const ivBytes = 12
const tagBytes = 16
const shortest = 1 + ivBytes + tagBytes

/** The highest number of a key: it has two bytes. */
export const keyNumberMax = 65_535

// Random bytes are drawn in bulk: one system call serves many initialisation vectors.
const pool = Buffer.allocUnsafe(ivBytes * 512)
let used = pool.length
/** Good until the next is asked for: then the pool may be drawn anew. */
function nextIv() {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += ivBytes
  return pool.subarray(used - ivBytes, used)
}

function writeHeader(sealed: Buffer, no: number): number {
  if (no === 1) return sealed.writeUInt8(first)
  return sealed.writeUInt16BE(no, sealed.writeUInt8(numbered))
}

/** AES-256-GCM; the context is authenticated, and the key's number stands in front. */
export function encrypt(key: KeyObject, context: string, plain: Uint8Array | string, no = 1): Buffer {
  const iv = nextIv()
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(context))
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain)
  cipher.final()
  const sealed = Buffer.allocUnsafe((no === 1 ? 1 : 3) + ivBytes + tagBytes + body.length)
  const from = writeHeader(sealed, no)
  sealed.set(iv, from)
  sealed.set(cipher.getAuthTag(), from + ivBytes)
  sealed.set(body, from + ivBytes + tagBytes)
  return sealed
}

/** Throws when the value was altered, or belongs to another place or key. */
export function decrypt(key: KeyObject, context: string, sealed: Uint8Array): Buffer {
  const from = sealed[0] === first ? 1 : 3
  const iv = sealed.subarray(from, from + ivBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, iv)
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(from + ivBytes, from + ivBytes + tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(from + ivBytes + tagBytes)), decipher.final()])
}

/** By which of a workspace's keys this is sealed; undefined where it cannot be sealed at all. */
export function keyNumberOf(sealed: Uint8Array): number | undefined {
  if (sealed[0] === first) return sealed.length >= shortest ? 1 : undefined
  if (sealed[0] !== numbered || sealed.length < shortest + 2) return undefined
  return ((sealed[1] ?? 0) << 8) | (sealed[2] ?? 0)
}
