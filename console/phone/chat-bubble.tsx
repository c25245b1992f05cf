import {
  IconAlertCircle,
  IconArrowBackUp,
  IconCheck,
  IconChecks,
  IconDots,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react'
import { useState } from 'react'
import { ChatContent, ShownFile } from './chat-content.tsx'
import type { Aim } from './aim.ts'
import style from './chat.module.css'
import { type Act, mediaAddress, type PhoneMessage } from './phone-api.ts'
import { said } from './said.ts'

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const ticks = {
  sent: { icon: IconCheck, says: 'Sent' },
  delivered: { icon: IconChecks, says: 'Delivered' },
  read: { icon: IconChecks, says: 'Read' },
  failed: { icon: IconAlertCircle, says: 'Not delivered' },
}

interface Props {
  message: PhoneMessage
  repliesTo: PhoneMessage | undefined
  act: (what: Act) => Promise<boolean>
  aim: (aim: Aim) => void
}

export const ChatBubble = ({ message, repliesTo, act, aim }: Props) => {
  const [isOpen, setOpen] = useState(false)
  const isMine = message.by === 'person'
  const given = [message.reactions.person, message.reactions.business].filter((emoji) => emoji)
  return (
    <li className={style.line} data-mine={isMine || undefined}>
      <div className={style.bubble} data-kind={message.content.kind}>
        <span className="unseen">{isMine ? 'You: ' : 'The business: '}</span>
        {repliesTo && <p className={style.quote}>{said(repliesTo)}</p>}
        {message.deleted ? (
          <i className={style.gone}>{isMine ? 'You deleted this message' : 'This message was deleted'}</i>
        ) : (
          <ChatContent
            content={message.content}
            says={said(message)}
            answer={(id) => void act({ kind: 'answer', to: message.id, id })}
            file={(file) => <ShownFile content={file} address={mediaAddress(file.mediaId ?? '')} />}
          />
        )}
        <Foot message={message} isMine={isMine} />
        {given.length > 0 && (
          <span className={style.reaction}>
            <span className="unseen">Reactions: </span>
            {given.join(' ')}
          </span>
        )}
      </div>
      {!message.deleted && (
        <button
          type="button"
          className={style.more}
          aria-expanded={isOpen}
          aria-label={`What to do with “${said(message).slice(0, 40)}”`}
          onClick={() => setOpen(!isOpen)}
        >
          <IconDots size={15} stroke={2} />
        </button>
      )}
      {isOpen && !message.deleted && <Choices message={message} act={act} aim={aim} close={() => setOpen(false)} />}
    </li>
  )
}

const Foot = ({ message, isMine }: { message: PhoneMessage; isMine: boolean }) => {
  const tick = ticks[message.status]
  return (
    <span className={style.time}>
      {message.edited && !message.deleted && <span>edited</span>}
      <time className="figures" dateTime={new Date(message.at).toISOString()}>
        {clock.format(message.at)}
      </time>
      {isMine && (
        <span className={style.tick} data-tick={message.status} title={tick.says}>
          <tick.icon size={15} stroke={2} aria-hidden="true" />
          <span className="unseen">{tick.says}</span>
        </span>
      )}
    </span>
  )
}

const emojis = ['👍', '❤️', '😂', '🙏']

const Choices = ({ message, act, aim, close }: Omit<Props, 'repliesTo'> & { close: () => void }) => {
  const doing = (work: () => void) => () => {
    work()
    close()
  }
  const mine = message.by === 'person'
  return (
    <div className={style.choices} role="group" aria-label="This message">
      {emojis.map((emoji) => {
        const isGiven = message.reactions.person === emoji
        return (
          <button
            key={emoji}
            type="button"
            aria-pressed={isGiven}
            aria-label={`React with ${emoji}`}
            onClick={doing(() => void act({ kind: 'reaction', to: message.id, emoji: isGiven ? null : emoji }))}
          >
            {emoji}
          </button>
        )
      })}
      <button type="button" aria-label="Reply" onClick={doing(() => aim({ do: 'reply', message }))}>
        <IconArrowBackUp size={16} stroke={1.9} />
      </button>
      {mine && message.content.kind === 'text' && (
        <button type="button" aria-label="Edit" onClick={doing(() => aim({ do: 'edit', message }))}>
          <IconPencil size={16} stroke={1.9} />
        </button>
      )}
      {mine && (
        <button type="button" aria-label="Delete" onClick={doing(() => void act({ kind: 'delete', to: message.id }))}>
          <IconTrash size={16} stroke={1.9} />
        </button>
      )}
    </div>
  )
}
