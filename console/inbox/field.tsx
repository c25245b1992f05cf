import { useLayoutEffect, type ClipboardEvent, type KeyboardEvent, type RefObject } from 'react'
import { toThread } from './kept-focus.ts'

interface Props {
  field: RefObject<HTMLTextAreaElement | null>
  text: string
  name: string
  isNote: boolean
  /** Characters. */
  max: number
  /** Of a mail: Enter begins a line, and sends with Ctrl or ⌘ held. */
  isLong: boolean
  change: (text: string) => void
  send: () => void
  paste: (files: Iterable<File>) => void
  /** The list that the keys go to first, and what of it is chosen. */
  list?: { listId: string; isOpen: boolean; activeId: string; onKey: (event: KeyboardEvent) => boolean }
}

const heightMax = 200

const isToSend = ({ shiftKey, ctrlKey, metaKey }: KeyboardEvent, isLong: boolean) =>
  isLong ? ctrlKey || metaKey : !shiftKey

export const Field = ({ field, text, name, isNote, max, isLong, change, send, paste, list }: Props) => {
  useLayoutEffect(() => {
    const { current } = field
    if (!current) return
    current.style.height = 'auto'
    current.style.height = `${Math.min(current.scrollHeight, heightMax)}px`
  }, [field, text])
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return
    if (list?.onKey(event)) return event.preventDefault()
    if (event.key === 'Escape') toThread(event.currentTarget)
    if (event.key !== 'Enter' || !isToSend(event, isLong)) return
    event.preventDefault()
    send()
  }
  const onPaste = (event: ClipboardEvent) => {
    if (isNote || event.clipboardData.files.length === 0) return
    event.preventDefault()
    paste(event.clipboardData.files)
  }
  return (
    <textarea
      ref={field}
      rows={1}
      dir="auto"
      maxLength={max}
      value={text}
      onChange={(event) => change(event.target.value)}
      onKeyDown={onKeyDown}
      onPaste={onPaste}
      placeholder={isNote ? 'Write to your colleagues' : `Answer ${name.split(' ')[0] ?? ''}`}
      {...(list?.isOpen && {
        role: 'combobox',
        'aria-expanded': true,
        'aria-controls': list.listId,
        'aria-activedescendant': list.activeId,
      })}
      aria-label={isNote ? 'Note' : `Answer to ${name}`}
    />
  )
}
