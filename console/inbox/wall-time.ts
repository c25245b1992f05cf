const dayMs = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

// Swedish writes dates as ISO does, and so as an input takes them.
function formatIn(zone: string) {
  const known = formats.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, ...parts })
  formats.set(zone, known)
  return known
}
const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const

/** What the clock on the wall shows there: `2026-11-22T09:05`. */
export const wallOf = (ms: number, zone: string) => formatIn(zone).format(ms).replace(' ', 'T')

/** The moment at which it shows that; where it is skipped, as much later. */
export function instantOf(wall: string, zone: string): number {
  const wanted = Date.parse(`${wall}Z`)
  const off = (ms: number) => Date.parse(`${wallOf(ms, zone)}Z`) - ms
  const first = wanted - off(wanted)
  // Near a change of clocks the first guess stands on the other side of it.
  return wanted - off(first)
}

export interface Choice {
  says: string
  at: number
}

/** When people mostly mean, said in words: in a while, and at nine of one of the next days. */
export function choicesAt(now: number, zone: string, soon: { says: string; ms: number }): Choice[] {
  const nine = (days: number) => instantOf(`${wallOf(now + days * dayMs, zone).slice(0, 10)}T09:00`, zone)
  const weekday = new Date(`${wallOf(now, zone).slice(0, 10)}T12:00Z`).getUTCDay()
  const toMonday = (8 - weekday) % 7 || 7
  const found = [
    { says: soon.says, at: now + soon.ms },
    { says: 'Tomorrow, 09:00', at: nine(1) },
    { says: 'Monday, 09:00', at: nine(toMonday) },
    { says: 'In a week, 09:00', at: nine(7) },
  ]
  // On a Sunday, Monday is tomorrow; on a Monday it is in a week.
  return found.filter(({ at }, index) => found.findIndex((one) => one.at === at) === index)
}
