import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ConversationState } from '../../client/streams/conversation.ts'
import type { Message } from '../../client/wire.ts'
import { useLooking } from '../live/use-signal.ts'
import { useStream } from '../live/use-stream.ts'
import { useTitle } from '../shell/use-title.ts'
import { Composer } from './composer.tsx'
import { Messages } from './messages.tsx'
import { Paused } from './paused.tsx'
import { PersonPane } from './person-pane.tsx'
import type { PersonSwitch } from './person-switch.ts'
import { ThreadBar } from './thread-bar.tsx'
import style from './thread.module.css'
import { Trouble } from './trouble.tsx'

interface Props {
  conversationId: string
  person: PersonSwitch
}

export const Thread = ({ conversationId, person }: Props) => {
  const { data, error, refetch } = useStream(`conversation:${conversationId}`)
  useTitle(data ? data.conversation.name : 'Inbox')
  if (error && !data) return <Missing error={error} again={() => void refetch()} />
  if (!data) return <Outlines />
  return (
    <>
      <Open conversationId={conversationId} data={data} person={person} />
      {person.isOpen && <PersonPane conversation={data.conversation} close={person.toggle} />}
    </>
  )
}

const Open = ({ conversationId, data, person }: Props & { data: ConversationState }) => {
  const [replyTo, setReplyTo] = useState<Message | null>(null)
  useLooking(conversationId)
  const { conversation } = data
  return (
    <section className={style.thread} aria-label={`Conversation with ${conversation.name}`}>
      <ThreadBar conversationId={conversationId} conversation={conversation} person={person} />
      <Messages conversationId={conversationId} data={data} reply={setReplyTo} />
      <div>
        <Paused conversationId={conversationId} until={conversation.automationPausedUntil} />
        <Composer
          conversationId={conversationId}
          conversation={conversation}
          replyTo={replyTo}
          leaveReply={() => setReplyTo(null)}
        />
      </div>
    </section>
  )
}

const Missing = ({ error, again }: { error: Error; again: () => void }) => (
  <section className={style.thread} aria-label="Conversation">
    <div className={style.bar}>
      <Link to="/inbox">Back to the inbox</Link>
    </div>
    <div>
      <Trouble error={error} what="This conversation cannot be shown." again={again} />
    </div>
  </section>
)

const Outlines = () => (
  <section className={style.thread} aria-label="Conversation" aria-busy="true">
    <div className={style.bar} />
    <div className={style.outlines}>
      {[46, 58, 38, 52, 34, 44].map((width) => (
        <i key={width} style={{ width: `${width}%` }} />
      ))}
    </div>
  </section>
)
