import { Link, Navigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { ApiProblem } from '../../client/problem.ts'
import type { ConversationState } from '../../client/streams/conversation.ts'
import type { Message } from '../../client/wire.ts'
import { useLooking } from '../live/use-signal.ts'
import { useStream } from '../live/use-stream.ts'
import { useTitle } from '../shell/use-title.ts'
import { Composer } from './composer.tsx'
import { Messages } from './messages.tsx'
import { named } from './named.ts'
import { Paused } from './paused.tsx'
import { PersonPane } from './person-pane.tsx'
import type { PersonSwitch } from './person-switch.ts'
import { Scheduled } from './scheduled.tsx'
import { ThreadBar } from './thread-bar.tsx'
import style from './thread.module.css'
import { Trouble } from './trouble.tsx'
import { useLookedAt } from './use-attention.ts'
import { Why } from './why.tsx'

interface Props {
  conversationId: string
  person: PersonSwitch
}

export const Thread = ({ conversationId, person }: Props) => {
  const { data: state, error, refetch } = useStream(`conversation:${conversationId}`)
  const data = useMemo(() => state && { ...state, conversation: named(state.conversation) }, [state])
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
  useLookedAt(conversationId)
  const { conversation } = data
  return (
    <section className={style.thread} aria-label={`Conversation with ${conversation.name}`}>
      <ThreadBar conversationId={conversationId} conversation={conversation} person={person} />
      <Why conversation={conversation} />
      <Messages conversationId={conversationId} data={data} reply={setReplyTo} />
      <div>
        <Paused conversationId={conversationId} until={conversation.automationPausedUntil} />
        <Scheduled conversationId={conversationId} scheduled={data.scheduled} />
        <Composer
          draft={data.draft}
          conversationId={conversationId}
          conversation={conversation}
          messages={data.messages}
          replyTo={replyTo}
          leaveReply={() => setReplyTo(null)}
        />
      </div>
    </section>
  )
}

/** Where the conversation of somebody who was merged with another one goes on. */
const goesOnAt = (error: Error) =>
  error instanceof ApiProblem && error.code === 'conversation_merged' ? error.holderId : undefined

const Missing = ({ error, again }: { error: Error; again: () => void }) =>
  goesOnAt(error) === undefined ? (
    <Unread error={error} again={again} />
  ) : (
    <Navigate to="/inbox/$conversationId" params={{ conversationId: goesOnAt(error) ?? '' }} replace />
  )

const Unread = ({ error, again }: { error: Error; again: () => void }) => (
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
