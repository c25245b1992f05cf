import { Decimal128, Double, Long, MaxKey, MinKey, ObjectId } from 'bson'
import { InnerStore } from './inner.ts'
import { Random } from './random.ts'

/*
 * The same documents with indexes and without: every query must find the same, in an order that its sort allows,
 * whatever was inserted, changed and deleted before. What both would get wrong in the same way is not found here.
 */

export interface IndexFuzz {
  queries: number
  /** How many of them an index answered: a fuzz that never meets one proves nothing. */
  byIndex: number
  documents: number
}

const SCALARS: (() => unknown)[] = [
  ...[-3, -1, 0, 1, 2, 3].map((n) => () => n),
  ...[0.5, NaN, -0, Infinity, -Infinity].map((n) => () => new Double(n)),
  () => new Double(1),
  () => Long.fromNumber(2),
  () => Long.fromString('9007199254740993'),
  () => new Double(9007199254740992),
  () => Decimal128.fromString('0.5'),
  () => Decimal128.fromString('1.0'),
  () => Decimal128.fromString('9007199254740993'),
  () => null,
  () => true,
  () => false,
  ...['', 'a', 'b', 'ab', 'abc', 'B', 'é', '\u{1F600}', '\uFFFD', 'a\0b'].map((text) => () => text),
  () => new Date(0),
  () => new Date(-5),
  () => new ObjectId('000000000000000000000001'),
  () => new MinKey(),
  () => new MaxKey(),
  () => ({ x: 1 }),
  () => ({ x: 1, y: 2 }),
  () => ({}),
]
const PATHS = ['a', 'b', 'c', 'n.z', 'n.w', 'n']

class Worlds {
  readonly random: Random
  constructor(random: Random) {
    this.random = random
  }

  scalar = (): unknown => this.random.pick(SCALARS)()

  value = (): unknown => {
    if (!this.random.chance(0.25)) return this.scalar()
    return this.random.list(0, 3, () => (this.random.chance(0.1) ? [this.scalar()] : this.scalar()))
  }

  inner = (): object => this.some({ z: this.scalar, w: this.scalar })

  document(): Record<string, unknown> {
    const nested = () => (this.random.chance(0.4) ? this.random.list(0, 2, this.inner) : this.inner())
    return this.some({ a: this.value, b: this.value, c: this.scalar, n: nested })
  }

  private some(makers: Record<string, () => unknown>): Record<string, unknown> {
    const made = Object.entries(makers).filter(() => this.random.chance(0.8))
    return Object.fromEntries(made.map(([name, make]) => [name, make()]))
  }

  order(most: number): Record<string, 1 | -1> {
    const names = this.random.list(1, most, () => this.random.pick(PATHS))
    return Object.fromEntries(names.map((name) => [name, this.random.chance(0.5) ? 1 : -1]))
  }

  index(n: number): object {
    const kinds = [{}, {}, {}, { sparse: true }, { partialFilterExpression: this.membership() }]
    return { key: this.order(3), name: `i${n}`, ...this.random.pick(kinds) }
  }

  private membership(): object {
    return this.random.pick<object>([
      { a: { $gt: 1 } },
      { c: 'a' },
      { b: { $exists: true } },
      { c: { $type: 'string' } },
      { a: { $lte: 'b' } },
      { $and: [{ a: { $gte: 0 } }, { c: { $exists: true } }] },
    ])
  }

  condition = (): unknown => {
    const { random, scalar } = this
    switch (random.below(12)) {
      case 0:
      case 1:
        return scalar()
      case 2:
      case 3:
        return { [random.pick(['$gt', '$gte', '$lt', '$lte', '$eq', '$ne'])]: this.value() }
      case 4:
        return { [random.pick(['$gt', '$gte'])]: scalar(), [random.pick(['$lt', '$lte'])]: scalar() }
      case 5:
        return { [random.pick(['$in', '$nin'])]: random.list(0, 4, this.value) }
      case 6:
        return { $exists: random.chance(0.6) }
      case 7:
        return random.list(0, 2, scalar)
      case 8:
        return { $elemMatch: { $gte: scalar(), $lt: scalar() } }
      case 9:
        return { $not: { [random.pick(['$gt', '$lte', '$eq'])]: scalar() } }
      case 10:
        return random.pick<object>([{ $type: 'number' }, { $type: 'string' }, { $size: 2 }, { $mod: [2, 1] }])
      default:
        return random.pick<object>([
          { $regex: '^a' },
          { $regex: '^ab$' },
          { $regex: 'B', $options: 'i' },
          { $all: ['a'] },
        ])
    }
  }

