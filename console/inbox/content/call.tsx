import { IconPhone, IconPhoneIncoming, IconPhoneOff, IconPhoneOutgoing } from '@tabler/icons-react'
import type { Message } from '../../../client/wire.ts'
import { type CallNews, callWords, isOver } from '../../../kernel/call.ts'
import { calls } from '../../live/calls.ts'
import { useDoing } from '../../live/use-doing.ts'
import { Button } from '../../parts/button.tsx'
import { Trouble } from '../trouble.tsx'
import style from './content.module.css'

interface Props {
  message: Pick<Message, '_id' | 'conversationId' | 'direction'>
  call: CallNews
}

/** A telephone call: what became of it, and while it goes on the way to end one of ours. */
export const Call = ({ message, call }: Props) => {
  const isOurs = message.direction === 'out'
  return (
    <div>
      <div className={style.card}>
        <Sign isOurs={isOurs} call={call} />
        <span>
          <b role={isOver(call) ? undefined : 'status'}>{callWords(call)}</b>
          {call.why && <small>{call.why}</small>}
        </span>
      </div>
      {isOurs && !isOver(call) && <End {...message} />}
    </div>
  )
}

const lost: readonly CallNews['status'][] = ['missed', 'no_answer', 'busy', 'failed', 'cancelled']

const Sign = ({ isOurs, call: { status } }: { isOurs: boolean; call: CallNews }) => {
  const look = { size: 22, stroke: 1.6, 'aria-hidden': true } as const
  if (lost.includes(status)) return <IconPhoneOff {...look} />
  if (status === 'in_progress') return <IconPhone {...look} />
  return isOurs ? <IconPhoneOutgoing {...look} /> : <IconPhoneIncoming {...look} />
}

const End = ({ conversationId, _id }: Pick<Message, '_id' | 'conversationId'>) => {
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <>
      <Button tone="urgent" disabled={isBusy} onClick={() => void doing.do(() => calls.hangUp(conversationId, _id))}>
        Hang up
      </Button>
      {failed && <Trouble error={failed} what="The call goes on." />}
    </>
  )
}
