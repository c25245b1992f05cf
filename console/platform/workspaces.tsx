import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Tenancy } from '../../client/operators.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { figure } from '../operations/cells.tsx'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import settings from '../settings/settings.module.css'
import { operators, ownTimes } from './operators.ts'
import { People } from './people.tsx'
import { QuotasForm, quotasIn } from './quotas.tsx'

/** All workspaces with their sizes, and what may be done about each. */
export const Workspaces = () => {
  const [find, setFind] = useState('')
  const workspaces = useInfiniteQuery({
    queryKey: ['platform', 'workspaces', find],
    queryFn: ({ pageParam }) =>
      operators.workspaces({ ...(find && { q: find }), ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  })
  const all = workspaces.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <>
      <h1>Workspaces</h1>
      <Proven />
      <search className={settings.form}>
        <label>
          Find by name
          <input type="search" maxLength={64} value={find} onChange={({ target }) => setFind(target.value)} />
        </label>
      </search>
      {workspaces.error && (
        <Trouble
          error={workspaces.error}
          what="The workspaces cannot be read."
          again={() => void workspaces.refetch()}
        />
      )}
      {workspaces.data && all.length === 0 && <p className={page.none}>There is none.</p>}
      <ul className={page.letters}>
        {all.map((one) => (
          <Line key={one.id} one={one} />
        ))}
      </ul>
      {workspaces.hasNextPage && <Button onClick={() => void workspaces.fetchNextPage()}>Show more</Button>}
    </>
  )
}

const Proven = () => {
  const { data } = useQuery({ queryKey: ['platform', 'backups'], queryFn: () => operators.backups() })
  if (!data) return null
  if (data.provenAt === null) return <p className={page.warning}>No backup was restored to see that it can be.</p>
  return (
    <p>
      The last backup that a restore has proven is of <b className="figures">{ownTimes.full(data.provenAt)}</b>.
    </p>
  )
}

const Line = ({ one }: { one: Tenancy }) => (
  <li aria-labelledby={`ws-${one.id}`}>
    <h2 id={`ws-${one.id}`}>
      <bdi>{one.name}</bdi> <small>{one.status}</small>
    </h2>
    <dl className={page.facts}>
      <Fact name="Short name" says={one.slug} />
      <Fact name="Conversations" says={figure(one.conversations)} />
      <Fact name="Messages" says={figure(one.messages)} />
      {quotasIn(one).map(([name, says]) => (
        <Fact key={name} name={name} says={says} />
      ))}
    </dl>
    {one.suspension !== null && <p className={page.why}>{one.suspension}</p>}
    <Choice one={one} />
    <People one={one} />
  </li>
)

const Fact = ({ name, says }: { name: string; says: string }) => (
  <div>
    <dt>{name}</dt>
    <dd className="figures">{says}</dd>
  </div>
)

const Choice = ({ one }: { one: Tenancy }) => {
  const { id, name, status } = one
  const [isQuotas, setQuotas] = useState(false)
  const [reason, setReason] = useState<string | null>(null)
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) =>
    void doing.do(async () => {
      await work()
      setReason(null)
      await cache.invalidateQueries({ queryKey: ['platform', 'workspaces'] })
    })
  return (
    <div className={page.choice}>
      {failed && <Trouble error={failed} what="That did not work." />}
      {reason !== null && (
        <Suspending
          reason={reason}
          isBusy={isBusy}
          change={setReason}
          done={() => act(() => operators.suspend(id, reason))}
        />
      )}
      {status === 'suspended' && (
        <button
          type="button"
          aria-label={`Let it go on: ${name}`}
          disabled={isBusy}
          onClick={() => act(() => operators.resume(id))}
        >
          Let it go on
        </button>
      )}
      {(status === 'active' || status === 'draft') && reason === null && (
        <button type="button" aria-label={`Suspend: ${name}`} disabled={isBusy} onClick={() => setReason('')}>
          Suspend
        </button>
      )}
      <button
        type="button"
        aria-label={`New key: ${name}`}
        disabled={isBusy}
        onClick={() => act(() => operators.rotateKey(id))}
      >
        New key
      </button>
      <button
        type="button"
        aria-expanded={isQuotas}
        aria-label={`What it may use: ${name}`}
        onClick={() => setQuotas(!isQuotas)}
      >
        What it may use
      </button>
      {isQuotas && <QuotasForm one={one} done={() => setQuotas(false)} />}
    </div>
  )
}

interface SuspendingProps {
  reason: string
  isBusy: boolean
  change: (reason: string) => void
  done: () => void
}

/** Its people read why. */
const Suspending = ({ reason, isBusy, change, done }: SuspendingProps) => {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    done()
  }
  return (
    <form className={settings.form} onSubmit={submit}>
      <label>
        Why
        <input required autoFocus maxLength={500} value={reason} onChange={({ target }) => change(target.value)} />
      </label>
      <Button tone="urgent" type="submit" disabled={isBusy}>
        Suspend it
      </Button>
    </form>
  )
}
