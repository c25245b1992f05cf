/** The types of the values that are read where they lie. */
export const INT32 = 0x10
export const BOOLEAN = 0x08
export const TEXT = 0x02
export const DOCUMENT = 0x03
export const ARRAY = 0x04

export const int32 = (frame: Buffer, at: number) => (at + 4 <= frame.length ? frame.readInt32LE(at) : -1)

/** A text of nothing but ASCII, whose bytes are its characters; null for any other. */
export function textAt(frame: Buffer, at: number): string | null {
  const length = int32(frame, at)
  const end = at + 4 + length - 1
  if (length < 1 || end >= frame.length || frame[end] !== 0) return null
  for (let i = at + 4; i < end; i++) {
    const byte = frame[i] as number
    if (byte === 0 || byte > 127) return null
  }
  return frame.toString('latin1', at + 4, end)
}
