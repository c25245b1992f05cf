import { expect } from 'chai'
import fc from 'fast-check'
import { checked, type Condition, Filter, movesWithTime } from '../../kernel/filter.ts'
import {
  conversationFields,
  type Field,
  type Fields,
  operatorsOf,
  personFields,
  personFieldsWith,
} from '../../kernel/filter-fields.ts'
import type { Asking } from '../../kernel/filter-asked.ts'
import { daysFrom, matches, mongoFilter } from '../../kernel/filter-terms.ts'
import { Store, type Stored } from '../../store/connection.ts'
import { freshDatabase } from '../harness/database.ts'

const zone = 'Europe/Berlin'
const now = Date.parse('2026-03-29T10:00:00Z') // The day on which the clocks of Berlin go forward.
const day = 24 * 3_600_000

const fields: Fields = personFieldsWith([
  { key: 'shoe', name: 'Shoe size', type: 'number' },
  { key: 'speaks', name: 'Speaks', type: 'choices', options: ['de', 'en', 'tr'] },
])
const asking: Asking = { now, zone, fields }
const channels = [
  { id: 'wa', kind: 'whatsapp' },
  { id: 'wa2', kind: 'whatsapp' },
  { id: 'sms', kind: 'sms' },
]
const ofConversations: Asking = { now, zone, fields: conversationFields, channels }
const found = (filter: Filter, subject: object) => matches(filter, subject, asking)
const problemsOf = (filter: Filter): string[] => {
  try {
    checked(filter, fields)
    return []
  } catch (error) {
    return (error as { advice: { errors: { path: string }[] } }).advice.errors.map(({ path }) => path)
  }
}

