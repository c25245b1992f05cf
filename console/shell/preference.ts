import { useSyncExternalStore } from 'react'

/** A switch that this browser remembers; on until it is switched off. */
export interface Preference {
  isOn: () => boolean
  set: (isOn: boolean) => void
  subscribe: (listener: () => void) => () => void
}

export function preference(slot: string): Preference {
  const listeners = new Set<() => void>()
  return {
    isOn: () => localStorage.getItem(slot) !== 'off',
    set: (isOn) => {
      localStorage.setItem(slot, isOn ? 'on' : 'off')
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export const usePreference = ({ isOn, subscribe }: Preference) => useSyncExternalStore(subscribe, isOn)
