import { IconArrowLeft, IconUserCircle } from '@tabler/icons-react'
import { useEffect, useLayoutEffect, useRef } from 'react'
import type { Client } from '../../client/connect.ts'
import type { OwnApi, OwnSignIn } from '../../client/own.ts'
import type { OwnConversationState } from '../../client/streams/own.ts'
import { AppBubble, UnsentBubble } from './app-bubble.tsx'
import { AppWrite } from './app-write.tsx'
import style from './chat.module.css'
import { useUnsent } from './use-app.ts'

const dayLine = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' })

interface Props {
  name: string
  api: OwnApi
  client: Client
  session: OwnSignIn
  state: OwnConversationState
  isTyping: boolean
  /** The line stands. */
  isLive: boolean
  close: () => void
  account: () => void
}

/** The conversation, as an app shows it. */
export const AppChat = ({ name, api, client, session, state, isTyping, isLive, close, account }: Props) => (
  <>
    <div className={style.top}>
      <button type="button" aria-label={`Leave the app on phone ${name}`} onClick={close}>
        <IconArrowLeft className="turns" size={20} stroke={1.9} />
      </button>
      <span className={style.face} aria-hidden="true">
        {session.workspace.name.slice(0, 1)}
      </span>
      <div>
        <b>{session.workspace.name}</b>
        <span role="status">{standing(isTyping, isLive)}</span>
      </div>
      <button type="button" aria-label={`My account on phone ${name}`} onClick={account}>
        <IconUserCircle size={20} stroke={1.9} />
      </button>
    </div>
    <Messages name={name} api={api} client={client} state={state} isTyping={isTyping} />
    <AppWrite name={name} api={api} client={client} conversationId={session.conversationId} />
  </>
)

function standing(isTyping: boolean, isLive: boolean) {
  if (!isLive) return 'offline: what you write waits'
  return isTyping ? 'typing …' : 'in the app'
}

const toEnd = (box: HTMLElement | null) => {
  if (box) box.scrollTop = box.scrollHeight
}

type MessagesProps = Pick<Props, 'name' | 'api' | 'client' | 'state' | 'isTyping'>

const Messages = ({ name, api, client, state: { messages, unseen }, isTyping }: MessagesProps) => {
  const box = useRef<HTMLOListElement>(null)
  const unsent = useUnsent(client).filter(({ result }) => {
    const { messageId } = (result ?? {}) as { messageId?: string }
    return !messages.some(({ _id }) => _id === messageId)
  })
  useLayoutEffect(() => toEnd(box.current), [messages, unsent.length, isTyping])
  // Words wrap otherwise once their face has come.
  useEffect(() => void document.fonts.ready.then(() => toEnd(box.current)), [])
  const mine = messages.filter(({ direction }) => direction === 'in')
  const firstUnseen = mine.length - unseen
  return (
    <ol className={style.chat} ref={box} tabIndex={0} aria-label={`Conversation on phone ${name}`}>
      {messages.length + unsent.length === 0 && <li className={style.day}>Nothing said yet</li>}
      {messages.map((message, index) => {
        const before = messages[index - 1]
        const day = dayLine.format(new Date(message.at))
        return [
          (!before || dayLine.format(new Date(before.at)) !== day) && (
            <li key={`day ${day}`} className={style.day}>
              {day === dayLine.format(Date.now()) ? 'Today' : day}
            </li>
          ),
          <AppBubble
            key={message._id}
            name={name}
            api={api}
            message={message}
            repliesTo={messages.find(({ _id }) => _id === message.replyTo)}
            isSeen={mine.indexOf(message) < firstUnseen}
            choose={(id) =>
              void client
                .command('own_message.send', { content: { kind: 'choice', messageId: message._id, id } })
                .catch(() => undefined)
            }
          />,
        ]
      })}
      {unsent.map((entry) => (
        <UnsentBubble
          key={entry.id}
          entry={entry}
          again={() => client.retry(entry.id)}
          giveUp={() => client.discard(entry.id)}
        />
      ))}
      {isTyping && (
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
