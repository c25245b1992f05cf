const dayMs = 86_400_000

/** Times as they are said in one zone. What goes in is ISO, or epoch ms. */
export interface Times {
  /** `09:05` */
  clock: (at: string | number) => string
  /** `09:05:27.301` */
  instant: (at: string | number) => string
  /** `Today`, `Yesterday`, `Monday 16 November` */
  day: (at: string | number, now: number) => string
  /** `now`, `12 min`, `3 h`, `16 Nov` */
  ago: (at: string | number, now: number) => string
  /** `16 November 2025, 09:05` */
  full: (at: string | number) => string
  /** `16 November 2025` */
  date: (at: string | number) => string
}

const known = new Map<string, Times>()
const ms = (at: string | number) => (typeof at === 'number' ? at : Date.parse(at))

/** Formatters are dear: one set per zone, kept. A zone that this browser does not know is read as its own. */
export function timesIn(zone: string): Times {
  const times = known.get(zone) ?? make(isZone(zone) ? zone : undefined)
  known.set(zone, times)
  return times
}

function isZone(zone: string) {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }))
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function make(timeZone: string | undefined): Times {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, ...(timeZone ? { timeZone } : {}) })
  const clock = format({ hour: '2-digit', minute: '2-digit' })
  const instant = format({ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 })
  const short = format({ day: 'numeric', month: 'short' })
  const weekday = format({ weekday: 'long', day: 'numeric', month: 'long' })
  const full = format({ dateStyle: 'long', timeStyle: 'short' })
  const date = format({ dateStyle: 'long' })
  const ago = (at: string | number, now: number) => {
    const minutes = Math.round((now - ms(at)) / 60_000)
    if (minutes < 1) return 'now'
    if (minutes < 60) return `${minutes} min`
    if (minutes < 600) return `${Math.floor(minutes / 60)} h`
    return short.format(ms(at)) === short.format(now) ? clock.format(ms(at)) : short.format(ms(at))
  }
  const day = (at: string | number, now: number) => {
    const label = weekday.format(ms(at))
    if (label === weekday.format(now)) return 'Today'
    return label === weekday.format(now - dayMs) ? 'Yesterday' : label
  }
  return {
    clock: (at) => clock.format(ms(at)),
    instant: (at) => instant.format(ms(at)),
    full: (at) => full.format(ms(at)),
    date: (at) => date.format(ms(at)),
    ago,
    day,
  }
}

/** How long: `12 min`, `3 h 25 min`, `2 days`. */
export function span(lengthMs: number): string {
  if (lengthMs < 60_000) return 'under a minute'
  const minutes = Math.floor(lengthMs / 60_000)
  if (minutes < 60) return `${minutes} min`
  if (minutes >= 2_880) return `${Math.floor(minutes / 1_440)} days`
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** How long somebody has waited by now. */
export const waited = (lengthMs: number) => (lengthMs < 60_000 ? 'wrote just now' : `waits ${span(lengthMs)}`)
