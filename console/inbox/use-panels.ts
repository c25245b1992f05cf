import { useState } from 'react'
import type { WayNow } from '../../client/connections.ts'
import type { Outgoing } from '../../kernel/content.ts'

// What opens under the field of an answer.

/** Whoever leaves it is in the field again. */
function useOpened(toField: () => void) {
  const [isOpen, setOpen] = useState(false)
  const leave = () => {
    setOpen(false)
    toField()
  }
  return { isOpen, setOpen, leave }
}

/** A contact or a place goes at once, as a message of its own. */
export function useSharing(way: WayNow | undefined, send: (content: Outgoing) => void, toField: () => void) {
  const { isOpen, setOpen, leave } = useOpened(toField)
  return {
    // A text carries neither.
    canBe: way?.kind !== 'sms',
    isOpen,
    toggle: () => setOpen(!isOpen),
    leave,
    send: (content: Outgoing) => {
      send(content)
      leave()
    },
  }
}

/** A voice note is recorded in a part of its own, and then goes with the answer as a file does. */
export function useSpeaking(way: WayNow | undefined, say: (file: File) => void, toField: () => void) {
  const { isOpen, setOpen, leave } = useOpened(toField)
  return {
    // A text carries no sound.
    canBe: way?.kind !== 'sms',
    isOpen,
    toggle: () => (isOpen ? leave() : setOpen(true)),
    leave,
    done: (file: File) => {
      say(file)
      leave()
    },
  }
}
