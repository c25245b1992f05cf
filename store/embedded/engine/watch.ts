import { pickPart } from '../bson/partial.ts'
import { Wanted } from '../bson/wanted.ts'
import { hashOf } from '../update/places.ts'
import type { Place } from '../update/places.ts'
import type { Index } from './index.ts'

/** By the hashes of names: two names with one hash cost a look at keys that stay as they are, and no more. */
class Names {
  readonly inner = new Map<number, Names>()
  /** Whose paths end here, and whose lead through here. */
  readonly here = new Set<Index>()
  readonly within = new Set<Index>()
}

const NO_KEYS = { before: new Map<Index, Buffer[]>(), wanted: null }

/** Which fields the keys of a collection's indexes are made of. */
export class Watch {
  /** Of all of them, and the `_id`. */
  readonly wanted: Wanted
  private readonly names = new Names()

  constructor(indexes: readonly Index[]) {
    this.wanted = wantedOf(indexes)
    for (const index of indexes) for (const path of index.fixedPaths) this.add(index, path)
  }

  /** The keys of the indexes that may have others when this becomes of a document, and what they are made of. */
  keysBefore(raw: Buffer, places: readonly Place[]): { before: Map<Index, Buffer[]>; wanted: Wanted | null } {
    const touched = new Set<Index>()
    collect(places, this.names, touched)
    if (touched.size === 0) return NO_KEYS
    const wanted = wantedOf(touched)
    const document = pickPart(raw, wanted)
    return { before: new Map([...touched].map((index) => [index, index.keysOf(document).keys])), wanted }
  }

  private add(index: Index, path: readonly string[]): void {
    let names = this.names
    for (const name of path) {
      names.within.add(index)
      const bytes = Buffer.from(name)
      const hash = hashOf(bytes, 0, bytes.length)
      const next = names.inner.get(hash) ?? new Names()
      names.inner.set(hash, next)
      names = next
    }
    names.here.add(index)
  }
}

function wantedOf(indexes: Iterable<Index>): Wanted {
  const wanted = new Wanted()
  wanted.whole(['_id'])
  for (const index of indexes) index.want(wanted)
  return wanted
}

function collect(places: readonly Place[], { inner }: Names, found: Set<Index>): void {
  for (const place of places) {
    const names = inner.get(place.hash)
    if (!names) continue
    if (place.change !== 0) for (const index of names.within) found.add(index)
    if (place.change !== 0 || place.inner.length > 0) for (const index of names.here) found.add(index)
    collect(place.inner, names, found)
  }
}
