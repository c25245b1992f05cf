import { IconArrowDown } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import type { ConversationState } from '../../client/streams/conversation.ts'
import type { Message } from '../../client/wire.ts'
import { careline } from '../live/careline.ts'
import { useOutbox } from '../live/use-command.ts'
import { useNow } from '../live/use-now.ts'
import { useMembers, useSession } from '../live/use-session.ts'
import { useSignals } from '../live/use-signal.ts'
import { Bubble } from './bubble.tsx'
import { itemsOf, type Item } from './items.ts'
import style from './thread.module.css'
import { timesIn } from './times.ts'
import { unseenBy } from './unseen.ts'
import { Trouble } from './trouble.tsx'
import { useMessages } from './use-older.ts'
import { useKeptFocus } from './kept-focus.ts'
import { useReading } from './use-reading.ts'
import { useScroll } from './use-scroll.ts'

interface Props {
  conversationId: string
  data: ConversationState
  reply: (message: Message) => void
}

export const Messages = ({ conversationId, data, reply }: Props) => {
  const { messages, hasOlder, isLoading, error, more } = useMessages(conversationId, data)
  const items = useItems(conversationId, messages)
  const scroll = useScroll(items, more)
  const firstUnread = useFirstUnread(data)
  useReading(conversationId, data, scroll.isAtEnd)
  useKeptFocus(scroll.box)
  const { name } = data.conversation
  return (
    <div className={style.middle}>
      <div
        className={style.scroll}
        ref={scroll.box}
        onScroll={scroll.onScroll}
        tabIndex={0}
        role="log"
        aria-label="Messages"
      >
        <div className={style.items} ref={scroll.inner}>
          {hasOlder ? (
            <p className={style.older}>
              {isLoading ? 'Older messages are on their way' : 'Scroll up for older messages'}
            </p>
          ) : (
            <p className={style.beginning}>The conversation with {name} begins here</p>
          )}
          {error && <Trouble error={error} what="Older messages cannot be read." again={more} />}
          {items.map((item) => (
            <Line
              key={item.key}
              item={item}
              person={name}
              all={messages}
              isUnreadFrom={item.message.n === firstUnread}
              reply={reply}
            />
          ))}
          <Writing conversationId={conversationId} name={name} />
        </div>
      </div>
      {!scroll.isAtEnd && (
        <button type="button" className={style.down} onClick={scroll.toEnd}>
          <IconArrowDown size={15} stroke={2} aria-hidden="true" />
          {scroll.missed > 0 ? `${scroll.missed} new` : 'To the end'}
        </button>
      )}
    </div>
  )
}

function useItems(conversationId: string, messages: readonly Message[]) {
  const { user, workspace } = useSession()
  const outbox = useOutbox()
  const now = useNow(30_000)
  // Whether a day is today changes once a day; between, an old moment groups the same.
  const today = Math.floor(now / 600_000) * 600_000
  return useMemo(
    () => itemsOf({ messages, outbox, conversationId, me: user.id, times: timesIn(workspace.timezone), now: today }),
    [messages, outbox, conversationId, user.id, workspace.timezone, today],
  )
}

/** Where the unread began when the thread was opened; the line stays until the thread is left. */
function useFirstUnread({ conversation, messages }: ConversationState) {
  const me = useSession().user.id
  const [n] = useState(() => {
    const unseen = unseenBy(conversation, me)
    if (unseen === 0) return -1
    return messages.filter(({ direction }) => direction === 'in').at(-unseen)?.n ?? -1
  })
  return n
}

interface LineProps {
  item: Item
  person: string
  all: readonly Message[]
  isUnreadFrom: boolean
  reply: (message: Message) => void
}

const Line = ({ item, person, all, isUnreadFrom, reply }: LineProps) => {
  const { message, waiting } = item
  const { nameOf } = useMembers()
  const times = timesIn(useSession().workspace.timezone)
  return (
    <div className={style.item} data-new={item.isNew || undefined} data-fresh={isFresh(message) || undefined}>
      {item.day && (
        <p className={style.day}>
          <span>{item.day}</span>
        </p>
      )}
      {isUnreadFrom && <p className={style.since}>New</p>}
      <Bubble
        message={message}
        by={byOf(message, person, nameOf)}
        isLast={item.isLast}
        isWaiting={waiting !== null}
        repliesTo={message.replyTo === null ? undefined : all.find(({ _id }) => _id === message.replyTo)}
        times={times}
        reply={reply}
      />
      {waiting?.refused && <Refused id={waiting.id} says={waiting.refused.title} />}
    </div>
  )
}

/** Only what is new rises into its place; a thread that is opened stands still. */
const isFresh = (message: Message) => Date.now() - Date.parse(message.at) < 3_000

function byOf({ author }: Message, person: string, nameOf: (id: string) => string) {
  if (author.kind === 'person') return person
  return author.kind === 'automation' ? 'Automation' : nameOf(author.id)
}

/** The server itself did not take it: it is kept here until it is sent again or given up. */
const Refused = ({ id, says }: { id: string; says: string }) => (
  <div className={style.refused} role="alert">
    <span>Not sent: {says}</span>
    <button type="button" onClick={() => careline().retry(id)}>
      Try again
    </button>
    <button type="button" onClick={() => careline().discard(id)}>
      Discard
    </button>
  </div>
)

const Writing = ({ conversationId, name }: { conversationId: string; name: string }) => {
  const isWriting = useSignals(conversationId).typing.some(({ role }) => role === 'person')
  return (
    <p className={style.writes} role="status">
      {isWriting && (
        <>
          <span className={style.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span>
            <bdi>{name}</bdi> is writing
          </span>
        </>
      )}
    </p>
  )
}
