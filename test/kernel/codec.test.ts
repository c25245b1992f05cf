import { expect } from 'chai'
import { z } from 'zod'
import { compile, holds, toReply, toWire } from '../../kernel/codec.ts'
import { instant, packed, sensitive } from '../../kernel/marks.ts'

const Person = z.object({ name: z.string().max(9), seenAt: instant().nullable() })
const secret = { passwordHash: 'argon2id' }
const ada = { name: 'Ada', seenAt: 0, ...secret }
const shown = { name: 'Ada', seenAt: '1970-01-01T00:00:00.000Z' }

describe('what leaves as an answer', () => {
  const holders = {
    'an object': [Person, ada, shown],
    'a list': [z.array(Person), [ada], [shown]],
    'a record': [z.record(z.string(), Person), { one: ada }, { one: shown }],
    'something within': [z.object({ by: Person.nullable() }), { by: ada, ...secret }, { by: shown }],
    'one of several': [
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('one'), by: Person }),
        z.object({ kind: z.literal('none') }),
      ]),
      { kind: 'one', by: ada, ...secret },
      { kind: 'one', by: shown },
    ],
    'itself within itself': [
      z.object({
        name: z.string(),
        get inner() {
          return z.array(Person)
        },
      }),
      { name: 'Ada', inner: [ada], ...secret },
      { name: 'Ada', inner: [shown] },
    ],
  } as const
  for (const [what, [schema, value, expected]] of Object.entries(holders))
    it(`names nothing that its schema does not: ${what}`, () => {
      expect(toReply(schema, value)).to.deep.equal(expected)
      expect(JSON.stringify(toWire(schema, value)), 'so it is this that leaves it out').to.include('argon2id')
    })

  it('is whole where any field may be', () => {
    expect(toReply(z.looseObject({ at: instant() }), { at: 0, more: 1 })).to.deep.equal({ at: shown.seenAt, more: 1 })
    expect(toReply(z.record(z.string(), z.unknown()), { any: { thing: 1 } })).to.deep.equal({ any: { thing: 1 } })
    const either = z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])
    expect(toReply(either, { b: 'x' })).to.deep.equal({ b: 'x' })
  })

  it('is the very value where there is nothing to change', () => {
    const plain = { name: 'Ada' }
    expect(toReply(z.object({ name: z.string() }), plain)).to.equal(plain)
  })
})

describe('what is packed', () => {
  const waiting = z.object({ list: packed(z.array(Person)) })
  const value = { list: [{ name: 'Ada', seenAt: 0 }] }

  it('is one piece where a form packs it, and like anything else elsewhere', () => {
    const rest = compile(waiting, { instant: (ms) => new Date(ms as number), packed: (list) => JSON.stringify(list) })
    expect(rest(value, '')).to.deep.equal({ list: '[{"name":"Ada","seenAt":0}]' })
    expect(toWire(waiting, value)).to.deep.equal({ list: [shown] })
    expect(holds(waiting, 'instant')).to.equal(true)
  })

  it('holds nothing that is to be sealed', () => {
    const open = packed(z.array(z.object({ to: sensitive(z.string()) })))
    const forms = { sensitive: () => 'sealed', packed: (list: unknown) => list }
    expect(() => compile(z.object({ open }), forms)).to.throw('nothing sensitive')
    expect(holds(open, 'sensitive')).to.equal(true)
  })
})

describe('whether a schema holds what is marked', () => {
  it('says so however deep it stands', () => {
    const name = sensitive(z.string())
    const holding = [name, z.object({ name: name.nullable() }), z.array(z.record(z.string(), z.object({ name })))]
    for (const schema of holding) expect(holds(schema, 'sensitive')).to.equal(true)
    for (const schema of [z.object({ at: instant() }), z.array(z.string())])
      expect(holds(schema, 'sensitive')).to.equal(false)
  })
})
