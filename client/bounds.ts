/** Commands that may wait, and their bytes together: localStorage has room for five million letters. */
export const entriesMax = 1_000
export const waitingBytesMax = 2 * 1_024 * 1_024
/** What the server takes in one message, where `hello` did not say. */
export const payloadBytes = 64 * 1_024
/** Around a command's own name and input: its id, what it expects, the packet. */
export const envelopeBytes = 512

/** How long JSON is as UTF-8 (it holds no half of a letter, which could not be encoded). Not every platform has a TextEncoder. */
export const byteLength = (json: string) => encodeURIComponent(json).replace(/%../g, '.').length
