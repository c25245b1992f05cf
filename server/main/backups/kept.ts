import type { Backup } from '../../backups.ts'

const dayMs = 24 * 60 * 60_000

/**
 * Which of the good ones are kept: the latest of each of so many days and of each of so many weeks that have one, and
 * the last one that a restore has proven. Days are those of UTC.
 */
export function keptOf(
  good: readonly Pick<Backup, 'id' | 'startedAt' | 'isSound'>[],
  { days, weeks }: { days: number; weeks: number },
): Set<string> {
  const latestFirst = [...good].sort((one, other) => other.startedAt - one.startedAt)
  const kept = new Set<string>()
  const keep = (spanMs: number, max: number, shiftMs = 0) => {
    const spans = new Set<number>()
    for (const { id, startedAt } of latestFirst) {
      const span = Math.floor((startedAt + shiftMs) / spanMs)
      if (spans.has(span) || spans.size >= max) continue
      spans.add(span)
      kept.add(id)
    }
  }
  keep(dayMs, days)
  keep(7 * dayMs, weeks, 3 * dayMs) // The epoch was a Thursday; weeks begin on Mondays.
  const proven = latestFirst.find(({ isSound }) => isSound === true)
  if (proven) kept.add(proven.id)
  return kept
}
