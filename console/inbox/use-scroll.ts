import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Item } from './items.ts'

const nearEndPx = 60
const nearStartPx = 500

/**
 * Keeps a thread where the reader is: at the end it follows what comes; further up nothing moves, neither by what
 * comes below nor by older messages that are put in above.
 */
export function useScroll(items: Item[], more: () => void) {
  const box = useRef<HTMLDivElement>(null)
  const inner = useRef<HTMLDivElement>(null)
  const was = useRef({ first: '', height: 0, isAtEnd: true })
  const [isAtEnd, setAtEnd] = useState(true)
  const first = items[0]?.key ?? ''

  useLayoutEffect(() => {
    const { current } = box
    if (!current) return
    const { first: firstBefore, height } = was.current
    if (was.current.isAtEnd) current.scrollTop = current.scrollHeight
    else if (first !== firstBefore) current.scrollTop += current.scrollHeight - height
    was.current = { ...was.current, first, height: current.scrollHeight }
  }, [first, items])

  // Pictures get their size late, and the composer grows: at the end one stays at the end.
  useEffect(() => {
    const stay = () => {
      if (box.current && was.current.isAtEnd) box.current.scrollTop = box.current.scrollHeight
    }
    const watch = new ResizeObserver(stay)
    if (inner.current) watch.observe(inner.current)
    if (box.current) watch.observe(box.current)
    return () => watch.disconnect()
  }, [])

  const onScroll = () => {
    const { current } = box
    if (!current) return
    const isEnd = current.scrollHeight - current.scrollTop - current.clientHeight < nearEndPx
    was.current = { ...was.current, height: current.scrollHeight, isAtEnd: isEnd }
    setAtEnd(isEnd)
    if (current.scrollTop < nearStartPx && !isEnd) more()
  }

  return {
    box,
    inner,
    onScroll,
    isAtEnd,
    /** How many came while the reader was further up. */
    missed: useMissed(items, isAtEnd),
    toEnd: () => {
      if (box.current) box.current.scrollTop = box.current.scrollHeight
    },
  }
}

function useMissed(items: Item[], isAtEnd: boolean) {
  const last = items.at(-1)?.message.n ?? 0
  const [from, setFrom] = useState(last)
  if (isAtEnd && from !== last) setFrom(last)
  return isAtEnd ? 0 : items.filter(({ message }) => message.n > from && message.direction === 'in').length
}
