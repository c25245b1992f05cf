import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ErrorKind, ErrorStatus } from '../../client/errors.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { pagesQuery } from '../live/use-page.ts'
import { ErrorFacts, ErrorViews, moves, noErrors } from '../operations/error-facts.tsx'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { operators, ownTimes } from './operators.ts'

/** What went wrong in the installation itself: in schedules, at the start, in what belongs to no workspace. */
export const PlatformErrors = () => {
  const [view, setView] = useState<ErrorStatus>('open')
  const { error: only } = useSearch({ from: '/platform' })
  const filter = only === undefined ? { status: view } : { id: only }
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery({
    ...pagesQuery(['platform', 'errors', filter], (cursor) =>
      operators.errors({ ...filter, ...(cursor !== undefined && { cursor }) }),
    ),
    staleTime: 0,
  })
  const errors = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <>
      <h1>Errors</h1>
      {only === undefined ? (
        <>
          <p>Those of schedules, of the start, of what belongs to no workspace. A workspace sees its own.</p>
          <ErrorViews view={view} choose={setView} />
        </>
      ) : (
        <p className={page.back}>
          <Link to="/platform" search={{ show: 'errors' }}>
            All errors
          </Link>
        </p>
      )}
      {error && !data && <Trouble error={error} what="The errors cannot be read." again={() => void refetch()} />}
      {data && errors.length === 0 && (
        <p className={page.none}>{only === undefined ? noErrors[view] : 'There is no such error.'}</p>
      )}
      <ul className={page.letters}>
        {errors.map((one) => (
          <ErrorFacts key={one.id} error={one} times={ownTimes}>
            <Choice error={one} />
          </ErrorFacts>
        ))}
      </ul>
      {hasNextPage && <Button onClick={() => void fetchNextPage()}>Show more</Button>}
    </>
  )
}

const Choice = ({ error: { id, name, status } }: { error: ErrorKind }) => {
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const change = (to: ErrorStatus) =>
    void doing.do(async () => {
      await operators.changeError(id, to)
      await cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes('platform') })
    })
  return (
    <div className={page.choice}>
      {moves[status].map(([to, says]) => (
        <button key={to} type="button" disabled={isBusy} aria-label={`${says}: ${name}`} onClick={() => change(to)}>
          {says}
        </button>
      ))}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </div>
  )
}
