/** 128 random bits. Not `randomUUID`: browsers have that one only on https and localhost. */
export function randomId(prefix: string) {
  return `${prefix}_${hex(16)}`
}

/**
 * A UUIDv7: says when it was made, epoch ms. The server takes a command whose id it may have forgotten for a late
 * repetition, and refuses it (`stale_command`), so `now` should be the server's time where that is known.
 */
export function timedId(prefix: string, now: number) {
  const variant = (8 + Math.floor(Math.random() * 4)).toString(16)
  return `${prefix}_${Math.trunc(now).toString(16).padStart(12, '0')}7${hex(2).slice(1)}${variant}${hex(8).slice(1)}`
}

function hex(bytes: number) {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
}