describe('the filter language', () => {
  it('is bounded in depth, and names every condition that cannot be asked', () => {
    const leaf = { field: 'stage', is: 'is', value: 'lead' }
    expect(Filter.safeParse({ all: [{ any: [{ not: leaf }] }] }).success).to.equal(true)
    expect(Filter.safeParse({ all: [{ any: [{ not: { not: leaf } }] }] }).success).to.equal(false)
    expect(Filter.safeParse({ $where: '1' }).success).to.equal(false)
    expect(Filter.safeParse({ ...leaf, value: { $gt: '' } }).success).to.equal(false)
    expect(
      problemsOf({
        all: [
          { field: 'nonsense', is: 'is', value: 'x' },
          { not: { field: 'stage', is: 'contains', value: 'x' } },
          { field: 'createdAt', is: 'before', value: '2026-02-30' },
          { field: 'birthday', is: 'within_next', value: '7h' },
          { field: 'custom.speaks', is: 'has_any', value: ['de', 'fr'] },
          { field: 'birthday', is: 'on', value: '02-29' },
        ],
      }),
    ).to.deep.equal([
      'filter.all.0.field',
      'filter.all.1.not.is',
      'filter.all.2.value',
      'filter.all.3.value',
      'filter.all.4.value',
    ])
    expect(movesWithTime({ not: { field: 'lastSeenAt', is: 'within_last', value: '7d' } })).to.equal(true)
    expect(movesWithTime({ field: 'stage', is: 'is', value: 'lead' })).to.equal(false)
  })

  it('means days by the clocks of the zone', () => {
    const on: Filter = { field: 'createdAt', is: 'on', value: '2026-03-29' }
    const at = (createdAt: string) => found(on, { createdAt: Date.parse(createdAt) })
    expect([at('2026-03-28T22:59:59Z'), at('2026-03-28T23:00:00Z')]).to.deep.equal([false, true])
    // This day has 23 hours.
    expect([at('2026-03-29T21:59:59Z'), at('2026-03-29T22:00:00Z')]).to.deep.equal([true, false])
    const yesterday: Filter = { field: 'createdAt', is: 'within_last', value: '1d' }
    expect(found(yesterday, { createdAt: now - 23 * 3_600_000 })).to.equal(true)
    expect(found(yesterday, { createdAt: now - 23 * 3_600_000 - 1 })).to.equal(false)
  })

  it('finds birthdays over the end of a year, and of February, whatever the year of birth', () => {
    const soon = (from: string, birth: object) =>
      matches({ field: 'birthday', is: 'within_next', value: '7d' }, { birth }, { ...asking, now: Date.parse(from) })
    expect(soon('2026-12-28T12:00Z', { month: 1, day: 4, year: null })).to.equal(true)
    expect(soon('2026-12-28T12:00Z', { month: 1, day: 5, year: 9999 })).to.equal(false)
    expect(soon('2026-12-28T12:00Z', { month: 12, day: 27, year: 1980 })).to.equal(false)
    expect(soon('2026-02-21T12:00Z', { month: 2, day: 29, year: 2000 })).to.equal(true)
    expect(soon('2026-02-20T12:00Z', { month: 2, day: 29, year: 2000 })).to.equal(false)
    expect(soon('2028-02-20T12:00Z', { month: 2, day: 29, year: 2000 }), 'it has a 29th').to.equal(false)
    expect(daysFrom('2026-01-30', 3)).to.deep.equal([
      { month: 1, from: 30, to: 31 },
      { month: 2, from: 1, to: 1 },
    ])
  })

  it('says how a promise stands, and whether free text may go', () => {
    const hour = 3_600_000
    const none = { promised: 'resolution', dueAt: null, breachedAt: null, isWarned: false, warnAt: null }
    const is = (field: string, value: string, one: object) =>
      matches({ field, is: 'is', value }, { channelId: 'wa', windows: {}, ...one }, ofConversations)
    const stands = (field: string, one: object) =>
      (conversationFields[field as 'sla'].options ?? []).filter((value) => is(field, value, one))
    const clocks = (...some: object[]) => ({ sla: { clocks: some.map((one) => ({ ...none, ...one })) } })
    expect(stands('sla', { sla: null })).to.deep.equal(['none'])
    expect(stands('sla', clocks({})), 'it stands still').to.deep.equal(['none'])
    expect(stands('sla', clocks({ dueAt: now + hour, warnAt: now + 1 }))).to.deep.equal(['on_time'])
    expect(stands('sla', clocks({ dueAt: now + hour, isWarned: true }, { dueAt: now + 9 * hour }))).to.deep.equal([
      'due_soon',
    ])
    expect(stands('sla', clocks({ dueAt: now }))).to.deep.equal(['breached'])
    expect(stands('sla', clocks({ breachedAt: now - hour, dueAt: now - hour }))).to.deep.equal(['breached'])

    expect(stands('window', { windows: { wa: now + 3 * hour } })).to.deep.equal(['open'])
    expect(stands('window', { windows: { wa: now + hour } })).to.deep.equal(['closing'])
    expect(stands('window', { windows: { wa: now, wa2: now + 9 * hour } })).to.deep.equal(['closed'])
    expect(stands('window', { channelId: 'sms' }), 'there is none').to.deep.equal([])
    expect(stands('channelKind', { channelId: 'sms' })).to.deep.equal(['sms'])
    const says = { field: 'sla', is: 'known' } as const
    expect(() => checked(says, conversationFields)).to.throw()
  })

  describe('in the database', () => {
    let store: Store
    let close: () => Promise<void>
    before(async () => {
      const database = await freshDatabase()
      store = await Store.open(database.uri)
      close = async () => {
        await store.close()
        await database.close()
      }
    })
    after(() => close())

    it('finds exactly those of whom it is so', async () => {
      await findsExactly('users', fc.sample(person, { numRuns: 80, seed: 8 }), filters, asking)
    })

    it('finds exactly the conversations of which it is so', async () => {
      const some = fc.sample(conversation, { numRuns: 80, seed: 5 })
      await findsExactly('conversations', some, filtersOf(conversationFields), ofConversations)
    })

    async function findsExactly(
      name: 'users' | 'conversations',
      some: readonly object[],
      asked: fc.Arbitrary<Filter>,
      by: Asking,
    ) {
      const all = some.map((one, n) => ({ ...one, _id: `one_${n}` }))
      await store
        .collection(name)
        .insertMany(all.map((one) => ({ ...atRest(one), workspaceId: 'w1' }) as unknown as Stored))
      let hits = 0
      const property = fc.asyncProperty(asked, async (filter) => {
        const expected = all.filter((one) => matches(filter, one, by)).map(({ _id }) => _id)
        const rows = await store.of('w1').find(name, mongoFilter(filter, by), { projection: { _id: 1 } })
        hits += expected.length > 0 && expected.length < all.length ? 1 : 0
        expect(rows.map(({ _id }) => _id).sort()).to.deep.equal(expected.sort())
      })
      await fc.assert(property, { numRuns: 30, seed: 11 })
      expect(hits, 'most filters find some and not all').to.be.greaterThan(10)
    }
  })
})

