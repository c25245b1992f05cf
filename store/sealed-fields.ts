import { keyNumberOf } from './cipher.ts'
import { bytesOf } from './vault-keys.ts'
import type { Vault } from './vault.ts'

/** Something that a document holds sealed. */
export interface Found {
  /** As an update names it: with the positions in arrays. */
  path: string
  /** As the encryption's context names it: without them. */
  names: string[]
  value: unknown
  sealed: Uint8Array
  /** Of the key. */
  no: number
}

/** Opens what documents of any collection hold, without their schemas. */
export class SealedFields {
  readonly #vault: Vault
  readonly #workspaceId: string
  /** Which of the possible contexts was the right one, by collection and field. */
  readonly #learned = new Map<string, number>()

  /** The keys must be at hand: `vault.ready()` first. */
  constructor(vault: Vault, workspaceId: string) {
    this.#vault = vault
    this.#workspaceId = workspaceId
  }

  /** Undefined where no key and no context fits: it is not sealed at all, or its key is no more. */
  opened(collection: string, id: string, { names, sealed }: Found): { context: string; plain: Buffer } | undefined {
    const known = `${collection} ${names.length} ${names.at(-1) ?? ''}`
    const contexts = contextsOf(collection, id, names)
    const likely = this.#learned.get(known)
    const order = [...contexts.keys()].sort((a, b) => Number(b === likely) - Number(a === likely))
    for (const index of order) {
      const context = contexts[index] as string
      const plain = this.#tried(context, sealed)
      if (!plain) continue
      this.#learned.set(known, index)
      return { context, plain }
    }
    return undefined
  }

  /** Undefined where this is not its context: the tag says so. */
  #tried(context: string, sealed: Uint8Array): Buffer | undefined {
    try {
      return this.#vault.openBytes(this.#workspaceId, context, sealed)
    } catch {
      return undefined // That it does not open under this name is the answer.
    }
  }
}

/**
 * Every name that a field is sealed under anywhere in the store: the codec's (`collection/id.path`, also from further in,
 * as of an entry of the outbox), those of settings (`collection/id/field`, `collection/id/field.inner`), of a whole (`collection/id`), of the
 * records of a commit. Which one it is, the authentication tag says; a place that none of them fits is told by name.
 */
function contextsOf(collection: string, id: string, names: readonly string[]): string[] {
  // An event rests under another id than it has: see `restingEventId`.
  const ids = collection === 'events' ? [id.replace(/:[a-z](\d+)$/, ':$1')] : [id]
  return ids.flatMap((one) => {
    const at = `${collection}/${one}`
    const inner = names.map((_, from) =>
      names
        .slice(from)
        .map((name) => `.${name}`)
        .join(''),
    )
    const outer = names.flatMap((_, from) => ['/', '.'].map((by) => `/${names.slice(from).join(by)}`))
    return [...inner.map((path) => at + path), at, ...outer.map((path) => at + path), `${at}/records`, `${at}/name`]
  })
}

/** Every value of a document that is sealed, or looks as if it were. */
export function sealedIn(document: object): Found[] {
  const found: Found[] = []
  const look = (value: unknown, path: string, names: string[]) => {
    if (value === null || typeof value !== 'object' || value instanceof Date) return
    if (Buffer.isBuffer(value) || '_bsontype' in value) {
      const sealed = sealedOf(value)
      if (sealed) found.push({ path, names, value, ...sealed })
      return
    }
    const isList = Array.isArray(value)
    for (const [key, item] of Object.entries(value))
      look(item, path === '' ? key : `${path}.${key}`, isList ? names : [...names, key])
  }
  look(document, '', [])
  return found
}

function sealedOf(value: object): { sealed: Uint8Array; no: number } | undefined {
  if (!isBinary(value)) return undefined
  const sealed = bytesOf(value)
  const no = keyNumberOf(sealed)
  return no === undefined ? undefined : { sealed, no }
}

const isBinary = (value: object) => Buffer.isBuffer(value) || (value as { _bsontype?: unknown })._bsontype === 'Binary'
