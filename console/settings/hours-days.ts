import type { DayName, Hours, Interval } from '../../client/business.ts'

export const days: readonly (readonly [DayName, string])[] = [
  ['monday', 'Monday'],
  ['tuesday', 'Tuesday'],
  ['wednesday', 'Wednesday'],
  ['thursday', 'Thursday'],
  ['friday', 'Friday'],
  ['saturday', 'Saturday'],
  ['sunday', 'Sunday'],
]

/** The next one that a person most likely means: after the last, or a usual day. */
export function nextInterval(of: readonly Interval[]): Interval {
  const last = of.at(-1)
  if (!last) return { from: '09:00', to: '17:00' }
  const from = last.to < '22:00' ? later(last.to, 1) : last.to
  return { from, to: from < '20:00' ? later(from, 3) : '24:00' }
}

function later(time: string, hours: number) {
  const [hour = '0', minute = '00'] = time.split(':')
  return `${String(Number(hour) + hours).padStart(2, '0')}:${minute}`
}

/** The same hours on other days. */
export function copied(hours: Hours, from: DayName, to: readonly DayName[]): Hours {
  const same = Object.fromEntries(to.map((day) => [day, hours.weekly[from].map((one) => ({ ...one }))]))
  return { ...hours, weekly: { ...hours.weekly, ...same } }
}

export const workdays = days.slice(0, 5).map(([day]) => day)
export const allDays = days.map(([day]) => day)

/** A field for a time knows no 24:00: there the end of a day is 00:00. */
export const shownEnd = (to: string) => (to === '24:00' ? '00:00' : to)
export const endOf = (shown: string) => (shown === '00:00' ? '24:00' : shown)

/** What cannot be as it was typed, with the day that it is about. The server would say the same, later. */
export function wrongIn({ weekly, holidays }: Hours): string[] {
  const all: [string, readonly Interval[]][] = [
    ...days.map(([day, says]): [string, readonly Interval[]] => [says, weekly[day]]),
    ...holidays.map(({ name, intervals }): [string, readonly Interval[]] => [name, intervals]),
  ]
  return all.flatMap(([says, intervals]) => {
    const why = wrongOf(intervals)
    return why === undefined ? [] : [`${says}: ${why}`]
  })
}

function wrongOf(intervals: readonly Interval[]): string | undefined {
  if (intervals.some(({ from, to }) => from >= to))
    return 'it must close after it opens. What goes past midnight is two intervals, on two days.'
  const isInOrder = intervals.every(({ from }, nth) => nth === 0 || (intervals[nth - 1]?.to ?? '') <= from)
  return isInOrder ? undefined : 'the later interval begins before the earlier one ends.'
}
