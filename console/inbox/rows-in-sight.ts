import { type RefObject, useCallback, useLayoutEffect, useState } from 'react'

/** So many beside those in sight are there, too: a quick turn of the wheel finds them painted. */
const beside = 8

interface Listed {
  box: RefObject<HTMLElement | null>
  count: number
  /** Each is as high as all others. */
  rowPx: number
}

/** Of `count` rows in a box that scrolls, those to be drawn; a list of thousands is as quick as one of ten. */
export function useRowsInSight({ box, count, rowPx }: Listed) {
  // As one word, so that what changes nothing draws nothing.
  const [sight, setSight] = useState('0 0')
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const look = () => {
      const first = Math.floor(element.scrollTop / rowPx)
      setSight(`${String(first)} ${String(first + Math.ceil(element.clientHeight / rowPx))}`)
    }
    look()
    const sizes = new ResizeObserver(look)
    sizes.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      sizes.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [box, rowPx])
  const [first = 0, last = 0] = sight.split(' ').map(Number)
  const from = Math.max(0, Math.min(first, count - 1) - beside)
  const until = Math.min(count, last + 1 + beside)
  return {
    shown: Array.from({ length: Math.max(0, until - from) }, (_, nth) => from + nth),
    /** Moves no further than it must. */
    bringIntoSight: useCallback(
      (index: number) => {
        const element = box.current
        if (!element) return
        const [top, bottom] = [index * rowPx, (index + 1) * rowPx]
        if (top < element.scrollTop) element.scrollTop = top
        else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight
      },
      [box, rowPx],
    ),
  }
}
