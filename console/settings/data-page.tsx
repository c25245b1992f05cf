import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Export } from '../../client/care.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { care } from '../live/care.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { bytesOf, figure } from '../operations/cells.tsx'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { useProven } from './security/proving.tsx'
import style from './settings.module.css'
import { useBusiness, useBusinessRenewed } from './use-business.ts'

const exportsQuery = queryOptions({
  queryKey: ['exports'],
  queryFn: () => care.exports(),
  staleTime: 0,
  refetchInterval: 2_000,
})
const closingQuery = queryOptions({
  queryKey: ['closing'],
  queryFn: () => care.closing(),
  staleTime: 0,
  retry: false,
})

/** Everything that the workspace has: to take along, and to end. */
export const DataPage = () => {
  const session = useSession()
  useTitle('Data')
  return (
    <div className={page.page}>
      <h1>Data</h1>
      <div className={style.parts}>
        <Exporting />
        {mayIn(session, 'workspace.close') && <Ending />}
      </div>
    </div>
  )
}

const Exporting = () => {
  const { data, error, refetch } = useQuery(exportsQuery)
  const cache = useQueryClient()
  const [passphrase, setPassphrase] = useState('')
  const { failed, isBusy, run, proof } = useProven()
  const isRunning = data?.items.some(({ status }) => status === 'running') ?? false
  const submit = (event: FormEvent) => {
    event.preventDefault()
    run(async () => {
      await care.export({ passphrase })
      setPassphrase('')
      await cache.invalidateQueries(exportsQuery)
    })
  }
  return (
    <section aria-labelledby="export">
      <h2 id="export">Take everything along</h2>
      <p>
        Conversations, people, settings and files in one file that only your passphrase opens. Nobody can give it back
        to you: keep it well. Without Careline, <code>age -d FILE | tar xz</code> opens it.
      </p>
      {error && !data && <Trouble error={error} what="The exports cannot be read." again={() => void refetch()} />}
      {!proof && (
        <form className={style.form} onSubmit={submit}>
          <label>
            Passphrase, 12 signs or more
            <input
              type="password"
              required
              minLength={12}
              maxLength={256}
              autoComplete="new-password"
              value={passphrase}
              onChange={({ target }) => setPassphrase(target.value)}
            />
          </label>
          <Button type="submit" disabled={isBusy || isRunning}>
            {isRunning ? 'One is being made' : 'Export everything'}
          </Button>
        </form>
      )}
      {proof}
      {failed && <Trouble error={failed} what="No export was begun." />}
      {data && data.items.length > 0 && (
        <ul className={page.letters}>
          {data.items.map((one) => (
            <Line key={one.id} one={one} />
          ))}
        </ul>
      )}
    </section>
  )
}

const Line = ({ one }: { one: Export }) => {
  const times = timesIn(useSession().workspace.timezone)
  const { failed, isBusy, ...doing } = useDoing()
  const fetchIt = () =>
    void doing.do(async () => {
      location.assign((await care.exportLink(one.id)).url)
    })
  return (
    <li>
      <h3>
        <span className="figures">{times.full(one.startedAt)}</span> <small>{stateOf(one)}</small>
      </h3>
      {one.status === 'running' && (
        <progress aria-label="How far it is" max={Math.max(1, one.of)} value={one.collections} />
      )}
      {one.why !== null && <p className={page.why}>{one.why}</p>}
      {one.status === 'ready' && (
        <div className={page.choice}>
          <button
            type="button"
            aria-label={`Fetch it (${bytesOf(one.sizeBytes ?? 0)}): the export of ${times.full(one.startedAt)}`}
            disabled={isBusy}
            onClick={fetchIt}
          >
            Fetch it ({bytesOf(one.sizeBytes ?? 0)})
          </button>
          {one.expiresAt !== null && <small className="figures">There until {times.full(one.expiresAt)}.</small>}
        </div>
      )}
      {failed && <Trouble error={failed} what="It cannot be fetched." />}
    </li>
  )
}

function stateOf({ status, documents, files }: Export) {
  if (status === 'running') return `is being made: ${figure(documents)} documents, ${figure(files)} files`
  if (status === 'ready') return `is ready: ${figure(documents)} documents, ${figure(files)} files`
  return status === 'expired' ? 'is no longer kept' : 'failed'
}

const Ending = () => {
  const { data: business } = useBusiness()
  if (!business) return null
  return (
    <section aria-labelledby="ending">
      <h2 id="ending">Close this workspace</h2>
      {business.status === 'closing' ? <Closing /> : <Open />}
    </section>
  )
}

const Open = () => {
  const { workspace } = useSession()
  const [typed, setTyped] = useState('')
  const renewed = useBusinessRenewed()
  const cache = useQueryClient()
  const { failed, isBusy, run, proof } = useProven()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    run(async () => {
      await care.close(typed)
      await cache.invalidateQueries(closingQuery)
      await renewed()
    })
  }
  return (
    <>
      <p>
        Nothing is sent any more from then on. For a while an owner can take it back; after that its key is destroyed,
        and nobody can ever read anything of it again, not even from a backup.
      </p>
      {!proof && (
        <form className={style.form} onSubmit={submit}>
          <label>
            Type {workspace.slug} to close it
            <input
              required
              maxLength={64}
              autoComplete="off"
              value={typed}
              onChange={({ target }) => setTyped(target.value)}
            />
          </label>
          <Button tone="urgent" type="submit" disabled={isBusy || typed !== workspace.slug}>
            Close it
          </Button>
        </form>
      )}
      {proof}
      {failed && <Trouble error={failed} what="It stays open." />}
    </>
  )
}

const Closing = () => {
  const { data } = useQuery(closingQuery)
  const times = timesIn(useSession().workspace.timezone)
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const reopen = () =>
    void doing.do(async () => {
      await care.reopen()
      await renewed()
    })
  return (
    <>
      <p className={page.warning} role="status">
        This workspace is closing.{' '}
        {data && (
          <>
            It can be taken back until <b className="figures">{times.full(data.endsAt)}</b>.
          </>
        )}
      </p>
      <div className={page.choice}>
        <Button disabled={isBusy} onClick={reopen}>
          Take it back
        </Button>
      </div>
      {failed && <Trouble error={failed} what="It was not taken back." />}
    </>
  )
}
