import type { Peer } from '../peer.ts'

/** What a team writes without a library: a chain of promises per key. */
const tails = new Map<string, Promise<unknown>>()
const counts = new Map<string, number>()

function alone<T>(key: string, work: () => T): Promise<T> {
  const mine = (tails.get(key) ?? Promise.resolve()).then(work, work)
  tails.set(key, mine)
  void mine.then(() => {
    if (tails.get(key) === mine) tails.delete(key)
  })
  return mine
}

export const peer: Peer = {
  name: 'promise chain',
  note: 'no bound, no deadline, no supervision, nothing is validated',
  spawn(id) {
    counts.set(id, 0)
    return {
      view: () => alone(id, () => counts.get(id) ?? 0),
      increment: () =>
        alone(id, () => {
          const next = (counts.get(id) ?? 0) + 1
          counts.set(id, next)
          return next
        }),
    }
  },
}