  filter(depth = 0): Record<string, unknown> {
    const { random } = this
    if (depth < 2 && random.chance(0.15))
      return { [random.pick(['$and', '$or', '$nor'])]: random.list(1, 3, () => this.filter(depth + 1)) }
    if (random.chance(0.08)) return { n: { $elemMatch: this.some({ z: this.condition, w: this.condition }) } }
    return Object.fromEntries(random.list(random.chance(0.05) ? 0 : 1, 3, () => [random.pick(PATHS), this.condition()]))
  }
}

const QUERIES_A_WORLD = 400
const CHANGE_EVERY = 40

/** Throws with the seed and the query when the two differ. */
export function fuzzIndexes(
  queries: number,
  seed: number,
  heard: (done: IndexFuzz) => void = () => undefined,
): IndexFuzz {
  const total: IndexFuzz = { queries: 0, byIndex: 0, documents: 0 }
  for (let world = 0; total.queries < queries; world++) {
    const worldSeed = (seed * 1_000_003 + world) >>> 0
    const twins = new Twins(new Worlds(new Random(worldSeed)))
    try {
      for (let i = 0; i < QUERIES_A_WORLD && total.queries < queries; i++) {
        if (i % CHANGE_EVERY === 0) twins.change()
        total.queries++
        if (twins.compare()) total.byIndex++
      }
    } catch (error) {
      throw new Error(`seed ${seed}, world ${world}: ${(error as Error).message}`, { cause: error })
    } finally {
      twins.close()
    }
    total.documents += twins.documents
    if (world % 100 === 0) heard(total)
  }
  return total
}

interface Query {
  filter: object
  sort: Record<string, 1 | -1> | undefined
  limit: number
}

class Twins {
  documents = 0
  readonly #store = new InnerStore()
  readonly #worlds: Worlds
  readonly #random: Random
  #next = 0

  constructor(worlds: Worlds) {
    this.#worlds = worlds
    this.#random = worlds.random
    // Two specifications may turn out to be the same index: the second is then refused.
    for (let n = 0; n < worlds.random.between(2, 5); n++) this.#index(n)
    for (let n = worlds.random.between(5, 20); n > 0; n--) this.#insert()
    // An index over what is there already is built in another way.
    this.#index(9)
  }

  close(): void {
    this.#store.close()
  }

  /** What one refuses (two arrays side by side in an index) the other does not get either. */
  change(): void {
    for (let n = 0; n < 6; n++) {
      const q = { _id: this.#random.below(this.#next + 1) }
      const roll = this.#random.below(10)
      if (roll < 2) this.#insert()
      else if (roll < 4) this.#both({ delete: '', deletes: [{ q, limit: 1 }] })
      else if (roll < 9) this.#both({ update: '', updates: [{ q, u: this.#update() }] })
      else this.#both({ update: '', updates: [{ q, u: this.#worlds.document(), upsert: false }] })
      this.#between()
    }
  }

  /** Keys that are late settle, some of them or all; or a rollback, or a new process, begins with what is in the tables. */
  #between(): void {
    const roll = this.#random.below(10)
    let times = this.#random.below(3)
    if (roll < 3) this.#store.settle(() => times-- <= 0)
    if (roll === 3) this.#store.settle()
    if (roll === 4) this.#store.catalog.load()
  }

