import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import style from './option-list.module.css'

interface Asked<One> {
  /** What is being written: Esc hides the list until it is another. */
  text: string
  /** What fits it. */
  found: readonly One[]
  take: (one: One) => void
}

/** What is offered for what is being written: the one that Enter takes, and what the list's keys do. */
export function useOptionList<One>({ text, found, take }: Asked<One>) {
  const listId = useId()
  const [at, setAt] = useState(0)
  const [hidden, setHidden] = useState<string | null>(null)
  const items = hidden === text ? [] : found
  const index = Math.min(at, Math.max(0, items.length - 1))
  const choose = (one: One) => {
    setAt(0)
    take(one)
  }
  /** True where the key was for the list. */
  const onKey = ({ key }: Pick<KeyboardEvent, 'key'>): boolean => {
    const one = items[index]
    if (one === undefined) return false
    if (key === 'ArrowDown') setAt((index + 1) % items.length)
    else if (key === 'ArrowUp') setAt((index + items.length - 1) % items.length)
    else if (key === 'Enter' || key === 'Tab') choose(one)
    else if (key === 'Escape') setHidden(text)
    else return false
    return true
  }
  return { listId, items, index, isOpen: items.length > 0, choose, onKey, activeId: idOf(listId, index) }
}

const idOf = (listId: string, nth: number) => `${listId}-${String(nth)}`

interface Props<One extends { id: string }> {
  list: Pick<ReturnType<typeof useOptionList<One>>, 'listId' | 'items' | 'index' | 'choose'>
  says: string
  children: (one: One) => ReactNode
}

/** Above the field, as long as there is something to choose from. */
export const OptionList = <One extends { id: string }>({ list, says, children }: Props<One>) =>
  list.items.length > 0 && (
    <ul id={list.listId} role="listbox" aria-label={says} className={style.list}>
      {list.items.map((one, nth) => (
        <li
          key={one.id}
          id={idOf(list.listId, nth)}
          role="option"
          aria-selected={nth === list.index}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => list.choose(one)}
        >
          {children(one)}
        </li>
      ))}
    </ul>
  )
