import { useEffect, useRef } from 'react'

/** Has the focus while it is there, and goes when something else is pressed. */
export function usePanel(close: () => void) {
  const panel = useRef<HTMLDivElement>(null)
  const held = useRef(close)
  useEffect(() => {
    held.current = close
  })
  useEffect(() => {
    const { current } = panel
    const opener = document.activeElement
    current?.querySelector<HTMLElement>('button')?.focus()
    const onPress = ({ target }: PointerEvent) => {
      if (target instanceof Element && !current?.contains(target) && !target.closest('[aria-haspopup=dialog]'))
        held.current()
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      held.current()
    }
    document.addEventListener('pointerdown', onPress)
    current?.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('pointerdown', onPress)
      current?.removeEventListener('keydown', onKey)
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  return panel
}
