import { useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

/** For a row of links that is wider than its place: the one for the page that is open is brought into sight. */
export function useHereInSight<Box extends HTMLElement>() {
  const box = useRef<Box>(null)
  // A link knows that it is the one only once the page is there.
  const at = useRouterState({ select: ({ location, status }) => `${location.href} ${status}` })
  useEffect(() => {
    box.current
      ?.querySelector('[aria-current], [aria-selected=true]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [at])
  return box
}
