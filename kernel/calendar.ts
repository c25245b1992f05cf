import { dayNames, type Hours, type Interval } from './hours.ts'
import { dayAfter, dayOfWeek, firstInstantAt, localDateOf } from './local-time.ts'

/** A stretch of time, epoch ms: from its beginning until just before its end. */
export interface Span {
  from: number
  to: number
}

const minuteMs = 60_000
/** Whoever does not open within so many days has no next opening. */
const daysMax = 800
/** What has not come to pass in ten years is not waited for. */
const walkMax = 3_660
const keptMax = 1_000

/**
 * When a business is open, in instants. Its times are those of its wall clock: what a change of clocks skips is not
 * there, and of a time that comes twice the first is meant, so a day of 25 hours may be open an hour longer.
 */
export class Calendar {
  readonly #hours: Hours
  readonly #zone: string
  readonly #holidays: ReadonlyMap<string, readonly Interval[]>
  readonly #kept = new Map<string, readonly Span[]>()

  constructor(hours: Hours, zone: string) {
    this.#hours = hours
    this.#zone = zone
    this.#holidays = new Map(hours.holidays.map(({ date, intervals }) => [date, intervals]))
  }

  isOpenAt(time: number): boolean {
    return this.nextOpening(time) === time
  }

  /** The first moment from `time` on at which it is open; undefined where none comes within 800 days. */
  nextOpening(time: number): number | undefined {
    for (const { from } of this.#spansFrom(time)) return Math.max(from, time)
    return undefined
  }

  /** When so many minutes of being open have passed since `time`; undefined where that is not within ten years. */
  after(time: number, minutes: number): number | undefined {
    if (minutes <= 0) return time
    let left = minutes * minuteMs
    for (const { from, to } of this.#spansFrom(time)) {
      const begin = Math.max(from, time)
      if (to - begin >= left) return begin + left
      left -= to - begin
    }
    return undefined
  }

  /** Minutes of being open between two moments. */
  minutesBetween(from: number, until: number): number {
    let ms = 0
    for (const span of this.#spansFrom(from)) {
      if (span.from >= until) break
      ms += Math.min(span.to, until) - Math.max(span.from, from)
    }
    return ms / minuteMs
  }

  /** The open stretches of a local date, in their order. */
  spansOf(date: string): readonly Span[] {
    const known = this.#kept.get(date)
    if (known) return known
    const intervals = this.#holidays.get(date) ?? this.#hours.weekly[dayNames[dayOfWeek(date) - 1] ?? 'monday']
    const spans = intervals
      .map(({ from, to }) => ({ from: this.#instant(date, from), to: this.#instant(date, to) }))
      .filter(({ from, to }) => from < to)
    if (this.#kept.size >= keptMax) this.#kept.clear()
    this.#kept.set(date, spans)
    return spans
  }

  /** Those that end after `time`, day after day, for ten years, or until 800 days in a row had none. */
  *#spansFrom(time: number): Generator<Span> {
    let date = localDateOf(time, this.#zone)
    for (let closed = 0, walked = 0; closed < daysMax && walked < walkMax; closed++, walked++, date = dayAfter(date))
      for (const span of this.spansOf(date))
        if (span.to > time) {
          closed = 0
          yield span
        }
  }

  #instant(date: string, time: string) {
    return time === '24:00'
      ? firstInstantAt(dayAfter(date), '00:00', this.#zone)
      : firstInstantAt(date, time, this.#zone)
  }
}
