import { IconArrowBackUp, IconLock } from '@tabler/icons-react'
import { lazy, memo, type ReactNode, Suspense } from 'react'
import type { Message } from '../../client/wire.ts'
import { IconButton } from '../parts/button.tsx'
import { onceOnline } from '../parts/once-online.ts'
import { ActivityLine } from './activity-line.tsx'
import style from './bubble.module.css'
import { Said } from './content/content.tsx'
import { Failed } from './failed.tsx'
import { gist } from './gist.ts'
import { Tick } from './tick.tsx'
import type { Times } from './times.ts'
import { AskWhy } from './why.tsx'

export interface BubbleProps {
  message: Message
  /** Who says it, in words. */
  by: string
  isLast: boolean
  /** It has not reached the server yet. */
  isWaiting: boolean
  repliesTo: Message | undefined
  times: Times
  reply: (message: Message) => void
}

/** One message; memoised, because a thread of hundreds hears an event for one of them. */
export const Bubble = memo(function Bubble(props: BubbleProps) {
  const { message, isLast } = props
  if (message.direction === 'note') return <Note {...props} />
  if (message.content.kind === 'activity')
    return <ActivityLine id={message._id} one={message.content} by={props.by} at={message.at} times={props.times} />
  return (
    <div className={style.message} data-from={sideOf(message)} data-last={isLast || undefined}>
      <div className={style.line}>
        <Body {...props} />
        {canBeAnswered(props) && <Reply {...props} />}
        {!props.isWaiting && <AskWhy messageId={message._id} className={style.reply} />}
      </div>
      <Reactions reactions={message.reactions} />
      <Failed message={message} />
      <Foot {...props} />
    </div>
  )
})

const sideOf = ({ direction }: Message) => (direction === 'in' ? 'them' : 'us')
const isGone = ({ deletedAt }: Message) => deletedAt !== null

const canBeAnswered = ({ message, isWaiting }: BubbleProps) =>
  !isWaiting && !isGone(message) && message.status !== 'failed'

const Body = ({ message, by, repliesTo }: BubbleProps) => (
  <div className={style.bubble} data-kind={isGone(message) ? undefined : message.content.kind}>
    <span className="unseen">{by}: </span>
    {repliesTo && <Quote message={repliesTo} />}
    {isGone(message) ? <i className={style.gone}>Withdrawn by the sender</i> : <What message={message} />}
  </div>
)

// Few threads have one.
const Call = lazy(() => onceOnline(() => import('./content/call.tsx')).then((part) => ({ default: part.Call })))

const What = ({ message }: Pick<BubbleProps, 'message'>) => {
  const { content } = message
  if (content.kind !== 'call') return <Said content={content} />
  return (
    <Suspense>
      <Call message={message} call={content} />
    </Suspense>
  )
}

/** Under the last of a group all that is known; inside it only what is unlike the others: it waits, failed, was edited. */
const Foot = ({ message, by, isLast, isWaiting, times }: BubbleProps) => {
  const isOurs = sideOf(message) === 'us'
  const isUsual = !isWaiting && ['received', 'sent', 'delivered', 'read'].includes(message.status)
  if (!isLast && isUsual && message.editedAt === null && !message.fellBack) return null
  return (
    <p className={style.foot}>
      {isLast && isOurs && <span>{by}</span>}
      {message.fellBack && <span title={message.fellBack.title}>by SMS, as it failed on WhatsApp</span>}
      {message.editedAt && <span title={`Edited ${times.full(message.editedAt)}`}>edited</span>}
      {isLast && <At at={message.at} times={times} />}
      {isOurs && <Tick status={message.status} isWaiting={isWaiting} />}
    </p>
  )
}

const At = ({ at, times }: { at: string; times: Times }) => (
  <time className="figures" dateTime={at} title={times.full(at)}>
    {times.clock(at)}
  </time>
)

const Reply = ({ message, reply }: BubbleProps) => (
  <IconButton says="Reply to this message" className={style.reply} data-tip="Reply" onClick={() => reply(message)}>
    <IconArrowBackUp className="turns" size={16} stroke={1.9} />
  </IconButton>
)

const Quote = ({ message }: { message: Message }) => (
  <p className={style.quote}>
    <span className="unseen">In reply to </span>
    <bdi>{gist(message)}</bdi>
  </p>
)

const Reactions = ({ reactions: { person, staff } }: Pick<Message, 'reactions'>) => {
  if (person === null && staff === null) return null
  const given: ReactNode[] = []
  if (person !== null) given.push(<Reaction key="person" who="They" emoji={person} />)
  if (staff !== null) given.push(<Reaction key="staff" who="We" emoji={staff} />)
  return <p className={style.reactions}>{given}</p>
}

const Reaction = ({ who, emoji }: { who: string; emoji: string }) => (
  <span title={`${who} reacted with ${emoji}`}>
    <span className="unseen">{who} reacted with </span>
    {emoji}
  </span>
)

const Note = ({ message, by, isWaiting, times }: BubbleProps) => (
  <div className={style.note}>
    <p className={style.head}>
      <IconLock size={12} stroke={2} aria-hidden="true" />
      {by === 'You' ? 'Your note' : `Note by ${by}`}, seen by staff only
      <At at={message.at} times={times} />
      {isWaiting && <Tick status="pending" isWaiting />}
    </p>
    <Said content={message.content} />
  </div>
)
