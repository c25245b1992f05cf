import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import style from './tip.module.css'

interface Shown {
  over: HTMLElement
  words: string
  key: string | undefined
}

const waitMs = 350

/** What a button is for, and its key, for those who point at it or reach it by keyboard: `data-tip`, `data-tip-key`. */
export const Tip = () => {
  const [shown, setShown] = useState<Shown | null>(null)
  const tip = useRef<HTMLDivElement>(null)
  useEffect(() => listen(setShown), [])
  useLayoutEffect(() => {
    if (shown && tip.current) place(tip.current, shown.over)
  }, [shown])
  if (!shown) return null
  // The button's own name says the same: this is for eyes only.
  return (
    <div ref={tip} className={style.tip} aria-hidden="true">
      {shown.words}
      {shown.key && <kbd>{shown.key}</kbd>}
    </div>
  )
}

function listen(show: (shown: Shown | null) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const hide = () => {
    clearTimeout(timer)
    show(null)
  }
  const look = ({ target, type }: Event) => {
    const over = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null
    hide()
    if (!over || (type === 'focusin' && !over.matches(':focus-visible'))) return
    const { tip: words = '', tipKey: key } = over.dataset
    timer = setTimeout(() => show({ over, words, key }), waitMs)
  }
  const starts = ['pointerover', 'focusin'] as const
  const ends = ['pointerdown', 'keydown', 'focusout', 'scroll'] as const
  for (const name of starts) document.addEventListener(name, look)
  for (const name of ends) document.addEventListener(name, hide, true)
  return () => {
    clearTimeout(timer)
    for (const name of starts) document.removeEventListener(name, look)
    for (const name of ends) document.removeEventListener(name, hide, true)
  }
}

const gapPx = 7

/** Below its button or at its end, and always inside the window. */
function place(tip: HTMLElement, over: HTMLElement) {
  const at = over.getBoundingClientRect()
  const { width, height } = tip.getBoundingClientRect()
  const isRtl = getComputedStyle(over).direction === 'rtl'
  const beside = isRtl ? at.left - width - gapPx : at.right + gapPx
  const isBeside = over.dataset['tipSide'] === 'end' && innerWidth > 760
  const left = isBeside ? beside : at.left + (at.width - width) / 2
  const below = at.bottom + gapPx + height > innerHeight ? at.top - height - gapPx : at.bottom + gapPx
  const top = isBeside ? at.top + (at.height - height) / 2 : below
  tip.style.left = `${Math.min(innerWidth - width - 4, Math.max(4, left))}px`
  tip.style.top = `${Math.max(4, top)}px`
}
