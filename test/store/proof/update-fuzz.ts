import { InnerStore } from './inner.ts'
import { applySteps, Refused, type ElementFilter, type Step } from './oracle.ts'
import { Random } from './random.ts'
import { compare, fromBson, isSame, textOf, toBson, type Doc, type Value } from './values.ts'

/** Random updates to random documents: the store and the oracle must agree on the result, type by type, or both refuse. */

export interface UpdateFuzz {
  updates: number
  refused: number
}

const int = (n: number): Value => ({ k: 'int', v: BigInt(n) })
const doc = (entries: [string, Value][]): Doc => ({ k: 'doc', v: new Map(entries) })
const str = (v: string): Value => ({ k: 'str', v })

const PATHS = ['a', 'b', 'c', 'd', 'd.x', 'd.y', 'd.z.w', 'l', 'l.0', 'l.2', 'l.5', 'l.x', 'l.0.x', 'm', 'a.x', 'e.f']
const BY_FILTER = ['l.$[]', 'l.$[e]', 'l.$[e].x', 'm.$[].x', 'd.x.$[e]']
const OPERATORS = [
  '$set',
  '$unset',
  '$inc',
  '$mul',
  '$min',
  '$max',
  '$push',
  '$addToSet',
  '$pop',
  '$pull',
  '$pullAll',
  '$bit',
  '$rename',
]

export class Maker {
  readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  number = (): Value => {
    const { random } = this
    return random.pick<() => Value>([
      () => int(random.between(-3, 5)),
      () => int(random.pick([2147483647, -2147483648])),
      () => ({ k: 'long', v: random.pick([1n, 2n, 9007199254740993n, 9223372036854775807n, -9223372036854775808n]) }),
      () => ({ k: 'double', v: random.pick([0.5, 1, 2.25, -1.5]) }),
    ])()
  }

  scalar = (): Value => {
    const { random } = this
    return random.pick<() => Value>([
      this.number,
      this.number,
      () => str(random.pick(['', 'a', 'b', 'ab', '\u{1F600}'])),
      () => ({ k: 'null' }),
      () => ({ k: 'bool', v: random.chance(0.5) }),
      () => ({ k: 'date', v: random.between(-5, 5) }),
    ])()
  }

  inner = (): Doc => {
    const names = ['x', 'y'].filter(() => this.random.chance(0.7))
    return doc((this.random.chance(0.3) ? names.reverse() : names).map((name) => [name, this.scalar()]))
  }

  array = (): Value => ({
    k: 'arr',
    v: this.random.list(0, 4, () => (this.random.chance(0.3) ? this.inner() : this.scalar())),
  })

  value = (): Value => this.random.pick([this.scalar, this.scalar, this.inner, this.array])()

  document(id: number): Doc {
    const makers: [string, () => Value][] = [
      ['a', this.value],
      ['b', this.number],
      ['c', this.scalar],
      ['d', () => (this.random.chance(0.8) ? this.inner() : this.value())],
      ['l', () => (this.random.chance(0.8) ? this.array() : this.value())],
      ['m', () => ({ k: 'arr', v: this.random.list(0, 3, this.inner) })],
    ]
    return doc([
      ['_id', int(id)],
      ...makers.filter(() => this.random.chance(0.8)).map(([name, make]): [string, Value] => [name, make()]),
    ])
  }

  step(): Step {
    const operator = this.random.pick(OPERATORS)
    const isFiltered = operator !== '$rename' && this.random.chance(0.2)
    const path = this.random.pick(isFiltered ? BY_FILTER : PATHS)
    return { operator, path, argument: this.argument(operator) }
  }

  private argument(operator: string): Value {
    const { random } = this
    const list = (): Value => ({ k: 'arr', v: random.list(0, 3, this.scalar) })
    if (operator === '$pullAll') return list()
    if (operator === '$push') return this.pushed(list())
    switch (operator) {
      case '$inc':
      case '$mul':
        return random.chance(0.95) ? this.number() : this.scalar()
      case '$pop':
        return random.pick([int(1), int(-1), int(2)])
      case '$pull':
        return random.pick([this.scalar, () => doc([['$gte', this.number()]]), () => doc([['x', this.number()]])])()
      case '$bit':
        return doc([[random.pick(['and', 'or', 'xor']), this.number()]])
      case '$rename':
        return str(random.pick(['n', 'd.q', 'c', 'g.h', 'l.1', 'm']))
      case '$addToSet':
        return random.chance(0.6) ? this.value() : doc([['$each', list()]])
      default:
        return this.value()
    }
  }

