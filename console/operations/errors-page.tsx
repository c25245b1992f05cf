import { useQueryClient } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ErrorKind, ErrorStatus } from '../../client/errors.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { api } from '../live/careline.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useMembers, useSession } from '../live/use-session.ts'
import style from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { ErrorFacts, ErrorViews, moves, noErrors } from './error-facts.tsx'
import { useErrors } from './use-watch.ts'

/** What went wrong that nobody expected, by kind. */
export const ErrorsPage = () => {
  const [view, setView] = useState<ErrorStatus>('open')
  const { error: only } = useSearch({ strict: false })
  const { data, error, refetch, hasNextPage, fetchNextPage } = useErrors(
    only === undefined ? { status: view } : { id: only },
  )
  const errors = data?.pages.flatMap(({ items }) => items) ?? []
  const session = useSession()
  const times = timesIn(session.workspace.timezone)
  useTitle('Errors')
  return (
    <div className={style.page}>
      <h1>Errors</h1>
      {only !== undefined && (
        <p className={style.back}>
          <Link to="/operations/errors">All errors</Link>
        </p>
      )}
      {only === undefined && <ErrorViews view={view} choose={setView} />}
      {error && !data && <Trouble error={error} what="The errors cannot be read." again={() => void refetch()} />}
      {data && errors.length === 0 && (
        <p className={style.none}>{only === undefined ? noErrors[view] : 'There is no such error.'}</p>
      )}
      <ul className={style.letters}>
        {errors.map((one) => (
          <ErrorFacts key={one.id} error={one} times={times}>
            {mayIn(session, 'errors.manage') && <Choice error={one} />}
          </ErrorFacts>
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
