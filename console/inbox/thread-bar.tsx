import { useMediaQuery } from '@mantine/hooks'
import { IconArrowBackUp, IconArrowLeft, IconCheck, IconLayoutSidebarRight } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { Header } from '../../client/wire.ts'
import { channelWords } from '../../kernel/channel-words.ts'
import { useCommand, useStatus } from '../live/use-command.ts'
import { useNow } from '../live/use-now.ts'
import { usePresence } from '../live/use-presence.ts'
import { useMembers } from '../live/use-session.ts'
import { useSignals } from '../live/use-signal.ts'
import { onceOnline } from '../parts/once-online.ts'
import { useChannelKind, useCallLines } from '../settings/use-channels.ts'
import { useKeys } from '../shell/keys.ts'
import { LineState } from '../shell/line-state.tsx'
import { AssignMenu } from './assign-menu.tsx'
import { Avatar, withStatus } from './avatar.tsx'
import { Macros } from './macros.tsx'
import type { PersonSwitch } from './person-switch.ts'
import style from './thread.module.css'
import { Standing } from './standing.tsx'
import { span } from './times.ts'
import { Trouble } from './trouble.tsx'
import { WorkflowMenu } from './workflow-menu.tsx'

// It comes where a number can call.
const CallMenu = lazy(() => onceOnline(() => import('./call-menu.tsx')).then((part) => ({ default: part.CallMenu })))

interface Props {
  conversationId: string
  conversation: Header
  person: PersonSwitch
}

export const ThreadBar = ({ conversationId, conversation, person }: Props) => {
  const resolve = useResolve(conversationId, conversation)
  const kind = useChannelKind(conversation.channelId)
  const about = <About name={conversation.name} person={person} />
  // On a telephone their name is what is pressed: beside one more button hardly anything of it could be read.
  const isSlim = useMediaQuery('(max-width: 420px)', matchMedia('(max-width: 420px)').matches)
  return (
    <header>
      <div className={style.bar}>
        <Link
          to="/inbox"
          search={(before) => before}
          className={`${style.iconButton} ${style.back}`}
          aria-label="Back to the list"
        >
          <IconArrowLeft className="turns" size={20} stroke={1.8} />
        </Link>
        <div className={style.who}>
          <h1>
            <bdi>{conversation.name}</bdi>
          </h1>
          <p>
            {kind && <span>{channelWords[kind]}</span>}
            <LineTrouble />
            <Waiting since={conversation.waitingSince} />
            <Others conversationId={conversationId} />
          </p>
          {isSlim && about}
        </div>
        <div className={style.actions}>
          <Calls conversationId={conversationId} name={conversation.name} />
          <Macros conversationId={conversationId} />
          <AssignMenu conversationId={conversationId} assigneeId={conversation.assigneeId} />
          <WorkflowMenu conversationId={conversationId} conversation={conversation} />
          {!isSlim && about}
          <Done isResolved={conversation.status === 'resolved'} onClick={resolve.toggle} />
        </div>
      </div>
      <Standing conversation={conversation} />
      {resolve.error && <Trouble error={resolve.error} what="The status did not change." again={resolve.toggle} />}
    </header>
  )
}

const Calls = (about: { conversationId: string; name: string }) => {
  const lines = useCallLines()
  if (lines.length === 0) return null
  return (
    <Suspense>
      <CallMenu {...about} lines={lines} />
    </Suspense>
  )
}

function useResolve(conversationId: string, { status }: Header) {
  const { run, error } = useCommand('conversation.set_status')
  const toggle = () => run({ conversationId, status: status === 'resolved' ? 'open' : 'resolved' })
  useKeys({ resolve: toggle })
  return { toggle, error }
}

const About = ({ name, person }: { name: string; person: PersonSwitch }) => (
  <button
    type="button"
    className={style.iconButton}
    aria-label={`About ${name}`}
    aria-pressed={person.isOpen}
    data-tip={`About ${name}`}
    data-tip-key="I"
    onClick={person.toggle}
  >
    <IconLayoutSidebarRight className="turns" size={18} stroke={1.7} />
  </button>
)

const Done = ({ isResolved, onClick }: { isResolved: boolean; onClick: () => void }) => {
  const says = isResolved ? 'Reopen the conversation' : 'Resolve the conversation'
  return (
    <button type="button" className={style.done} aria-label={says} data-tip={says} data-tip-key="E" onClick={onClick}>
      {isResolved ? (
        <IconArrowBackUp className="turns" size={16} stroke={2} aria-hidden="true" />
      ) : (
        <IconCheck size={16} stroke={2.2} aria-hidden="true" />
      )}
      <span>{isResolved ? 'Reopen' : 'Resolve'}</span>
    </button>
  )
}

/** On a narrow screen the list with the state of the line is out of sight: then it is said here, unless all is well. */
const LineTrouble = () => {
  const isNarrow = useMediaQuery('(max-width: 760px)')
  const { state } = useStatus()
  return isNarrow && state !== 'live' && <LineState />
}

const Waiting = ({ since }: { since: string | null }) => {
  const now = useNow(30_000)
  if (since === null) return null
  const waitsMs = now - Date.parse(since)
  if (waitsMs < 60_000) return null
  return <span className={style.wide}>waits {span(waitsMs)}</span>
}

/** Who else is here: whoever writes goes before whoever looks. */
const Others = ({ conversationId }: { conversationId: string }) => {
  const { typing, viewers } = useSignals(conversationId)
  const { me, nameOf } = useMembers()
  const writing = typing.filter(({ id, role }) => role === 'staff' && id !== me.id).map(({ id }) => nameOf(id))
  const looking = viewers.map(({ id }) => id).filter((id) => id !== me.id)
  const names = [...new Set(looking)].map(nameOf)
  const says = sentence(writing, names)
  const people = usePresence()
  return (
    <>
      <span className={style.faces}>
        {[...new Set(looking)].slice(0, facesMax).map((id) => (
          <Avatar key={id} name={nameOf(id)} size={17} {...withStatus(people[id])} />
        ))}
      </span>
      <span role="status" data-tone={writing.length > 0 ? 'attention' : 'accent'}>
        {says}
      </span>
    </>
  )
}

const facesMax = 3
const list = new Intl.ListFormat('en-GB')

function sentence(writing: string[], looking: string[]) {
  if (writing.length > 0) return `${list.format(writing)} ${writing.length > 1 ? 'are' : 'is'} answering`
  if (looking.length > 0) return `${list.format(looking)} ${looking.length > 1 ? 'are' : 'is'} looking too`
  return ''
}