  private pushed(each: Value): Value {
    const { random } = this
    if (random.chance(0.5)) return this.value()
    const clauses: [string, Value][] = [
      ['$each', each],
      ['$position', int(random.between(-3, 4))],
      ['$sort', int(random.pick([1, -1]))],
      ['$slice', int(random.between(-3, 3))],
    ]
    return doc(clauses.filter(([name]) => name === '$each' || random.chance(0.4)))
  }

  /** Steps that do not touch one another. */
  steps(): Step[] {
    const taken: string[] = []
    return this.random
      .list(1, 3, () => this.step())
      .filter(({ operator, path, argument }) => {
        const paths = operator === '$rename' ? [path, (argument as { v: string }).v] : [path]
        const isFree = paths.every((each) => !taken.some((other) => isBelow(each, other) || isBelow(other, each)))
        if (isFree && (paths.length < 2 || !isRelated(paths as [string, string]))) return taken.push(...paths) > 0
        return false
      })
  }
}

// Two places in one array (`l.$[]` and `l.0`) are left out: whether they conflict is decided element by element.
const isBelow = (a: string, b: string) => a === b || a.startsWith(`${b}.`) || (a[0] === b[0] && /\$/.test(a + b))
const isRelated = ([a, b]: [string, string]) => isBelow(a, b) || isBelow(b, a)

/** Throws with the seed, the document and the update when the two differ. */
export function fuzzUpdates(updates: number, seed: number): UpdateFuzz {
  const done: UpdateFuzz = { updates: 0, refused: 0 }
  const maker = new Maker(new Random(seed))
  const store = new InnerStore()
  try {
    while (done.updates < updates) {
      const before = maker.document(done.updates)
      const steps = maker.steps()
      if (steps.length === 0) continue
      done.updates++
      if (!agree(store, maker, before, steps, seed)) done.refused++
    }
  } finally {
    store.close()
  }
  return done
}

/** False when both refuse. */
function agree(store: InnerStore, maker: Maker, before: Doc, steps: Step[], seed: number): boolean {
  const { filters, chosen } = elementFilter(maker, steps)
  let expected = before
  let refused: string | null = null
  try {
    expected = applySteps(before, steps, chosen)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    refused = error.message
  }
  const q = { _id: toBson(before.v.get('_id') as Value) }
  store.run({ insert: 'docs', documents: [toBson(before)] })
  const update = { q, u: updateOf(steps), ...(filters ? { arrayFilters: [filters] } : {}) }
  const reply = store.run({ update: 'docs', updates: [update] })
  const after = fromBson(store.run({ find: 'docs', filter: q }).cursor.firstBatch[0])
  store.run({ delete: 'docs', deletes: [{ q, limit: 1 }] })
  const isRefused = Boolean(reply.refused ?? reply.writeErrors)
  // The manual leaves the place of a renamed field open.
  const isLoose = steps.some(({ operator }) => operator === '$rename')
  if (isRefused === (refused !== null) && textOf(after, isLoose) === textOf(expected, isLoose)) return !isRefused
  throw new Error(
    `seed ${seed}: ${JSON.stringify(update)} on ${textOf(before)}: the oracle says ${refused ?? textOf(expected)}, the store ${isRefused ? JSON.stringify(reply.refused ?? reply.writeErrors) : textOf(after)}`,
  )
}

export function updateOf(steps: Step[]): object {
  const update: Record<string, Record<string, unknown>> = {}
  for (const { operator, path, argument } of steps) (update[operator] ??= {})[path] = toBson(argument)
  return update
}

/** `e`: of documents those with such an `x`, of anything else what is such a number. */
export function elementFilter(maker: Maker, steps: Step[]): { filters: object | null; chosen: ElementFilter } {
  if (!steps.some(({ path }) => path.includes('$[e]'))) return { filters: null, chosen: () => true }
  const bound = maker.number()
  const isNumber = (value: Value) => value.k === 'int' || value.k === 'long' || value.k === 'double'
  if (steps.some(({ path }) => path.includes('$[e].x')))
    return {
      filters: { 'e.x': toBson(bound) },
      chosen: (element) => element.k === 'doc' && element.v.has('x') && isSame(element.v.get('x') as Value, bound),
    }
  return {
    filters: { e: { $gte: toBson(bound) } },
    chosen: (element) => isNumber(element) && compare(element, bound) >= 0,
  }
}
