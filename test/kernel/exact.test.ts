import { expect } from 'chai'
import { z } from 'zod'
import { actors } from '../../actors/index.ts'
import { memorySchema } from '../../kernel/codec.ts'
import { isExact, parsed } from '../../kernel/exact.ts'

/** Small and repeatable. */
function chances(seed: number) {
  let state = seed
  const next = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff
  return { next, pick: <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)] as T }
}
type Chances = ReturnType<typeof chances>

const texts = [
  ...[
    '',
    ' ',
    'a',
    'A b',
    ' a ',
    '😀',
    '😀😀',
    'x'.repeat(200),
    'x'.repeat(5_000),
    'ana@example.com',
    '+4915112345678',
  ],
  ...['2026-01-01T00:00:00Z', '2026-01-01', '12:30', 'de', 'en-GB', '#a1b2c3', 'https://example.com/a', 'msg_1', '0'],
]
const numbers = [0, 1, -1, 2, 7, 60, 1.5, NaN, Infinity, 2 ** 31, 2 ** 53, 1_700_000_000_000]

const takenBy = new WeakMap<z.ZodType, unknown[]>()
function plainLike(schema: z.ZodType, all: readonly unknown[], by: Chances): unknown {
  const fitting = takenBy.get(schema) ?? all.filter((one) => schema.safeParse(one, { jitless: true }).success)
  takenBy.set(schema, fitting)
  return by.pick(by.next() < 0.02 || fitting.length === 0 ? all : fitting)
}

function objectLike(shape: Record<string, any>, by: Chances, depth: number) {
  const value: Record<string, unknown> = {}
  for (const [key, part] of Object.entries(shape))
    if (by.next() > (part._zod.optin ? 0.5 : 0.005)) value[key] = like(part, by, depth + 1)
  return by.next() < 0.02 ? { ...value, more: 1 } : value
}

function listLike({ element, checks = [] }: any, by: Chances, depth: number) {
  const least = checks.find((one: any) => one._zod.def.minimum)?._zod.def.minimum ?? 0
  const length = Math.max(least, Math.floor(by.next() * (depth > 4 ? 1 : 3)))
  return Array.from({ length }, () => like(element, by, depth + 1))
}

const makers: Record<string, (def: any, by: Chances, depth: number, schema: any) => unknown> = {
  string: (_, by, __, schema) => plainLike(schema, texts, by),
  number: (_, by, __, schema) => plainLike(schema, numbers, by),
  boolean: (_, by) => by.pick([true, false]),
  null: () => null,
  object: ({ shape }, by, depth) => objectLike(shape, by, depth),
  array: listLike,
  record: ({ keyType, valueType }, by, depth) =>
    by.next() < 0.5 ? {} : { [String(like(keyType, by, depth))]: like(valueType, by, depth + 1) },
  union: ({ options }, by, depth) => like(by.pick(options), by, depth + 1),
  nullable: ({ innerType }, by, depth) => (by.next() < 0.4 ? null : like(innerType, by, depth + 1)),
  literal: ({ values }, by) => by.pick(values),
  enum: ({ entries }, by) => by.pick(Object.values(entries)),
  tuple: ({ items }, by, depth) => items.map((item: any) => like(item, by, depth + 1)),
}

/** Something that the schema may take, or nearly. */
function like(schema: any, by: Chances, depth = 0): unknown {
  const { def } = schema._zod
  if (by.next() < 0.005) return by.pick<unknown>([null, undefined, 'x', 3, [], {}, { more: 1 }, new Date(0)])
  const make = makers[def.type]
  if (make) return make(def, by, depth, schema)
  return def.innerType ? like(def.innerType, by, depth + 1) : 'x'
}

function all(): [string, z.ZodType][] {
  return actors.flatMap(({ contract: { kind, messages, events, rows, effects } }: any) => [
    ...Object.entries<any>(messages).flatMap(([name, { input, reply }]) => [
      [`${kind}.${name}`, input],
      ...(reply ? [[`the reply of ${kind}.${name}`, reply]] : []),
    ]),
    ...Object.entries<any>(events).map(([name, { data }]) => [name, data]),
    ...Object.entries<any>(effects).map(([name, { input }]) => [`${kind}.${name}`, input]),
    ...Object.entries<any>(rows).flatMap(([name, row]) => [
      [`a row ${name}`, row],
      [`a change of a row ${name}`, memorySchema(row as z.ZodObject) && (row as z.ZodObject).partial()],
    ]),
  ]) as [string, z.ZodType][]
}

describe('what is exactly as its schema says', () => {
  it('is what zod would answer, of every schema of the actors', () => {
    const never: string[] = []
    let looked = 0
    for (const [index, [name, plain]] of all().entries()) {
      const schema = memorySchema(plain)
      const by = chances(index + 1)
      let exact = 0
      for (let n = 0; n < 10; n++) {
        const value = like(schema, by)
        looked++
        if (!isExact(schema, value)) continue
        exact++
        const said = schema.safeParse(value, { jitless: true }) // A thousand compiled schemas are dearer than what they check.
        expect(said.success, `${name}: ${JSON.stringify(value)} ${String(said.error)}`).to.equal(true)
        expect(said.data, name).to.deep.equal(value)
        expect(Object.keys(said.data as object).length, name).to.equal(Object.keys(value as object).length)
      }
      if (exact === 0) never.push(name)
    }
    expect(looked).to.be.greaterThan(2_500)
    // Of the others this has shown something.
    expect(never.length, never.join(', ')).to.be.lessThan(40)
  })

  it('is taken as it is; all else is zod’s', () => {
    const schema = z.object({ text: z.string().trim().max(3), at: z.number().optional() })
    const value = { text: 'abc' }
    expect(parsed(schema, value)).to.equal(value)
    expect(parsed(schema, { text: ' a ', more: 'secret' })).to.deep.equal({ text: 'a' })
    expect(() => parsed(schema, { text: 'abcd' })).to.throw('Too big')
    expect(parsed(schema, { text: '😀😀😀' }), 'characters count').to.deep.equal({ text: '😀😀😀' })
  })

  const cases: [string, z.ZodType, unknown][] = [
    ['a field that is not named', z.object({ a: z.number() }), { a: 1, b: 2 }],
    ['one inside a list', z.object({ a: z.array(z.object({})) }), { a: [{ b: 2 }] }],
    ['a default that is missing', z.object({ a: z.number().default(1) }), {}],
    ['one under optional', z.object({ a: z.number().default(1) }).partial(), {}],
    ['a field that is missing', z.object({ a: z.string() }), {}],
    ['a text of two characters that counts as one', z.string().min(2), '😀'],
    ['a number that is none', z.number(), NaN],
    ['a fraction', z.int(), 1.5],
    ['a prototype', z.object({ a: z.number() }), Object.create({ a: 1 })],
    ['an own __proto__', z.record(z.string(), z.number()), JSON.parse('{"__proto__": 1}')],
    [
      'what an earlier part of a union takes and shortens',
      z.union([z.object({}), z.object({ a: z.number() })]),
      { a: 1 },
    ],
    ['a list that has changed texts', z.array(z.string().toLowerCase()), ['A']],
    ['another tag', z.discriminatedUnion('is', [z.object({ is: z.literal('a') })]), { is: 'b' }],
    ['a rule that says no', z.string().refine(() => false), 'a'],
    ['a change under way', z.string().transform((text) => text), 'a'],
    ['a schema that wants to be asked', z.string().superRefine(() => undefined), 'a'],
  ]
  for (const [what, schema, value] of cases)
    it(`is not said of ${what}`, () => {
      expect(isExact(schema, value)).to.equal(false)
    })
})
