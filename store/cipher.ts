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
function nextIv() {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += ivBytes
  return Buffer.from(pool.subarray(used - ivBytes, used))
}

const headerOf = (no: number) => (no === 1 ? Buffer.of(first) : Buffer.of(numbered, no >> 8, no & 0xff))

/** AES-256-GCM; the context is authenticated, and the key's number stands in front. */
export function encrypt(key: KeyObject, context: string, plain: Uint8Array, no = 1): Buffer {
  const iv = nextIv()
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(context))
  const body = cipher.update(plain)
  cipher.final()
  return Buffer.concat([headerOf(no), iv, cipher.getAuthTag(), body])
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
