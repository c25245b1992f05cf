import { api } from '../live/careline.ts'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { DeadLetter } from '../../client/admin.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { useTitle } from '../shell/use-title.ts'
import { ActorLink } from './cells.tsx'
import style from '../parts/page.module.css'
import { useDeadLetter, useDeadLetters } from './use-operations.ts'

const views = { open: 'To look at', replayed: 'Replayed', dropped: 'Dropped' } as const
const nothing = {
  open: 'Nothing waits to be looked at.',
  replayed: 'None was replayed yet.',
  dropped: 'None was dropped yet.',
} as const

/** What could not be delivered: why, and what to do with it. */
export const DeadLettersPage = () => {
  const [view, setView] = useState<DeadLetter['status']>('open')
  const { data, error, refetch, hasNextPage, fetchNextPage } = useDeadLetters(view)
  const letters = data?.pages.flatMap(({ items }) => items) ?? []
  useTitle('Dead letters')
  return (
    <div className={style.page}>
      <h1>Dead letters</h1>
      <div className={style.views} role="group" aria-label="Which ones">
        {(Object.keys(views) as DeadLetter['status'][]).map((one) => (
          <button key={one} type="button" aria-pressed={view === one} onClick={() => setView(one)}>
            {views[one]}
          </button>
        ))}
      </div>
      {error && !data && <Trouble error={error} what="The letters cannot be read." again={() => void refetch()} />}
      {data && letters.length === 0 && <p className={style.none}>{nothing[view]}</p>}
      <ul className={style.letters}>
        {letters.map((letter) => (
          <Letter key={letter.id} letter={letter} />
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

const Letter = ({ letter: { id, at, to, message, by, error, status, reason } }: { letter: DeadLetter }) => {
  const times = timesIn(useSession().workspace.timezone)
  const [isOpen, setOpen] = useState(false)
  return (
    <li>
      <h2>
        {message} for <ActorLink {...to} />
      </h2>
      <p>
        <span className="figures">{times.full(at)}</span>, from <bdi>{by}</bdi>
      </p>
      <p className={style.why}>
        <b>{error.name}</b>: <bdi>{error.message}</bdi>
      </p>
      {reason !== null && (
        <p>
          Dropped: <bdi>{reason}</bdi>
        </p>
      )}
      <button type="button" className={style.more} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? 'Hide what it says' : 'Show what it says'}
      </button>
      {isOpen && <Contents id={id} />}
      {status === 'open' && <Choice id={id} />}
    </li>
  )
}

const Contents = ({ id }: { id: string }) => {
  const { data, error, refetch } = useDeadLetter(id)
  if (error) return <Trouble error={error} what="It cannot be read." again={() => void refetch()} />
  if (!data) return null
  return (
    <pre className={style.state} tabIndex={0} aria-label="What it says, with what is sensitive masked">
      {JSON.stringify(data.input, null, 2)}
    </pre>
  )
}

const Choice = ({ id }: { id: string }) => {
  const cache = useQueryClient()
  const [isDropping, setDropping] = useState(false)
  const [reason, setReason] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const act = (what: () => Promise<unknown>) =>
    doing.do(async () => {
      await what()
      await cache.invalidateQueries({ queryKey: ['pages', 'operations', 'letters'] })
    })
  const drop = (event: FormEvent) => {
    event.preventDefault()
    void act(() => api.admin.drop(id, reason.trim()))
  }
  return (
    <div className={style.choice}>
      {failed && <Trouble error={failed} what="That did not work." />}
      {isDropping ? (
        <form onSubmit={drop}>
          <label>
            Why it is dropped
            <input
              autoFocus
              required
              maxLength={500}
              dir="auto"
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          </label>
          <button type="submit" disabled={isBusy || reason.trim() === ''}>
            Drop it
          </button>
          <button type="button" onClick={() => setDropping(false)}>
            Leave it
          </button>
        </form>
      ) : (
        <>
          <button type="button" disabled={isBusy} onClick={() => void act(() => api.admin.replay(id))}>
            Replay
          </button>
          <button type="button" disabled={isBusy} onClick={() => setDropping(true)}>
            Drop with a reason
          </button>
        </>
      )}
    </div>
  )
}
