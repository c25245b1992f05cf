/** What a scanner says of a file: nothing found, or the name of what was. */
export type Finding = { isClean: true } | { isClean: false; name: string }

/** Looks for malicious software. It is asked again when it rejects: it was away, or busy. */
export interface Scanner {
  /** @throws ScanFailed */
  scan(bytes: AsyncIterable<Uint8Array>): Promise<Finding>
}

/** The scanner could not say. */
export class ScanFailed extends Error {}

/** It takes no file of this size, and will not another time. */
export class StreamTooLong extends ScanFailed {}
