import { quantile } from '../figures.ts'
import type { Counter } from './peer.ts'

/** So many clients, each asking again as soon as it was answered. */
export async function drive(counters: Counter[], message: 'view' | 'increment', inflight: number, ms: number) {
  const samples: number[] = []
  let done = 0
  let next = 0
  const begin = performance.now()
  const end = begin + ms
  const client = async (nth: number) => {
    for (let n = nth; ; n++) {
      const counter = counters[next++ % counters.length] as Counter
      // The clock costs as much as some of the peers: every eighth ask is timed.
      const isTimed = (n & 7) === 0
      const asked = isTimed ? performance.now() : 0
      await counter[message]()
      done++
      if (!isTimed) continue
      const now = performance.now()
      if (samples.length < 1_000_000) samples.push(now - asked)
      if (now >= end) return
    }
  }
  await Promise.all(Array.from({ length: inflight }, (_, nth) => client(nth)))
  const seconds = (performance.now() - begin) / 1_000
  return { perSecond: done / seconds, p50Us: quantile(samples, 0.5) * 1_000, p99Us: quantile(samples, 0.99) * 1_000 }
}