  /** Whether an index answered. */
  compare(): boolean {
    const { filter, limit, sort } = this.#query()
    const found = this.#ids('indexed', filter, sort)
    const rising = this.#ids('plain', filter, { ...sort, _id: 1 })
    const says = () => JSON.stringify({ filter, sort, limit, plain: rising, indexed: found })
    if (rising === null || found === null) {
      // A sort over two arrays side by side is refused, in an index and in memory alike: only then may they disagree.
      if ((rising === null) !== (found === null) && !sort) throw new Error(`one refuses: ${says()}`)
      return false
    }
    const sorted = (list: number[]) => list.toSorted((a, b) => a - b).join()
    if (sorted(found) !== sorted(rising)) throw new Error(`different documents: ${says()}`)
    if (sort) this.#checkOrder(found, rising, this.#ids('plain', filter, { ...sort, _id: -1 }) ?? [], says)
    if (limit) this.#checkLimit({ filter, limit, sort }, found, says)
    const counted = this.#store.run({ count: 'indexed', query: filter })
    if (Number(counted.n) !== rising.length) throw new Error(`counted ${String(counted.n)}: ${says()}`)
    return JSON.stringify(
      this.#store.run({ explain: { find: 'indexed', filter, ...(sort ? { sort } : {}) }, verbosity: 'queryPlanner' }),
    ).includes('IXSCAN')
  }

  #query(): Query {
    return {
      filter: this.#worlds.filter(),
      sort: this.#random.chance(0.4) ? this.#worlds.order(2) : undefined,
      limit: this.#random.chance(0.25) ? 3 : 0,
    }
  }

  #checkLimit({ filter, limit, sort }: Query, found: number[], says: () => string): void {
    const first = this.#ids('indexed', filter, sort, limit) ?? []
    const isRight = sort
      ? first.join() === found.slice(0, limit).join()
      : first.length === Math.min(limit, found.length)
    if (!isRight) throw new Error(`a limit changes what is found: ${says()}`)
  }

  /** Two documents stand wrong only when they do so whichever way ties fall. */
  #checkOrder(found: number[], rising: number[], falling: number[], says: () => string): void {
    const up = new Map(rising.map((id, at) => [id, at]))
    const down = new Map(falling.map((id, at) => [id, at]))
    for (let i = 1; i < found.length; i++) {
      const [before, after] = [found[i - 1] as number, found[i] as number]
      const isWrong = [up, down].every((order) => (order.get(after) as number) < (order.get(before) as number))
      if (isWrong) throw new Error(`${before} stands before ${after}: ${says()}`)
    }
  }

  #ids(collection: string, filter: object, sort?: object, limit = 0): number[] | null {
    const reply = this.#store.run({
      find: collection,
      filter,
      projection: { _id: 1 },
      batchSize: 1000,
      limit,
      ...(sort ? { sort } : {}),
    })
    return reply.refused ? null : reply.cursor.firstBatch.map(({ _id }: any) => Number(_id))
  }

  #index(n: number): void {
    this.#store.run({ createIndexes: 'indexed', indexes: [this.#worlds.index(n)] })
  }

  #insert(): void {
    this.#both({ insert: '', documents: [{ _id: this.#next++, ...this.#worlds.document() }] })
    this.documents++
  }

  #both(command: Record<string, unknown>): void {
    const [name] = Object.keys(command) as [string]
    const reply = this.#store.run({ ...command, [name]: 'indexed' })
    if (reply.refused || reply.writeErrors) return
    const other = this.#store.run({ ...command, [name]: 'plain' })
    if (String(other.n) !== String(reply.n)) throw new Error(`a write counts differently: ${JSON.stringify(command)}`)
  }

  #update(): object {
    const { value, scalar } = this.#worlds
    const path = this.#random.pick(['a', 'b', 'c', 'n.z', 'n'])
    return this.#random.pick<() => object>([
      () => ({ $set: { [path]: value() } }),
      () => ({ $set: { [path]: value() } }),
      () => ({ $unset: { [path]: '' } }),
      () => ({ $push: { [path]: scalar() } }),
      () => ({ $pop: { [path]: 1 } }),
      () => ({ $inc: { [path]: 1 } }),
      () => ({ $rename: { a: 'b' } }),
      () => ({ $addToSet: { [path]: scalar() } }),
    ])()
  }
}
