import { useId, useState, type KeyboardEvent } from 'react'
import { useMembers } from '../live/use-session.ts'
import style from './canned-picker.module.css'

interface Asked {
  /** Only a note asks for colleagues. */
  isNote: boolean
  text: string
  change: (text: string) => void
}

const shownMax = 6
const opens = /(?:^|\s)@([\p{L}\p{N}._-]{0,40})$/u

/** Colleagues whose names fit what follows an `@`, the one that Enter takes, and what the list's keys do. */
export function useMentionPicker({ isNote, text, change }: Asked) {
  const listId = useId()
  const { members, me } = useMembers()
  const [at, setAt] = useState(0)
  const [hidden, setHidden] = useState<string | null>(null)
  const wanted = isNote ? opens.exec(text)?.[1]?.toLocaleLowerCase() : undefined
  const others = members.filter(({ id }) => id !== me.id)
  const fits = (name: string) => name.toLocaleLowerCase().includes(wanted ?? '')
  const items =
    wanted === undefined || hidden === text ? [] : others.filter(({ name }) => fits(name)).slice(0, shownMax)
  const index = Math.min(at, Math.max(0, items.length - 1))
  const take = ({ name }: { name: string }) => {
    setAt(0)
    change(`${text.slice(0, text.length - (wanted?.length ?? 0))}${name} `)
  }
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
  return { listId, items, index, isOpen: items.length > 0, take, onKey, activeId: `${listId}-${String(index)}` }
}

/** Whom a note names: everybody whose whole name follows an `@` in it. */
export function mentionedIn(text: string, members: readonly { id: string; name: string }[]): string[] {
  const words = text.toLocaleLowerCase()
  return members.filter(({ name }) => words.includes(`@${name.toLocaleLowerCase()}`)).map(({ id }) => id)
}

export const MentionPicker = ({ picker }: { picker: ReturnType<typeof useMentionPicker> }) => {
  const { listId, items, index, isOpen, take } = picker
  if (!isOpen) return null
  return (
    <ul id={listId} role="listbox" aria-label="Colleagues" className={style.list}>
      {items.map((one, nth) => (
        <li
          key={one.id}
          id={`${listId}-${String(nth)}`}
          role="option"
          aria-selected={nth === index}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(one)}
        >
          <b>@</b>
          <bdi>{one.name}</bdi>
        </li>
      ))}
    </ul>
  )
}
