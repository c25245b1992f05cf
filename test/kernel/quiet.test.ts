import { expect } from 'chai'
import fc from 'fast-check'
import { isQuiet, quietUntil } from '../../kernel/quiet.ts'

const minuteMs = 60_000
const night = { from: '21:00', to: '08:00' }
const utc = (iso: string) => Date.parse(iso)

/** Forty, with every kind of change of clocks: by half an hour, at midnight, south of the equator, in Ramadan, none. */
const zones = [
  'Europe/Berlin',
  'Europe/London',
  'Europe/Dublin',
  'Europe/Lisbon',
  'Europe/Chisinau',
  'Europe/Istanbul',
  'Europe/Moscow',
  'Atlantic/Azores',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Africa/El_Aaiun',
  'Africa/Lagos',
  'Africa/Johannesburg',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'America/St_Johns',
  'America/Halifax',
  'America/Havana',
  'America/Asuncion',
  'America/Santiago',
  'America/Sao_Paulo',
  'America/Scoresbysund',
  'America/Nuuk',
  'Asia/Beirut',
  'Asia/Jerusalem',
  'Asia/Gaza',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
  'Australia/Sydney',
  'Australia/Adelaide',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Easter',
  'Antarctica/Troll',
]
/** Around the changes of clocks of 2026, north and south. */
const days = [
  '2026-03-08',
  '2026-03-15',
  '2026-03-29',
  '2026-04-05',
  '2026-04-24',
  '2026-09-06',
  '2026-09-27',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
]

describe('quiet hours', () => {
  it('go over midnight, and end where the clock says so', () => {
    expect(quietUntil(night, utc('2026-01-05T22:30Z'), 'Europe/London')).to.equal(utc('2026-01-06T08:00Z'))
    expect(quietUntil(night, utc('2026-01-06T07:59Z'), 'Europe/London')).to.equal(utc('2026-01-06T08:00Z'))
    expect(quietUntil(night, utc('2026-01-06T08:00Z'), 'Europe/London')).to.equal(utc('2026-01-06T08:00Z'))
    expect(quietUntil(night, utc('2026-01-06T12:00Z'), 'Asia/Kolkata')).to.equal(utc('2026-01-06T12:00Z'))
    expect(quietUntil(night, utc('2026-01-06T20:00Z'), 'Asia/Kolkata')).to.equal(utc('2026-01-07T02:30Z'))
  })

  it('are none where both times are the same', () => {
    expect(isQuiet({ from: '08:00', to: '08:00' }, utc('2026-01-06T07:00Z'), 'UTC')).to.equal(false)
  })

  it('end after the gap, where their end is in it, and count in an hour that comes twice', () => {
    // New York, 2026-03-08: 02:00 becomes 03:00. 2026-11-01: 02:00 becomes 01:00.
    expect(quietUntil({ from: '23:00', to: '02:30' }, utc('2026-03-08T06:00Z'), 'America/New_York')).to.equal(
      utc('2026-03-08T07:00Z'),
    )
    const early = { from: '23:00', to: '01:30' }
    expect(quietUntil(early, utc('2026-11-01T05:00Z'), 'America/New_York')).to.equal(utc('2026-11-01T05:30Z'))
    expect(isQuiet(early, utc('2026-11-01T05:45Z'), 'America/New_York')).to.equal(false)
    expect(quietUntil(early, utc('2026-11-01T06:10Z'), 'America/New_York')).to.equal(utc('2026-11-01T06:30Z'))
  })

  it('end at the first minute at which the wall shows no quiet time, in forty zones over the days of change', () => {
    expect(zones).to.have.length(40)
    const time = fc
      .integer({ min: 0, max: 95 })
      .map((n) => `${String(Math.floor(n / 4)).padStart(2, '0')}:${String((n % 4) * 15).padStart(2, '0')}`)
    const at = fc
      .tuple(fc.constantFrom(...days), fc.integer({ min: -720, max: 2_160 }))
      .map(([day, minute]) => utc(`${day}T00:00Z`) + minute * minuteMs)
    const property = fc.property(fc.constantFrom(...zones), time, time, at, (zone, from, to, now) => {
      const hours = { from, to }
      const end = quietUntil(hours, now, zone)
      if (!isQuiet(hours, now, zone)) return end === now
      if (end <= now || isQuiet(hours, end, zone)) return false
      // Nothing before it was free: every quarter of an hour, which is what these times and changes are made of.
      for (let before = end - minuteMs; before >= now; before -= 15 * minuteMs)
        if (!isQuiet(hours, before, zone)) return false
      return true
    })
    fc.assert(property, { seed: 2026, numRuns: 150 })
  })
})
