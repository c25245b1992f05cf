import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Decided } from '../../client/tools.ts'
import { span, timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { tools } from '../live/tools.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'
import { useMembers, useSession } from '../live/use-session.ts'
import page from '../parts/page.module.css'
import style from './queue.module.css'
import { whyWords } from './words.ts'

const decisionsQuery = pagesQuery<Decided>(['queue', 'decisions'], (cursor) =>
  tools.decisions({ limit: 20, ...(cursor !== undefined && { cursor }) }),
)

/** What was assigned by itself, what was not, and why. */
export const Decisions = ({ stamp }: { stamp: number }) => {
  const { pages, error, isPending, hasNextPage, more, again } = usePages(decisionsQuery)
  useEffect(again, [stamp])
  const items = pages?.flatMap(({ items }) => items) ?? []
  return (
    <section aria-labelledby="decided">
      <h2 id="decided">What happened by itself, and why</h2>
      {error && <Trouble error={error} what="It cannot be read." again={again} />}
      {!isPending && items.length === 0 && !error && (
        <p className={page.none}>Nothing yet. With automatic assignment on, each one is explained here.</p>
      )}
      <ol className={style.decided}>
        {items.map((one) => (
          <One key={one.id} decided={one} />
        ))}
      </ol>
      {hasNextPage && (
        <button type="button" className={page.more} onClick={more}>
          Show more
        </button>
      )}
    </section>
  )
}

const One = ({ decided: { at, outcome, facts } }: { decided: Decided }) => {
  const times = timesIn(useSession().workspace.timezone)
  const { nameOf } = useMembers()
  const conversationId = text(facts['conversationId'])
  return (
    <li>
      <time className="figures" dateTime={at}>
        {times.clock(at)}
      </time>
      <span>{sentence(outcome, facts, nameOf(text(facts['memberId']) || null).replace(/^You$/, 'you'))}</span>
      {conversationId !== '' && (
        <Link to="/inbox/$conversationId" params={{ conversationId }}>
          Open
        </Link>
      )}
    </li>
  )
}

const text = (fact: unknown) => (typeof fact === 'string' ? fact : '')
const number = (fact: unknown) => (typeof fact === 'number' ? fact : 0)

const among = (considered: number) =>
  considered === 1 ? 'and nobody else could' : `first in turn of ${String(considered)}`

function sentence(outcome: string, facts: Decided['facts'], who: string) {
  const waited = span(number(facts['waitedMs']))
  if (outcome === 'assigned')
    return `Given to ${who} after ${waited}: had ${number(facts['load'])} of ${number(facts['capacity'])}, ${among(number(facts['considered']))}`
  if (outcome === 'released') return `Taken from ${who}, who was offline for ${number(facts['afterMinutes'])} minutes`
  return `Given to nobody: ${whyWords(text(facts['why']))}`
}
