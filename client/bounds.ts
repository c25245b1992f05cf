/** Commands that may wait, and their bytes together: localStorage has room for five million letters. */
export const entriesMax = 1_000
export const waitingBytesMax = 2 * 1_024 * 1_024
/** What the server takes in one message, where `hello` did not say. */
export const payloadBytes = 64 * 1_024
/** Around a command's own name and input: its id, what it expects, the packet. */
export const envelopeBytes = 512

/** How long a text is as UTF-8. Not every platform has a TextEncoder. */
export function byteLength(text: string) {
  let bytes = 0
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0
    if (code < 0x80) bytes += 1
    else if (code < 0x800) bytes += 2
    else bytes += code < 0x10000 ? 3 : 4
  }
  return bytes
}
