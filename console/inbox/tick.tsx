import { IconAlertCircle, IconCheck, IconChecks, IconClock, IconClockPause } from '@tabler/icons-react'
import type { MessageStatus } from '../../client/wire.ts'
import style from './tick.module.css'

const signs: Record<Exclude<MessageStatus, 'received'>, { icon: typeof IconClock; says: string }> = {
  pending: { icon: IconClock, says: 'Being sent' },
  queued: { icon: IconClockPause, says: 'Waiting to be sent' },
  sent: { icon: IconCheck, says: 'Sent' },
  delivered: { icon: IconChecks, says: 'Delivered' },
  read: { icon: IconChecks, says: 'Read' },
  scheduled: { icon: IconClock, says: 'To be sent later' },
  cancelled: { icon: IconClockPause, says: 'Cancelled before it went' },
  failed: { icon: IconAlertCircle, says: 'Not delivered' },
}

/** How far a message of ours got: a sign, and a word for those who do not see it. */
export const Tick = ({ status, isWaiting = false }: { status: MessageStatus; isWaiting?: boolean }) => {
  if (status === 'received') return null
  const { icon: Icon, says } = signs[status]
  const word = isWaiting ? 'Waits for the connection' : says
  return (
    <span className={style.tick} data-tick={isWaiting ? 'waiting' : status} title={word}>
      <Icon size={15} stroke={2} aria-hidden="true" />
      {isWaiting || status === 'queued' ? <span>{isWaiting ? 'waits here' : 'waiting'}</span> : null}
      <span className="unseen">{word}</span>
    </span>
  )
}
