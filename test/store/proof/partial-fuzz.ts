import { serialize } from 'bson'
import { decode } from '../../../store/embedded/bson/decode.ts'
import { fields, type Fields } from '../../../store/embedded/bson/value.ts'
import { apply, updaterOf, wantedOf } from '../../../store/embedded/commands/write.ts'
import type { Collection } from '../../../store/embedded/engine/collection.ts'
import { findById } from '../../../store/embedded/engine/find.ts'
import { StoreError } from '../../../store/embedded/errors.ts'
import { InnerStore } from './inner.ts'
import { Random } from './random.ts'
import { elementFilter, Maker, updateOf } from './update-fuzz.ts'
import { toBson } from './values.ts'

/**
 * The same random updates twice: by decoding what they touch, and by decoding everything. Documents, keys of every index
 * and refusals must be the same, byte for byte.
 */

export interface PartialFuzz {
  updates: number
  changed: number
  refused: number
  /** How many of them could go the short way. */
  partial: number
}

const DOCUMENTS = 12
const INDEXES = [
  { key: { a: 1 }, name: 'a' },
  { key: { 'd.x': 1, b: -1 }, name: 'compound' },
  { key: { l: 1, c: 1 }, name: 'list' },
  { key: { 'm.x': 1 }, name: 'inner' },
  { key: { 'd.z.w': 1 }, name: 'sparse', sparse: true },
  { key: { b: 1 }, name: 'partial', partialFilterExpression: { 'd.y': { $exists: true } } },
  { key: { 'd.q': 1 }, name: 'unique', unique: true, partialFilterExpression: { 'd.q': { $gt: 0 } } },
]
const SIDES = ['whole', 'short'] as const
type Side = (typeof SIDES)[number]

/** Throws with the seed, the document and the update when the two differ. */
export function fuzzPartialUpdates(updates: number, seed: number): PartialFuzz {
  const store = new InnerStore()
  try {
    return new Fuzz(store, seed).run(updates)
  } finally {
    store.close()
  }
}

class Fuzz {
  readonly #store: InnerStore
  readonly #seed: number
  readonly #random: Random
  readonly #maker: Maker
  readonly #now = new Date(1_700_000_000_000)

  constructor(store: InnerStore, seed: number) {
    this.#store = store
    this.#seed = seed
    this.#random = new Random(seed)
    this.#maker = new Maker(this.#random)
    for (const side of SIDES) store.run({ createIndexes: side, indexes: INDEXES })
  }

  run(updates: number): PartialFuzz {
    const done: PartialFuzz = { updates: 0, changed: 0, refused: 0, partial: 0 }
    for (let id = 0; id < DOCUMENTS; id++) this.#insert(id)
    while (done.updates < updates) {
      const id = this.#random.below(DOCUMENTS)
      if (this.#random.chance(0.1)) this.#replace(id)
      const steps = this.#maker.steps()
      if (steps.length === 0) continue
      done.updates++
      this.#both(id, updateOf(steps), elementFilter(this.#maker, steps).filters, done)
    }
    return done
  }

  #both(id: number, update: object, arrayFilter: object | null, done: PartialFuzz): void {
    const filter = this.#filter(id)
    const before = this.#stateOf('whole')
    const [whole, short] = SIDES.map((side) => this.#outcome(side, filter, update, arrayFilter, done))
    const same = whole === short && this.#stateOf('whole') === this.#stateOf('short')
    if (!same)
      throw new Error(`seed ${this.#seed}: ${JSON.stringify({ filter, update, arrayFilter })}: ${whole}, but ${short}`)
    if (whole?.startsWith('refused')) done.refused++
    else if (before !== this.#stateOf('whole')) done.changed++
  }

  /** What comes of it, in words. */
  #outcome(side: Side, filter: object, update: object, arrayFilter: object | null, done: PartialFuzz): string {
    const { catalog } = this.#store
    const collection = catalog.find(`proof.${side}`) as Collection
    const given = asked({ filter, update, arrayFilters: arrayFilter ? [arrayFilter] : undefined })
    const query = { filter: given['filter'] as Fields, variables: {} }
    try {
      const { update: u, arrayFilters } = given
      const updater = updaterOf({ update: u, filter: query.filter, arrayFilters, variables: {}, now: this.#now })
      const wanted = side === 'short' ? wantedOf(collection, updater, query.filter) : null
      if (wanted) done.partial++
      const found = findById(collection, query, wanted)
      return found ? `changed: ${String(apply(collection, found, updater, wanted)?.toString('hex'))}` : 'not found'
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      return `refused: ${error.code} ${error.message.replaceAll(`proof.${side}`, 'proof')}`
    }
  }

  /** Everything of one side: documents with their checksums, and all keys. */
  #stateOf(side: Side): string {
    const { database, catalog } = this.#store
    const { table, indexes } = catalog.find(`proof.${side}`) as Collection
    const rows = [
      database.prepare(`SELECT rid, hex(k), s, hex(d) FROM ${table} ORDER BY rid`),
      ...indexes.map((index) => database.prepare(`SELECT hex(k), rid FROM ${index.table} ORDER BY k, rid`)),
    ]
    return JSON.stringify(rows.map((statement) => statement.all()))
  }

  #filter(id: number): object {
    const filter: Record<string, unknown> = { _id: id }
    if (this.#random.chance(0.2)) filter[this.#random.pick(['a', 'd.x', 'm.x', 'l.0'])] = { $exists: true }
    if (this.#random.chance(0.1)) filter['$or'] = [{ b: { $gt: -2 } }, { 'd.y': null }]
    if (this.#random.chance(0.1)) filter['$and'] = [{ l: { $ne: 77 } }]
    return filter
  }

  #insert(id: number): void {
    const document = toBson(this.#maker.document(id))
    for (const side of SIDES) this.#store.run({ insert: side, documents: [document] })
  }

  #replace(id: number): void {
    for (const side of SIDES) this.#store.run({ delete: side, deletes: [{ q: { _id: id }, limit: 1 }] })
    this.#insert(id)
  }
}

/** As a command brings it. */
function asked(given: object): Fields {
  return fields({ ...decode(Buffer.from(serialize(given, { ignoreUndefined: true }))) })
}
