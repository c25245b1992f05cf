import { useId, useState, type KeyboardEvent } from 'react'
import type { Canned } from '../../client/tools.ts'
import { tools } from '../live/tools.ts'
import { useDoing } from '../live/use-doing.ts'
import style from './canned-picker.module.css'
import { useOfferedCanned } from './use-tools.ts'

interface Asked {
  conversationId: string
  /** What stands in the composer: from `/` on, it looks for an answer. */
  text: string
  /** Puts the answer in its place. */
  change: (text: string) => void
}

const shownMax = 8
const opens = /^\/([\p{L}\p{N}_-]{0,40})$/u

/** Whose shortcut begins so comes before whose name holds it. */
function found(all: readonly Canned[], wanted: string): Canned[] {
  const word = wanted.toLocaleLowerCase()
  const begins = all.filter(({ shortcut }) => shortcut.startsWith(word))
  const holds = all.filter((one) => !begins.includes(one) && one.name.toLocaleLowerCase().includes(word))
  return [...begins, ...holds].slice(0, shownMax)
}

/** The answers that fit what is being written, the one that Enter takes, and what its keys do. */
export function useCannedPicker({ conversationId, text, change }: Asked) {
  const listId = useId()
  const wanted = opens.exec(text)?.[1]
  const canned = useOfferedCanned(wanted !== undefined).data
  const [at, setAt] = useState(0)
  const [hidden, setHidden] = useState<string | null>(null)
  const [missing, setMissing] = useState<string[]>([])
  const { failed, ...doing } = useDoing()
  const items = wanted === undefined || hidden === text ? [] : found(canned ?? [], wanted)
  const index = Math.min(at, Math.max(0, items.length - 1))
  const take = (one: Canned) =>
    void doing.do(async () => {
      const filled = await tools.fill(one.id, conversationId)
      setMissing(filled.missing)
      setAt(0)
      change(filled.text)
    })
  /** True where the key was for the list. */
  const onKey = ({ key }: Pick<KeyboardEvent, 'key'>): boolean => {
    const one = items[index]
    if (!one) return false
    if (key === 'ArrowDown') setAt((index + 1) % items.length)
    else if (key === 'ArrowUp') setAt((index + items.length - 1) % items.length)
    else if (key === 'Enter' || key === 'Tab') take(one)
    else if (key === 'Escape') setHidden(text)
    else return false
    return true
  }
  const isOpen = items.length > 0
  return { listId, items, index, isOpen, take, onKey, missing: text === '' ? [] : missing, failed }
}

type Picker = ReturnType<typeof useCannedPicker>
export const optionId = ({ listId, index }: Pick<Picker, 'listId' | 'index'>) => `${listId}-${String(index)}`

/** Above the field, while it begins with `/`. */
export const CannedPicker = ({ picker }: { picker: Picker }) => {
  const { listId, items, index, isOpen, take, missing, failed } = picker
  return (
    <>
      {isOpen && (
        <ul id={listId} role="listbox" aria-label="Canned answers" className={style.list}>
          {items.map((one, nth) => (
            <li
              key={one.id}
              id={optionId({ listId, index: nth })}
              role="option"
              aria-selected={nth === index}
              // The field keeps the focus.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(one)}
            >
              <b>/{one.shortcut}</b> <bdi>{one.name}</bdi>
              <small>
                <bdi>{one.texts[0]?.text}</bdi>
              </small>
            </li>
          ))}
        </ul>
      )}
      {missing.length > 0 && (
        <p className={style.missing} role="status">
          Nothing is known for {missing.join(', ')}: read it before it goes.
        </p>
      )}
      {failed && (
        <p className={style.missing} role="alert">
          {failed.message}
        </p>
      )}
    </>
  )
}
