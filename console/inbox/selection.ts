import { useSyncExternalStore } from 'react'

/** At most so many at once: the server takes no more. */
export const selectedMax = 100

let selected: ReadonlySet<string> = new Set()
const listeners = new Set<() => void>()

function set(next: ReadonlySet<string>) {
  selected = next
  for (const listen of listeners) listen()
}

/** The conversations that are chosen for doing the same with all of them. */
export const selection = {
  now: () => selected,
  clear: () => set(new Set()),
  toggle(id: string) {
    const next = new Set(selected)
    if (!next.delete(id) && next.size < selectedMax) next.add(id)
    set(next)
  },
  subscribe(listen: () => void) {
    listeners.add(listen)
    return () => void listeners.delete(listen)
  },
}

export const useSelection = () => useSyncExternalStore(selection.subscribe, selection.now)