const stage = fc.constantFrom('lead', 'customer', 'lost')
const word = fc.constantFrom('vip', 'Übung', 'de', 'en', '', 'a.b', 'x$')
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })
const person = fc.record(
  {
    stage: maybe(stage),
    source: fc.option(word),
    tags: maybe(fc.array(word, { maxLength: 3 })),
    locale: fc.option(word),
    identities: fc.array(fc.record({ kind: fc.constantFrom('wa_id', 'phone', 'email') }), { maxLength: 2 }),
    isBlocked: maybe(fc.boolean()),
    score: fc.integer({ min: 0, max: 40 }),
    createdAt: fc.integer({ min: -12, max: 12 }).map((days) => now + days * day),
    lastSeenAt: fc.option(fc.integer({ min: -12, max: 12 }).map((hours) => now + hours * 3_600_000)),
    birth: fc.option(
      fc.record({
        month: fc.integer({ min: 1, max: 12 }),
        day: fc.integer({ min: 1, max: 29 }),
        year: fc.constant(9999),
      }),
    ),
    custom: maybe(
      fc.record({ shoe: maybe(fc.integer({ min: 36, max: 40 })), speaks: maybe(fc.subarray(['de', 'en'])) }),
    ),
  },
  { requiredKeys: ['createdAt'] },
)

const instant = fc.integer({ min: -12, max: 12 }).map((hours) => now + hours * 3_600_000)
const clock = fc.record({
  dueAt: fc.option(instant),
  breachedAt: fc.option(instant, { freq: 2 }),
  warnAt: fc.option(instant),
  isWarned: fc.boolean(),
})
const conversation = fc.record(
  {
    status: fc.constantFrom('open', 'pending', 'resolved'),
    assigneeId: fc.option(word),
    teamId: fc.option(word),
    channelId: fc.constantFrom('wa', 'wa2', 'sms', 'app', null),
    windows: fc.record({ wa: instant, wa2: instant }, { requiredKeys: [] }),
    sla: fc.option(fc.record({ clocks: fc.array(clock, { maxLength: 2 }) })),
    rules: fc.record({ terms: fc.record({ locale: fc.option(word) }) }),
    priority: fc.constantFrom('none', 'high'),
    tags: fc.array(word, { maxLength: 3 }),
    unread: fc.integer({ min: 0, max: 40 }),
    waitingSince: fc.option(instant),
    lastMessageAt: instant,
    snoozedUntil: fc.option(instant),
  },
  { requiredKeys: ['status', 'windows', 'lastMessageAt'] },
)

const firstInstant = 1e11
/** As it rests: instants are dates, and what is not there is not there. */
const atRest = (one: object): object =>
  JSON.parse(JSON.stringify(one), (_, value: unknown) =>
    typeof value === 'number' && value > firstInstant ? new Date(value) : value,
  )

const date = fc.integer({ min: -12, max: 12 }).map((days) => new Date(now + days * day).toISOString().slice(0, 10))
const span = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom('h', 'd')).map(([n, unit]) => `${n}${unit}`)
const days = fc.integer({ min: 0, max: 366 }).map((n) => `${n}d`)
const someWord = word.filter((one) => one !== '')
const oneOf = (options: readonly string[] | undefined) => (options ? fc.constantFrom(...options) : someWord)

function valueFor({ type, options }: Field, is: string): fc.Arbitrary<unknown> {
  if (is.endsWith('known')) return fc.constant(undefined)
  if (is === 'in_month') return fc.integer({ min: 1, max: 12 })
  if (type === 'birthday') return is === 'on' ? fc.constantFrom('02-29', '03-14', '12-01') : days
  if (type === 'yes_no') return fc.boolean()
  if (type === 'number') return fc.integer({ min: 0, max: 40 })
  if (type === 'date') return ['before', 'after', 'on'].includes(is) ? date : span
  if (/_of$|^has_/.test(is)) return fc.array(oneOf(options), { minLength: 1, maxLength: 3 })
  return oneOf(options)
}

const conditionOf = (all: Fields): fc.Arbitrary<Condition> =>
  fc.constantFrom(...Object.keys(all)).chain((field) => {
    const known = all[field] as Field
    return fc
      .constantFrom(...operatorsOf(known))
      .chain((is) => valueFor(known, is).map((value) => ({ field, is, value }) as Condition))
  })
const level = (part: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
  fc.oneof(
    part,
    fc.array(part, { maxLength: 3 }).map((all) => ({ all })),
    fc.array(part, { maxLength: 3 }).map((any) => ({ any })),
    part.map((not) => ({ not })),
  )
const filtersOf = (all: Fields) => level(level(conditionOf(all)))
const filters = filtersOf({ ...personFields, ...fields })
