import { useSyncExternalStore } from 'react'

interface Beat {
  now: number
  subscribe: (listener: () => void) => () => void
}

// One timer per pace, however many rows of a list show an age.
const beats = new Map<number, Beat>()

function beat(everyMs: number): Beat {
  const known = beats.get(everyMs)
  if (known) return known
  const listeners = new Set<() => void>()
  let timer: ReturnType<typeof setInterval> | undefined
  const made: Beat = {
    now: Date.now(),
    subscribe: (listener) => {
      listeners.add(listener)
      timer ??= setInterval(() => {
        made.now = Date.now()
        for (const one of listeners) one()
      }, everyMs)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
  beats.set(everyMs, made)
  return made
}

/** The moment, epoch ms, renewed every `everyMs`. */
export function useNow(everyMs: 1_000 | 30_000): number {
  const { subscribe } = beat(everyMs)
  return useSyncExternalStore(subscribe, () => fresh(beat(everyMs), everyMs))
}

// A beat that nobody listened to for a while has stopped; who comes then must not be shown its last moment.
function fresh(one: Beat, everyMs: number) {
  const now = Date.now()
  if (now - one.now > everyMs) one.now = now
  return one.now
}
