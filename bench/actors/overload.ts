import { setTimeout as pass } from 'node:timers/promises'
import { drive } from './drive.ts'
import { saving } from './durable.ts'
import type { Counter } from './peer.ts'

export interface OverloadPlan {
  /** How many times as much is asked as can be done. */
  times: number
  /** How long an ask may take, ms. */
  askMs: number
  directory: string
}
export interface Overloaded {
  /** Turns a second, each of another actor than the one before: so many writes. */
  capacity: number
  /** Answers a second, once asks have had the time to grow old. */
  answered: number
  /** Shares of what was asked then. */
  late: number
  unbegun: number
  full: number
  p50Ms: number
  asked: number
}

/** So many that hardly any is asked again while it waits: else more would be done with each write, and not more refused. */
const actors = 20_000
const beatMs = 10

/** What is still done in time where more is asked than can be done, and whoever is refused asks again. */
export async function overload({ times, askMs, directory }: OverloadPlan): Promise<Overloaded> {
  const { spawn, close } = await saving('batched', { store: undefined, directory }, { askMs })
  const counters = Array.from({ length: actors }, (_, n) => spawn(`c${n}`))
  for (let from = 0; from < actors; from += 1_000)
    await Promise.all(counters.slice(from, from + 1_000).map(async (counter) => counter.increment()))
  const { perSecond: capacity } = await drive(counters, 'increment', 1_024, 3_000)
  const counts = { answered: 0, timeout: 0, too_much_waits: 0, mailbox_full: 0, asked: 0 }
  const took: number[] = []
  let isCounted = false
  const ask = async (counter: Counter) => {
    const asked = performance.now()
    if (isCounted) counts.asked++
    try {
      await counter.increment()
      if (!isCounted) return
      counts.answered++
      took.push(performance.now() - asked)
    } catch (error) {
      if (isCounted) counts[(error as { code: 'timeout' }).code]++
    }
  }
  const begin = performance.now()
  let sent = 0
  const beat = setInterval(() => {
    const due = ((performance.now() - begin) / 1_000) * capacity * times
    // What the machine could not even ask is asked later: it is not the asking that is measured.
    for (const until = Math.min(due, sent + capacity * times * 0.1); sent < until; sent++)
      void ask(counters[sent % actors] as Counter)
    sent = Math.max(sent, Math.trunc(due - capacity))
  }, beatMs)
  await pass(2 * askMs)
  isCounted = true
  const from = performance.now()
  await pass(2 * askMs)
  const seconds = (performance.now() - from) / 1_000
  isCounted = false
  clearInterval(beat)
  await pass(askMs + 500)
  await close()
  took.sort((one, other) => one - other)
  const { answered, asked } = counts
  const share = (count: number) => count / asked
  return {
    ...{ capacity, answered: answered / seconds, asked: asked / seconds, p50Ms: took[took.length >> 1] ?? NaN },
    ...{ late: share(counts.timeout), unbegun: share(counts.too_much_waits), full: share(counts.mailbox_full) },
  }
}
