import { expect } from 'chai'
import fc from 'fast-check'
import { Calendar } from '../../kernel/calendar.ts'
import { dayNames, Hours, type Interval } from '../../kernel/hours.ts'

const at = (text: string) => Date.parse(text)
const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString())
const workdays = (...intervals: [string, string][]) =>
  Object.fromEntries(dayNames.slice(0, 5).map((day) => [day, intervals.map(([from, to]) => ({ from, to }))]))
const nineToFive = Hours.parse({ weekly: workdays(['09:00', '17:00']) })
const minuteMs = 60_000

describe('the calendar of a business', () => {
  it('counts minutes only while it is open', () => {
    const calendar = new Calendar(nineToFive, 'UTC')
    for (const [from, minutes, until] of [
      ['2026-11-20T16:30Z', 60, '2026-11-23T09:30:00.000Z'], // Friday: chatwoot#13392.
      ['2026-11-18T07:00Z', 120, '2026-11-18T11:00:00.000Z'],
      ['2026-11-20T16:00Z', 60, '2026-11-20T17:00:00.000Z'],
      ['2026-11-21T12:00Z', 1, '2026-11-23T09:01:00.000Z'],
      ['2026-11-18T10:00:30Z', 0, '2026-11-18T10:00:30.000Z'],
      ['2026-11-18T10:00:30Z', 24 * 60, '2026-11-23T10:00:30.000Z'],
    ] as const)
      expect(iso(calendar.after(at(from), minutes)), `${from} + ${minutes}`).to.equal(until)
    expect(calendar.isOpenAt(at('2026-11-20T16:59:59Z'))).to.equal(true)
    expect(calendar.isOpenAt(at('2026-11-20T17:00Z'))).to.equal(false)
    expect(iso(calendar.nextOpening(at('2026-11-20T17:00Z')))).to.equal('2026-11-23T09:00:00.000Z')
    expect(calendar.minutesBetween(at('2026-11-20T16:30Z'), at('2026-11-23T09:30Z'))).to.equal(60)
  })

  it('knows breaks, holidays, and holidays with hours of their own', () => {
    const hours = Hours.parse({
      weekly: workdays(['08:30', '12:30'], ['14:00', '18:00']),
      holidays: [
        { date: '2026-12-25', name: 'Christmas' },
        { date: '2026-12-24', name: 'Christmas Eve', intervals: [{ from: '09:00', to: '11:00' }] },
      ],
    })
    const calendar = new Calendar(hours, 'Europe/Lisbon')
    expect(iso(calendar.after(at('2026-12-23T12:00Z'), 60))).to.equal('2026-12-23T14:30:00.000Z')
    expect(iso(calendar.after(at('2026-12-24T10:00Z'), 90))).to.equal('2026-12-28T09:00:00.000Z')
    expect(iso(calendar.nextOpening(at('2026-12-24T11:00Z')))).to.equal('2026-12-28T08:30:00.000Z')
  })

  it('opens by the wall clock on the days on which it is moved', () => {
    const nights = Hours.parse({
      weekly: {
        sunday: [
          { from: '01:30', to: '02:30' },
          { from: '02:45', to: '05:00' },
        ],
      },
    })
    const berlin = new Calendar(nights, 'Europe/Berlin')
    const spans = (date: string) => berlin.spansOf(date).map(({ from, to }) => [iso(from), iso(to)])
    // At 02:00 it is 03:00: what would open in between opens then, and nothing overlaps.
    expect(spans('2026-03-29')).to.deep.equal([
      ['2026-03-29T00:30:00.000Z', '2026-03-29T01:00:00.000Z'],
      ['2026-03-29T01:00:00.000Z', '2026-03-29T03:00:00.000Z'],
    ])
    // 02:00 to 03:00 comes twice: the first of each time is meant.
    expect(spans('2026-10-25')).to.deep.equal([
      ['2026-10-24T23:30:00.000Z', '2026-10-25T00:30:00.000Z'],
      ['2026-10-25T00:45:00.000Z', '2026-10-25T04:00:00.000Z'],
    ])
    const always = Hours.parse({
      weekly: Object.fromEntries(dayNames.map((day) => [day, [{ from: '00:00', to: '24:00' }]])),
    })
    // Midnight does not exist in Cairo on this day, and a day is never anything but open.
    const cairo = new Calendar(always, 'Africa/Cairo')
    expect(iso(cairo.after(at('2026-04-22T22:00Z'), 72 * 60))).to.equal('2026-04-25T22:00:00.000Z')
    expect(cairo.minutesBetween(at('2026-04-23T22:00Z'), at('2026-04-24T21:00Z'))).to.equal(23 * 60)
  })

  it('says so when it never opens', () => {
    const closed = new Calendar(Hours.parse({}), 'UTC')
    expect(closed.after(0, 1)).to.equal(undefined)
    expect(closed.nextOpening(0)).to.equal(undefined)
    expect(closed.isOpenAt(0)).to.equal(false)
    expect(new Calendar(nineToFive, 'UTC').after(0, 1e9), 'nor does it count for ever').to.equal(undefined)
  })

  it('takes no hours that cannot be', () => {
    for (const [why, intervals] of [
      ['closes first', [{ from: '10:00', to: '09:00' }]],
      [
        'overlaps',
        [
          { from: '09:00', to: '12:00' },
          { from: '11:00', to: '13:00' },
        ],
      ],
      ['no time', [{ from: '9:00', to: '12:00' }]],
      ['no hour', [{ from: '09:00', to: '24:01' }]],
    ] as const)
      expect(Hours.safeParse({ weekly: { monday: intervals } }).success, why).to.equal(false)
    const on = (...dates: string[]) => Hours.safeParse({ holidays: dates.map((date) => ({ date, name: 'x' })) }).success
    expect([on('2026-02-28'), on('2026-02-29'), on('2028-02-29'), on('2026-05-01', '2026-05-01')]).to.deep.equal([
      true,
      false,
      true,
      false,
    ])
  })

  // Independent of the calendar's way: it looks at a clock on the wall, minute after minute.
  it('agrees with somebody who watches the clock, in any zone and through any change of clocks', () => {
    // Clocks are moved in the small hours: half of the times are there.
    const quarter = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 95 }))
    const time = quarter.map((nth) => nth * 15)
    const text = (minutes: number) =>
      `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
    const day = fc
      .uniqueArray(time, { maxLength: 4 })
      .map((times) => times.sort((one, other) => one - other))
      .map((times) => times.slice(0, times.length - (times.length % 2)))
      .map((times) =>
        times.flatMap((from, nth): Interval[] =>
          nth % 2 === 0 ? [{ from: text(from), to: text(times[nth + 1] ?? 0) }] : [],
        ),
      )
    const moves = [
      ['Europe/Berlin', '2026-03-28T12:00Z'],
      ['Europe/Berlin', '2026-10-24T12:00Z'],
      ['Africa/Cairo', '2026-04-23T12:00Z'],
      ['America/Santiago', '2026-09-05T16:00Z'],
      ['America/Havana', '2026-10-31T12:00Z'],
      ['Australia/Lord_Howe', '2026-04-04T03:00Z'],
      ['America/St_Johns', '2011-11-06T12:00Z'],
      ['Pacific/Apia', '2011-12-29T20:00Z'],
      ['Asia/Kathmandu', '2026-05-05T12:00Z'],
    ] as const
    fc.assert(
      fc.property(
        fc.constantFrom(...moves),
        fc.tuple(day, day, day, day, day, day, day),
        fc.integer({ min: 0, max: 36 * 60 }),
        fc.integer({ min: 1, max: 20 * 60 }),
        ([zone, near], week, offset, minutes) => {
          const weekly = Object.fromEntries(dayNames.map((name, nth) => [name, week[nth]]))
          const calendar = new Calendar(Hours.parse({ weekly }), zone)
          const from = at(near) + offset * minuteMs
          const model = watched(zone, week, at(near) - 30 * 60 * minuteMs, at(near) + 80 * 60 * minuteMs)
          let left = minutes
          for (let now = from; now < from + 40 * 60 * minuteMs; now += minuteMs) {
            const isOpen = model(now)
            if (now % (45 * minuteMs) < 2 * minuteMs && calendar.isOpenAt(now) !== isOpen)
              throw new Error(`${iso(now)}: the clock on the wall says ${isOpen}`)
            if (isOpen) left--
            if (left === 0) return void expect(iso(calendar.after(from, minutes))).to.equal(iso(now + minuteMs))
          }
        },
      ),
      { numRuns: 12 },
    )
  })
})

const seen = new Map<string, Map<number, string>>()

/** What a clock on a wall there shows, as `2026-03-29 01:30`: each look is remembered, a test looks often. */
function clockIn(zone: string) {
  const shown = seen.get(zone) ?? new Map<number, string>()
  seen.set(zone, shown)
  const options = { timeZone: zone, dateStyle: 'short', timeStyle: 'short' } as const
  const clock = (clocks[zone] ??= new Intl.DateTimeFormat('sv-SE', options))
  return (now: number) => {
    const known = shown.get(now) ?? clock.format(now)
    shown.set(now, known)
    return known
  }
}
const clocks: Record<string, Intl.DateTimeFormat> = {}

/** Each interval begins and ends when the clock first shows its time of that day, or a later one. */
function watched(zone: string, week: readonly (readonly Interval[])[], from: number, until: number) {
  const first = new Map<string, number>()
  const wall: string[] = []
  let latest = ''
  for (let now = from; now < until; now += minuteMs) {
    const shown = clockIn(zone)(now)
    if (shown <= latest) continue
    latest = shown
    wall.push(shown)
    first.set(shown, now)
  }
  const firstAt = (shown: string) => first.get(wall.find((one) => one >= shown) ?? '') ?? Infinity
  const spans: [number, number][] = []
  for (const date of new Set(wall.map((one) => one.slice(0, 10)))) {
    const nth = (new Date(`${date}T12:00Z`).getUTCDay() + 6) % 7
    for (const { from: opens, to: closes } of week[nth] ?? [])
      spans.push([firstAt(`${date} ${opens}`), firstAt(`${date} ${closes}`)])
  }
  return (now: number) => spans.some(([opens, closes]) => opens <= now && now < closes)
}
