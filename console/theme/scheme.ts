import { useSyncExternalStore } from 'react'

/** The colours that are shown. `public/scheme.js` says the first, before anything is painted. */
export type Scheme = 'light' | 'dark'

const slot = 'careline.scheme'
const byTheSystem = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

const kept = (): Scheme | undefined => {
  const said = localStorage.getItem(slot)
  return said === 'light' || said === 'dark' ? said : undefined
}

const now = (): Scheme => kept() ?? (byTheSystem.matches ? 'dark' : 'light')

function show() {
  document.documentElement.setAttribute('data-mantine-color-scheme', now())
  for (const listener of listeners) listener()
}

/** The system changes them in the evening, say; another tab keeps another choice. */
export function followScheme() {
  byTheSystem.addEventListener('change', show)
  addEventListener('storage', ({ key }) => {
    if (key === slot || key === null) show()
  })
}

/** This browser keeps the choice, whatever the system says from then on. */
export function chooseScheme(scheme: Scheme) {
  localStorage.setItem(slot, scheme)
  show()
}

export const useScheme = () =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, now)
