import { IconArrowLeft } from '@tabler/icons-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Aim } from './aim.ts'
import { ChatBubble } from './chat-bubble.tsx'
import { ChatWrite } from './chat-write.tsx'
import style from './chat.module.css'
import type { Act, Channel, Chat, Person, Place } from './phone-api.ts'
import { phone } from './phone-api.ts'
import { useDoing } from '../live/use-doing.ts'

const dayLine = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' })

interface Props {
  person: Person
  channel: Channel
  chat: Chat
  place: Place
}

export const ChatScreen = ({ person, channel, chat, place }: Props) => {
  const [aim, setAim] = useState<Aim>(null)
  const doing = useDoing()
  const act = (what: Act, replyTo?: string) => doing.do(() => phone.act(place, what, replyTo))
  return (
    <>
      <div className={style.top}>
        <button
          type="button"
          aria-label={`Close the chat with ${channel.name}`}
          onClick={() => void doing.do(() => phone.close(place))}
        >
          <IconArrowLeft className="turns" size={20} stroke={1.9} />
        </button>
        <span className={style.face} aria-hidden="true">
          {channel.name.slice(0, 1)}
        </span>
        <div>
          <b>{channel.name}</b>
          <span role="status">{chat.typingUntil ? 'typing …' : 'business account'}</span>
        </div>
      </div>
      <Messages person={person} chat={chat} act={act} aim={setAim} />
      {doing.failed && (
        <p className={style.failed} role="alert">
          {doing.failed.message}
        </p>
      )}
      <ChatWrite
        key={aim?.do === 'edit' ? aim.message.id : 'new'}
        name={person.name}
        place={place}
        aim={aim}
        leave={() => setAim(null)}
        act={act}
      />
    </>
  )
}

interface MessagesProps {
  person: Person
  chat: Chat
  act: (what: Act) => Promise<boolean>
  aim: (aim: Aim) => void
}

const toEnd = (box: HTMLElement | null) => {
  if (box) box.scrollTop = box.scrollHeight
}

const Messages = ({ person, chat, act, aim }: MessagesProps) => {
  const box = useRef<HTMLOListElement>(null)
  const { messages, typingUntil } = chat
  useLayoutEffect(() => toEnd(box.current), [messages, typingUntil])
  // Words wrap otherwise once their face has come.
  useEffect(() => void document.fonts.ready.then(() => toEnd(box.current)), [])
  return (
    <ol className={style.chat} ref={box} tabIndex={0} aria-label={`Chat of ${person.name}`}>
      {messages.length === 0 && <li className={style.day}>Nothing said yet</li>}
      {messages.map((message, index) => {
        const before = messages[index - 1]
        const day = dayLine.format(message.at)
        return [
          (!before || dayLine.format(before.at) !== day) && (
            <li key={`day ${day}`} className={style.day}>
              {day === dayLine.format(Date.now()) ? 'Today' : day}
            </li>
          ),
          <ChatBubble
            key={message.id}
            message={message}
            repliesTo={messages.find((one) => one.id === message.replyTo)}
            act={act}
            aim={aim}
          />,
        ]
      })}
      {typingUntil && (
        <li className={style.typing}>
          <i />
          <i />
          <i />
          <span className="unseen">Typing</span>
        </li>
      )}
    </ol>
  )
}
