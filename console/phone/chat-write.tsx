import { IconPaperclip, IconSend2, IconX } from '@tabler/icons-react'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { IconButton } from '../parts/button.tsx'
import { Attach } from './attach.tsx'
import type { Aim } from './aim.ts'
import style from './chat.module.css'
import { phone, type Act, type Place } from './phone-api.ts'
import { said } from './said.ts'

interface Props {
  name: string
  place: Place
  aim: Aim
  leave: () => void
  act: (what: Act, replyTo?: string) => Promise<boolean>
}

export const ChatWrite = ({ name, place, aim, leave, act }: Props) => {
  const [text, setText] = useState(aim?.do === 'edit' ? said(aim.message) : '')
  const [isAttaching, setAttaching] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  useTyping(place, text !== '' && aim?.do !== 'edit')
  useEffect(() => {
    if (aim) field.current?.focus()
  }, [aim])
  const say = async (what: Act) => {
    const isDone = await act(what, aim?.do === 'reply' ? aim.message.id : undefined)
    if (isDone) leave()
    return isDone
  }
  const send = (event: FormEvent) => {
    event.preventDefault()
    const words = text.trim()
    if (words === '') return
    setText('')
    const what: Act =
      aim?.do === 'edit' ? { kind: 'edit', to: aim.message.id, text: words } : { kind: 'text', text: words }
    // What did not leave comes back into the field, unless something else is written there by now.
    void say(what).then((isDone) => isDone || setText((now) => (now === '' ? words : now)))
  }
  return (
    <form className={style.write} onSubmit={send}>
      {aim && <Aimed aim={aim} leave={leave} />}
      {isAttaching && <Attach act={say} close={() => setAttaching(false)} />}
      <button
        type="button"
        className={style.clip}
        aria-label={`Attach as ${name}`}
        aria-expanded={isAttaching}
        onClick={() => setAttaching(!isAttaching)}
      >
        <IconPaperclip size={18} stroke={1.9} />
      </button>
      <input
        ref={field}
        value={text}
        dir="auto"
        maxLength={4_096}
        onChange={(event) => setText(event.target.value)}
        placeholder="Message"
        aria-label={`Message as ${name}`}
      />
      <button type="submit" aria-label={`Send as ${name}`}>
        <IconSend2 className="turns" size={18} stroke={1.9} />
      </button>
    </form>
  )
}

const Aimed = ({ aim, leave }: { aim: NonNullable<Aim>; leave: () => void }) => (
  <p className={style.aimed}>
    <span>
      <b>{aim.do === 'edit' ? 'Edit' : 'Reply to'}</b> {said(aim.message)}
    </span>
    <IconButton says="Leave it" onClick={leave}>
      <IconX size={15} stroke={2} />
    </IconButton>
  </p>
)

/** Tells the business that this person writes, again every 4 s while they do. */
function useTyping({ waId, channelId }: Place, isWriting: boolean) {
  useEffect(() => {
    if (!isWriting) return undefined
    // Nobody waits for a sign of typing: when it does not get through, the words still will.
    const say = (on: boolean) => void phone.typing({ waId, channelId }, on).catch(() => undefined)
    say(true)
    const again = setInterval(say, 4_000, true)
    return () => {
      clearInterval(again)
      say(false)
    }
  }, [waId, channelId, isWriting])
}
