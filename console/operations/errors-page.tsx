import { useQueryClient } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ErrorKind, ErrorStatus } from '../../client/watch.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { api } from '../live/careline.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useMembers, useSession } from '../live/use-session.ts'
import style from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { figure } from './cells.tsx'
import { useErrors } from './use-watch.ts'

const views = { open: 'Open', resolved: 'Resolved', ignored: 'Ignored' } as const
const nothing = {
  open: 'No error is open.',
  resolved: 'None was resolved yet.',
  ignored: 'None is ignored.',
} as const

/** What went wrong that nobody expected, by kind. */
export const ErrorsPage = () => {
  const [view, setView] = useState<ErrorStatus>('open')
  const { error: only } = useSearch({ strict: false })
  const { data, error, refetch, hasNextPage, fetchNextPage } = useErrors(
    only === undefined ? { status: view } : { id: only },
  )
  const errors = data?.pages.flatMap(({ items }) => items) ?? []
  useTitle('Errors')
  return (
    <div className={style.page}>
      <h1>Errors</h1>
      {only !== undefined && (
        <p className={style.back}>
          <Link to="/operations/errors">All errors</Link>
        </p>
      )}
      <div className={style.views} role="group" aria-label="Which ones" hidden={only !== undefined}>
        {(Object.keys(views) as ErrorStatus[]).map((one) => (
          <button key={one} type="button" aria-pressed={view === one} onClick={() => setView(one)}>
            {views[one]}
          </button>
        ))}
      </div>
      {error && !data && <Trouble error={error} what="The errors cannot be read." again={() => void refetch()} />}
      {data && errors.length === 0 && (
        <p className={style.none}>{only === undefined ? nothing[view] : 'There is no such error.'}</p>
      )}
      <ul className={style.letters}>
        {errors.map((one) => (
          <One key={one.id} error={one} />
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" className={style.more} onClick={() => void fetchNextPage()}>
          Show more
        </button>
      )}
    </div>
  )
}

const One = ({ error }: { error: ErrorKind }) => {
  const { id, name, code, message, place, source, count, firstAt, lastAt, reopenedAt } = error
  const session = useSession()
  const times = timesIn(session.workspace.timezone)
  const [isOpen, setOpen] = useState(false)
  return (
    <li>
      <h2>
        {name}
        {code !== null && ` (${code})`} <small>{source}</small>
      </h2>
      {message !== null && <p className={style.why}>{message}</p>}
      {place !== '' && (
        <p>
          at <bdi>{place}</bdi>
        </p>
      )}
      <p className="figures">
        {count === 1
          ? times.full(lastAt)
          : `${figure(count)} times, from ${times.full(firstAt)} to ${times.full(lastAt)}`}
      </p>
      {reopenedAt !== null && (
        <p className={style.why}>It had been resolved, and came again {times.full(reopenedAt)}.</p>
      )}
      <button type="button" className={style.more} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? 'Hide where it was' : 'Show where it was'}
      </button>
      {isOpen && <Where error={error} />}
      {mayIn(session, 'errors.manage') && <Choice key={id} error={error} />}
    </li>
  )
}

const Where = ({ error: { stack, lastContext, errorIds } }: { error: ErrorKind }) => (
  <pre className={style.state} tabIndex={0} aria-label="Where it was">
    {[
      ...stack,
      ...Object.entries(lastContext).map(([name, value]) => `${name}: ${value}`),
      ...errorIds.slice(-3).map((id) => `told as ${id}`),
    ].join('\n')}
  </pre>
)

const moves: Record<ErrorStatus, [to: ErrorStatus, says: string][]> = {
  open: [
    ['resolved', 'Resolve'],
    ['ignored', 'Ignore'],
  ],
  resolved: [['open', 'Open again']],
  ignored: [['open', 'Open again']],
}

const Choice = ({ error: { id, name, status, assigneeId } }: { error: ErrorKind }) => {
  const { members } = useMembers()
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const change = (to: Parameters<typeof api.errors.change>[1]) =>
    void doing.do(async () => {
      await api.errors.change(id, to)
      await cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes('errors') })
    })
  return (
    <div className={style.choice}>
      {moves[status].map(([to, says]) => (
        <button
          key={to}
          type="button"
          disabled={isBusy}
          aria-label={`${says}: ${name}`}
          onClick={() => change({ status: to })}
        >
          {says}
        </button>
      ))}
      <label className={style.short}>
        Who looks at it
        <select
          value={assigneeId ?? ''}
          disabled={isBusy}
          onChange={({ target }) => change({ assigneeId: target.value === '' ? null : target.value })}
        >
          <option value="">Nobody yet</option>
          {members.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </div>
  )
}
