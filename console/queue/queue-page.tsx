import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { Line } from '../../client/wire.ts'
import { AssignMenu } from '../inbox/assign-menu.tsx'
import { timesIn, waited } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { tools } from '../live/tools.ts'
import { useNow } from '../live/use-now.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'
import { useSession } from '../live/use-session.ts'
import { useStream } from '../live/use-stream.ts'
import { useTeams } from '../settings/use-business.ts'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Decisions } from './decisions.tsx'
import { Staff } from './staff.tsx'
import style from './queue.module.css'
import { whyWords } from './words.ts'

/** What waits that nobody has, who has how much, and what was done by itself: for whoever leads. */
export const QueuePage = () => {
  const { workspace } = useSession()
  const { data: board, error, refetch } = useStream(`roster:${workspace.id}`)
  const [team, setTeam] = useState<string | undefined>()
  useTitle('Queue')
  return (
    <div className={`${page.page} ${style.queue}`}>
      <h1>Queue</h1>
      {error && !board && <Trouble error={error} what="The queue cannot be read." again={() => void refetch()} />}
      {board && (
        <>
          <ByTeam waiting={board.waiting} team={team} choose={setTeam} />
          <Waiting team={team} queue={board.queue} />
          <Staff members={board.members} />
          <Decisions stamp={board.queue.length + board.members.reduce((sum, { open }) => sum + open, 0)} />
        </>
      )}
    </div>
  )
}

interface ByTeamProps {
  waiting: { teamId: string | null; count: number }[]
  team: string | undefined
  choose: (team: string | undefined) => void
}

const ByTeam = ({ waiting, team, choose }: ByTeamProps) => {
  const teams = useTeams().data?.items ?? []
  const total = waiting.reduce((sum, { count }) => sum + count, 0)
  const of = (id: string | null) => waiting.find(({ teamId }) => teamId === id)?.count ?? 0
  const choices = [
    { id: undefined, name: 'All', count: total },
    ...(teams.length > 0 ? [{ id: 'none', name: 'No team', count: of(null) }] : []),
    ...teams.map(({ id, name }) => ({ id, name, count: of(id) })),
  ]
  return (
    <div className={page.views} role="group" aria-label="Which team">
      {choices.map(({ id, name, count }) => (
        <button key={id ?? 'all'} type="button" aria-pressed={team === id} onClick={() => choose(id)}>
          <bdi>{name}</bdi> <span className="figures">{count.toLocaleString('en')}</span>
        </button>
      ))}
    </div>
  )
}

const pageSize = 25

/** What the stream shows of the queue says when the list is old. */
function useWaiting(team: string | undefined, stamp: string) {
  const list = usePages(
    pagesQuery<Line>(['queue', team ?? 'all'], (cursor) =>
      tools.queue({ limit: pageSize, ...(team !== undefined && { team }), ...(cursor !== undefined && { cursor }) }),
    ),
  )
  const { again } = list
  // Not with every event of the stream: only when what waits is another than what was read.
  useEffect(again, [stamp])
  return list
}

interface WaitingProps {
  team: string | undefined
  queue: { conversationId: string; since: string; why: string | null }[]
}

const Waiting = ({ team, queue }: WaitingProps) => {
  const stamp = queue.map(({ conversationId, since }) => conversationId + since).join()
  const { pages, error, isPending, hasNextPage, more, again } = useWaiting(team, stamp)
  const lines = pages?.flatMap(({ items }) => items) ?? []
  const whys = new Map(queue.map(({ conversationId, why }) => [conversationId, why]))
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">Waiting for somebody</h2>
      {error && <Trouble error={error} what="What waits cannot be read." again={again} />}
      {!isPending && lines.length === 0 && !error && <p className={page.none}>Nobody waits: everybody has somebody.</p>}
      <ul className={style.rows}>
        {lines.map((line) => (
          <Row key={line.conversationId} line={line} why={whys.get(line.conversationId) ?? null} />
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" className={page.more} onClick={more}>
          Show more
        </button>
      )}
    </section>
  )
}

const Row = ({ line: { conversation, conversationId, last }, why }: { line: Line; why: string | null }) => {
  const now = useNow(30_000)
  const times = timesIn(useSession().workspace.timezone)
  const { name, waitingSince, assigneeId, tags } = conversation
  return (
    <li>
      <Link to="/inbox/$conversationId" params={{ conversationId }} className={style.who}>
        <b>
          <bdi>{name}</bdi>
        </b>
        <span>
          <bdi>{last?.text ?? ''}</bdi>
        </span>
      </Link>
      <span className={style.facts}>
        {waitingSince && (
          <time className="figures" dateTime={waitingSince} title={times.full(waitingSince)}>
            {waited(now - Date.parse(waitingSince))}
          </time>
        )}
        {tags.length > 0 && <span>{tags.join(', ')}</span>}
        {why !== null && <span data-tone="attention">{whyWords(why)}</span>}
      </span>
      <span className={style.act}>
        <AssignMenu conversationId={conversationId} assigneeId={assigneeId} hasKeys={false} />
      </span>
    </li>
  )
}
