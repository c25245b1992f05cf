/** 128 random bits. Not `randomUUID`: browsers have that one only on https and localhost. */
export function randomId(prefix: string) {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `${prefix}_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
