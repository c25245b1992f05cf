import { useState, type FocusEvent, type PointerEvent } from 'react'
import type { Line } from '../../client/wire.ts'

interface Held {
  /** Which list it is. */
  view: string
  ids: string[]
  /** The newest message of each line when the order was held. */
  newest: Map<string, string | null>
}

interface Live {
  view: string
  lines: Line[]
  known: Map<string, Line>
}

const hold = ({ view, lines }: Live): Held => ({
  view,
  ids: lines.map((line) => line.conversationId),
  newest: new Map(lines.map((line) => [line.conversationId, line.conversation.lastMessageAt])),
})

/**
 * Rows change in place at once, but they move only while nobody points at them: under a pointer or a focused key
 * the order is held, and what came meanwhile is a number on top.
 */
export function useCalm(live: Live) {
  const [held, setHeld] = useState<Held | null>(null)
  const [causes, setCauses] = useState({ isHovered: false, isFocused: false })
  const now = held?.view === live.view ? held : null
  const change = (next: typeof causes) => {
    const isHeld = next.isHovered || next.isFocused
    setCauses(next)
    if (!isHeld) setHeld(null)
    else if (!now) setHeld(hold(live))
  }
  return {
    lines: now ? inHeldOrder(now, live) : live.lines,
    newer: now ? newerThan(now, live.lines) : 0,
    release: () => setHeld(causes.isHovered || causes.isFocused ? hold(live) : null),
    bind: {
      onPointerEnter: (event: PointerEvent) => {
        if (event.pointerType === 'mouse') change({ ...causes, isHovered: true })
      },
      onPointerLeave: () => change({ ...causes, isHovered: false }),
      onFocus: (event: FocusEvent) => {
        if (event.target.matches(':focus-visible')) change({ ...causes, isFocused: true })
      },
      onBlur: (event: FocusEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget)) change({ ...causes, isFocused: false })
      },
    },
  }
}

/** The held rows as they are now, and below them what further pages brought. */
function inHeldOrder(held: Held, { lines, known }: Live): Line[] {
  const rows = held.ids.flatMap((id) => known.get(id) ?? [])
  const last = rows.at(-1)?.conversation.lastMessageAt ?? ''
  const below = lines.filter(
    ({ conversationId, conversation }) => !held.newest.has(conversationId) && (conversation.lastMessageAt ?? '') < last,
  )
  return [...rows, ...below]
}

function newerThan(held: Held, lines: Line[]): number {
  const oldest = held.newest.get(held.ids.at(-1) ?? '') ?? ''
  return lines.filter(({ conversationId, conversation: { lastMessageAt } }) => {
    const before = held.newest.get(conversationId)
    if (before === undefined) return (lastMessageAt ?? '') >= oldest
    // The one on top stays on top: nothing would move.
    return lastMessageAt !== before && conversationId !== held.ids[0]
  }).length
}
