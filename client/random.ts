/** 128 random bits. Not `randomUUID`: browsers have that one only on https and localhost. */
export function randomId(prefix: string) {
  return `${prefix}_${hex(16)}`
}

/**
 * A UUIDv7: says when it was made, epoch ms. The server takes a command whose id it may have forgotten for a late
 * repetition, and refuses it (`stale_command`), so `now` should be the server's time where that is known.
 */
export function timedId(prefix: string, now: number) {
  const chance = hex(10)
  return `${prefix}_${Math.trunc(now).toString(16).padStart(12, '0')}7${chance.slice(0, 3)}8${chance.slice(3, 18)}`
}

const hex = (bytes: number) => Array.from(randomBytes(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** React Native has no `crypto` of its own. Ids must differ; they are no secrets. */
function randomBytes(count: number): Uint8Array {
  const { crypto } = globalThis as { crypto?: Pick<Crypto, 'getRandomValues'> }
  const bytes = new Uint8Array(count)
  return crypto ? crypto.getRandomValues(bytes) : bytes.map(() => Math.floor(Math.random() * 256))
}
