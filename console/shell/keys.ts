import { useEffect, useRef } from 'react'
import { preference } from './preference.ts'

/** Every key of the console: what is pressed, what it is for. The `?` sheet prints this list. */
export const keys = [
  { action: 'next', press: ['J'], says: 'Next conversation' },
  { action: 'previous', press: ['K'], says: 'Previous conversation' },
  { action: 'answer', press: ['R', 'Enter'], says: 'Answer' },
  { action: 'note', press: ['N'], says: 'Write a note for staff' },
  { action: 'resolve', press: ['E'], says: 'Resolve, or open again' },
  { action: 'assign', press: ['A'], says: 'Assign' },
  { action: 'snooze', press: ['S'], says: 'Put off until later' },
  { action: 'macro', press: ['M'], says: 'Run a macro' },
  { action: 'select', press: ['X'], says: 'Select the conversation, for several at once' },
  { action: 'person', press: ['I'], says: 'About the person' },
  { action: 'why', press: ['W'], says: 'Why: what was decided, and what happened' },
  { action: 'write', press: ['C'], says: 'Write to somebody' },
  { action: 'search', press: ['/'], says: 'Search the list' },
  { action: 'inbox', press: ['G', 'I'], says: 'Go to the inbox', isSequence: true },
  { action: 'mentions', press: ['G', 'M'], says: 'Go to what mentions you', isSequence: true },
  { action: 'queue', press: ['G', 'Q'], says: 'Go to the queue', isSequence: true },
  { action: 'people', press: ['G', 'C'], says: 'Go to the people', isSequence: true },
  { action: 'find', press: ['G', 'F'], says: 'Search in all that was said', isSequence: true },
  { action: 'phones', press: ['G', 'P'], says: 'Go to the phones', isSequence: true },
  { action: 'operations', press: ['G', 'O'], says: 'Go to operations', isSequence: true },
  { action: 'settings', press: ['G', 'S'], says: 'Go to settings', isSequence: true },
  { action: 'sheet', press: ['?'], says: 'This list' },
  { action: 'back', press: ['Esc'], says: 'One step back' },
] as const

export type Action = (typeof keys)[number]['action']
type Handlers = Partial<Record<Action, () => void>>

/** Keys of single letters can disturb those who dictate: they may be switched off (WCAG 2.1.4). */
export const letterKeys = preference('careline.letters')

// The part of the page that came last has the word: a dialog before the thread, the thread before the list.
const parts: { current: Handlers }[] = []

/** Says what keys do while this component is on the screen. */
export function useKeys(handlers: Handlers) {
  const held = useRef(handlers)
  useEffect(() => {
    held.current = handlers
  })
  useEffect(() => {
    parts.push(held)
    return () => void parts.splice(parts.indexOf(held), 1)
  }, [])
}

const singles = new Map<string, Action>()
const afterG = new Map<string, Action>()
for (const { action, press, ...rest } of keys) {
  if ('isSequence' in rest) afterG.set(press.at(-1)?.toLowerCase() ?? '', action)
  else for (const key of press) singles.set(key === 'Esc' ? 'escape' : key.toLowerCase(), action)
}

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  target.closest('input, textarea, select, [contenteditable], dialog, [role=menu]') !== null
const isPressed = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('a, button, summary') !== null

let wasG = 0

let wasKey = false
/** Whether whoever sits here goes by keys: the last that they did was no press. */
export const goesByKeys = () => wasKey
const tell = ({ type }: Event) => {
  wasKey = type === 'keydown'
}

const isForOthers = (event: KeyboardEvent) =>
  event.defaultPrevented ||
  event.metaKey ||
  event.ctrlKey ||
  event.altKey ||
  event.isComposing ||
  isField(event.target) ||
  // Whatever has the focus: over the page stands something that has the word.
  document.querySelector('dialog:modal') !== null

/** Listens to the whole page; answers the function that ends it. */
export function listenToKeys() {
  addEventListener('keydown', tell, true)
  addEventListener('pointerdown', tell, true)
  addEventListener('keydown', onKey)
  return () => {
    removeEventListener('keydown', tell, true)
    removeEventListener('pointerdown', tell, true)
    removeEventListener('keydown', onKey)
  }
}

function onKey(event: KeyboardEvent) {
  if (isForOthers(event)) return
  const key = event.key.toLowerCase()
  if (key !== 'escape' && key !== 'enter' && !letterKeys.isOn()) return
  // Enter on a link or a button is that link's or button's.
  if (key === 'enter' && isPressed(event.target)) return
  const action = actionOf(key)
  const handler = action && parts.findLast(({ current }) => current[action])?.current[action]
  if (!handler) return
  event.preventDefault()
  handler()
}

function actionOf(key: string) {
  const isSecond = Date.now() - wasG < 1_500
  wasG = key === 'g' && !isSecond ? Date.now() : 0
  return isSecond ? afterG.get(key) : singles.get(key)
}
