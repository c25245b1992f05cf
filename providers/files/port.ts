/** A stretch of bytes, both ends included. */
export interface Stretch {
  from: number
  to: number
}

/**
 * Where the bytes of files rest. What it is given is sealed already: a store of files learns nothing of what it holds.
 * A key is `{workspaceId}/{name}`, both letters, digits, dashes and underscores.
 */
export interface FileStore {
  readonly kind: 'disk' | 's3'
  /** Resolves when all bytes are durable under the key: whole, or not at all. */
  put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void>
  /** Resolves when the first bytes can be read. @throws FileMissing where nothing has this key */
  read(key: string, stretch?: Stretch): Promise<AsyncIterable<Uint8Array>>
  /** Nothing there is fine. */
  remove(key: string): Promise<void>
  /** Clears what a crash left half written before this moment (epoch ms). Resolves with how many there were. */
  sweep(before: number): Promise<number>
}

/** The key names nothing. */
export class FileMissing extends Error {
  constructor(key: string, options?: ErrorOptions) {
    super(`there are no bytes under ${key}`, options)
  }
}

/** The store could not do it now; later it may. */
export class FileStoreUnavailable extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`the store of files ${what}`, options)
  }
}

/** Ids are ours and hold no slash and no dot; the check keeps it so. */
export function checkedKey(key: string): string {
  if (!/^[\w-]{1,128}\/[\w-]{1,200}$/.test(key)) throw new Error('this is not the key of a file')
  return key
}
