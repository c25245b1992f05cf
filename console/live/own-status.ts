import { useSyncExternalStore } from 'react'

export const statuses = ['online', 'away', 'busy'] as const
export type OwnStatus = (typeof statuses)[number]

const slot = 'careline.status'
const listeners = new Set<() => void>()
const tell = () => {
  for (const listener of listeners) listener()
}

/** How this person says they are, in every tab of this browser, until they sign out. */
export const ownStatus = {
  now: (): OwnStatus => statuses.find((one) => one === localStorage.getItem(slot)) ?? 'online',
  set(status: OwnStatus) {
    localStorage.setItem(slot, status)
    tell()
  },
  forget() {
    localStorage.removeItem(slot)
    tell()
  },
  subscribe(listener: () => void) {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
}

// Another tab has said so.
addEventListener('storage', ({ key }) => {
  if (key === slot) tell()
})

export const useOwnStatus = () => useSyncExternalStore(ownStatus.subscribe, ownStatus.now)
