import { IconAlertCircle, IconArrowBackUp, IconClockHour4, IconHourglassLow } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { Line } from '../../client/wire.ts'
import { useNow } from '../live/use-now.ts'
import { useMembers, useSession } from '../live/use-session.ts'
import { Count } from '../parts/count.tsx'
import { TagDots } from '../parts/tag-word.tsx'
import { useChannelKind } from '../settings/use-channels.ts'
import { Avatar } from './avatar.tsx'
import { kindOf } from './gist.ts'
import style from './list.module.css'
import { named } from './named.ts'
import { nearest, SlaTimer } from './standing.tsx'
import { span, timesIn } from './times.ts'
import { unseenBy } from './unseen.ts'

/** Below this the window is worth a word in the list. */
const closingMs = 2 * 3_600_000

export const Row = memo(function Row({ line, isHere }: { line: Line; isHere: boolean }) {
  const { conversationId } = line
  const conversation = named(line.conversation)
  const { user, workspace } = useSession()
  const times = timesIn(workspace.timezone)
  const now = useNow(30_000)
  const unseen = unseenBy(conversation, user.id)
  return (
    <Link
      to="/inbox/$conversationId"
      params={{ conversationId }}
      search={(before) => before}
      className={style.row}
      data-unread={unseen > 0 || undefined}
      data-here={isHere || undefined}
      data-row={conversationId}
      aria-current={isHere || undefined}
    >
      <Avatar name={conversation.name} kind={useChannelKind(conversation.channelId)} />
      <span className={style.rowText}>
        <span className={style.rowTop}>
          <bdi className={style.name}>{conversation.name}</bdi>
          {conversation.lastMessageAt && (
            <time className="figures" dateTime={conversation.lastMessageAt}>
              {times.ago(conversation.lastMessageAt, now)}
            </time>
          )}
        </span>
        <span className={style.rowMid}>
          <Snippet last={line.last} />
          <Count of={unseen} says="unread" />
        </span>
        <Marks line={line} now={now} />
      </span>
    </Link>
  )
})

const Snippet = ({ last }: Pick<Line, 'last'>) => {
  if (!last) return <span className={style.snippet}>Nothing said yet</span>
  const kind = kindOf(last)
  return (
    <span className={style.snippet}>
      {last.direction === 'out' && (
        <>
          <IconArrowBackUp className="turns" size={13} stroke={2} aria-hidden="true" />
          <span className="unseen">We said: </span>
        </>
      )}
      {kind && <b>{last.text === '' ? kind : `${kind}: `}</b>}
      <bdi>{last.text}</bdi>
    </span>
  )
}

/** One loud thing at most, and in the quiet one who takes care of it. */
const Marks = ({ line, now }: { line: Line; now: number }) => {
  const { nameOf } = useMembers()
  const { status, assigneeId, tags } = line.conversation
  return (
    <span className={style.marks}>
      <Loud line={line} now={now} />
      <span data-tone="quiet">{assigneeId === null ? 'Unassigned' : nameOf(assigneeId)}</span>
      <TagDots tags={tags} />
      {status === 'resolved' && <span data-tone="good">Resolved</span>}
      {status === 'snoozed' && <span data-tone="quiet">Put off</span>}
      {status === 'pending' && <span data-tone="quiet">Waits</span>}
    </span>
  )
}

const Loud = ({ line: { conversation, last }, now }: { line: Line; now: number }) => {
  const { windowExpiresAt, waitingSince } = conversation
  if (last?.hasFailed)
    return (
      <span data-tone="urgent">
        <IconAlertCircle size={13} stroke={2} aria-hidden="true" />
        Not delivered
      </span>
    )
  if (nearest(conversation)) return <SlaTimer conversation={conversation} now={now} />
  if (waitingSince === null) return null
  const leftMs = windowExpiresAt === null ? 0 : Date.parse(windowExpiresAt) - now
  if (leftMs > 0 && leftMs < closingMs)
    return (
      <span data-tone="attention">
        <IconHourglassLow size={13} stroke={2} aria-hidden="true" />
        <bdi>{span(leftMs)}</bdi> left
      </span>
    )
  const waitsMs = now - Date.parse(waitingSince)
  if (waitsMs < 60_000) return null
  return (
    <span data-tone="quiet">
      <IconClockHour4 size={13} stroke={2} aria-hidden="true" />
      waits <bdi>{span(waitsMs)}</bdi>
    </span>
  )
}
