import { serialize } from 'bson'
import { decode } from '../../../store/embedded/bson/decode.ts'
import { asOperation, PlainUpdate } from '../../../store/embedded/commands/plain-update.ts'
import { patched } from '../../../store/embedded/update/patch.ts'
import { asBuffer } from '../../../store/embedded/engine/database.ts'
import { InnerStore } from './inner.ts'
import { Random } from './random.ts'
import { Maker } from './update-fuzz.ts'
import { toBson } from './values.ts'

/**
 * The same random updates twice: read from their bytes and patched into the document's, and decoded and carried out in the
 * general way. Answers, documents and the keys of every index must be the same, byte for byte.
 */

export interface PatchFuzz {
  updates: number
  changed: number
  refused: number
  /** How many documents were patched, and of how many it was said that they do not match. */
  patched: number
  unmatched: number
}

const SIDES = ['patched', 'general'] as const
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
/** Some of them prefixes of others, some with numbers, some beyond what is patched. */
const PATHS = [
  'a',
  'b',
  'c',
  'd',
  'd.x',
  'd.y',
  'd.q',
  'd-x',
  'd.z.w',
  'd.z.v',
  'e.5.f',
  'e.10',
  'e.9',
  'l',
  'l.0',
  'm',
  '7',
  'd.z.w.u',
  'ä',
]

type Named = Record<string, unknown>

/** Throws with the seed and the operation when the two differ. */
export function fuzzPatches(updates: number, seed: number): PatchFuzz {
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
  #before = ''

  constructor(store: InnerStore, seed: number) {
    this.#store = store
    this.#seed = seed
    this.#random = new Random(seed)
    this.#maker = new Maker(this.#random)
    for (const side of SIDES) store.run({ createIndexes: side, indexes: INDEXES })
  }

  run(updates: number): PatchFuzz {
    const done: PatchFuzz = { updates: 0, changed: 0, refused: 0, patched: 0, unmatched: 0 }
    for (let id = 0; id < DOCUMENTS; id++) this.#insert(id)
    for (; done.updates < updates; done.updates++) {
      if (this.#random.chance(0.1)) this.#replace(this.#random.below(DOCUMENTS))
      this.#both(this.#operation(), done)
    }
    return done
  }

  #both(operation: Named, done: PatchFuzz): void {
    this.#count(operation, done)
    // A field that says nothing, and which only the general way knows.
    const given = { patched: operation, general: { ...operation, sampleId: 1 } }
    const [patched, general] = SIDES.map((side) =>
      JSON.stringify(this.#store.run({ update: side, updates: [given[side]] })).replaceAll(`proof.${side}`, 'proof'),
    )
    const after = this.#stateOf('general')
    if (patched !== general || this.#stateOf('patched') !== after)
      throw new Error(`seed ${this.#seed}: ${JSON.stringify(operation)}: ${patched}, but ${general}`)
    if (general?.includes('errmsg')) done.refused++
    else if (after !== this.#before) done.changed++
    this.#before = after
  }

  #count(operation: Named, done: PatchFuzz): void {
    const read = asOperation(Buffer.from(serialize(operation))) as unknown
    if (!(read instanceof PlainUpdate)) return
    const collection = this.#store.catalog.find('proof.patched')
    for (const key of read.keys) {
      const row = collection?.byKeyText(key)
      const raw = row && patched(row.raw, read.places)
      if (raw) done.patched++
      if (row && raw === null) done.unmatched++
    }
  }

  #operation(): Named {
    const random = this.#random
    const u: Record<string, Named> = {}
    const taken: string[] = []
    for (const [operator, make] of this.#operators()) {
      const paths = random.list(1, 3, () => random.pick(PATHS)).filter((path) => this.#isFree(path, taken))
      if (paths.length > 0 && random.chance(0.6)) u[operator] = Object.fromEntries(paths.map((path) => [path, make()]))
    }
    if (Object.keys(u).length === 0) u['$set'] = { c: 1 }
    const isMulti = random.chance(0.2)
    const q = { _id: isMulti ? { $in: random.list(0, 4, () => this.#id()) } : this.#id(), ...this.#conditions() }
    return { q, u, ...(isMulti && { multi: true }), ...(!isMulti && random.chance(0.5) && { upsert: true }) }
  }

  /** Mostly: what is in another's way is refused, and changes nothing. */
  #isFree(path: string, taken: string[]): boolean {
    const isBelow = (a: string, b: string) => a === b || a.startsWith(`${b}.`)
    if (taken.some((other) => isBelow(path, other) || isBelow(other, path)) && !this.#random.chance(0.05)) return false
    return taken.push(path) > 0
  }

  #operators(): [string, () => unknown][] {
    const value = () => toBson(this.#maker.value())
    const pushed = () => ({
      $each: this.#random.list(0, 3, value),
      ...(this.#random.chance(0.6) && { $slice: this.#random.between(-4, 4) }),
    })
    const operators: [string, () => unknown][] = [
      ['$set', value],
      ['$unset', () => ''],
      ['$push', pushed],
    ]
    return this.#random.chance(0.5) ? operators : operators.reverse()
  }

  #conditions(): Named {
    const random = this.#random
    const makers: [string, () => unknown][] = [
      ['b', () => random.between(-3, 5)],
      ['c', () => random.pick(['a', 'b', '', 'ab'])],
      ['b', () => ({ $lte: random.between(-1, 5) })],
      ['c', () => ({ $lt: new Date(random.between(-5, 5)) })],
      ['d.x', () => random.between(-3, 5)],
      ['d.x', () => ({ $lt: random.between(0, 9) })],
      ['e.9', () => 'a'],
      ['a', () => ({ $gt: 0 })],
    ]
    return random.chance(0.5)
      ? {}
      : Object.fromEntries(random.list(1, 2, () => random.pick(makers)).map(([name, make]) => [name, make()]))
  }

  #id = (): string => `doc${this.#random.below(DOCUMENTS + 2)}`

  /** Everything of one side: documents with their checksums, and all keys. */
  #stateOf(side: (typeof SIDES)[number]): string {
    const { database, catalog } = this.#store
    const collection = catalog.find(`proof.${side}`)
    if (!collection) throw new Error('the collection has gone')
    const tables = [
      `SELECT rid, hex(k), s, hex(d) FROM ${collection.table} ORDER BY rid`,
      ...collection.indexes.map(({ table }) => `SELECT hex(k), rid FROM ${table} ORDER BY k, rid`),
    ]
    const state = tables.map((sql) => database.prepare(sql).all())
    // Whoever finds it in the cache must find what rests.
    for (const row of collection.rowsAfter(-1, DOCUMENTS * 2)) {
      const kept = collection.byId(decode(asBuffer(row.raw))['_id'])
      if (!kept?.raw.equals(row.raw)) throw new Error('the row that is kept is another one')
    }
    return JSON.stringify(state)
  }

  #insert(id: number): void {
    const document = { ...(toBson(this.#maker.document(id)) as object), _id: `doc${id}` }
    for (const side of SIDES) this.#store.run({ insert: side, documents: [document] })
  }

  #replace(id: number): void {
    for (const side of SIDES) this.#store.run({ delete: side, deletes: [{ q: { _id: `doc${id}` }, limit: 1 }] })
    this.#insert(id)
  }
}
