import { type RefObject, useEffect } from 'react'
import { goesByKeys } from '../shell/keys.ts'

// Whoever goes by keys stands somewhere on the page. What they stood on may go with a key: then they stand on what came.

const standsNowhere = () => goesByKeys() && document.activeElement === document.body

/** A thread that is opened is stood on, unless they stand on something that stays. */
export const useKeptFocus = (box: RefObject<HTMLElement | null>) =>
  useEffect(() => {
    if (standsNowhere()) box.current?.focus({ preventScroll: true })
  }, [box])

/** Out of a field, and onto what was said: letters are keys again there. */
export function toThread(field: HTMLElement) {
  field.blur()
  field.closest('section')?.querySelector<HTMLElement>('[role=log]')?.focus({ preventScroll: true })
}

const rowOf = (conversationId: string | undefined) =>
  document.querySelector<HTMLElement>(
    conversationId === undefined ? '[data-row]' : `[data-row="${CSS.escape(conversationId)}"]`,
  )

/** Back in the list they stand on the row that they came from, or on the first. */
export function toRow(conversationId?: string) {
  requestAnimationFrame(() => {
    if (standsNowhere()) (rowOf(conversationId) ?? rowOf(undefined))?.focus()
  })
}
