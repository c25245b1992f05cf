import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { createOperators, type OperatorSession, type Tenancy } from '../../client/operators.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { bytesOf, figure } from '../operations/cells.tsx'
import { Button } from '../parts/button.tsx'
import { CodeField, EmailField, PasswordField } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import settings from '../settings/settings.module.css'
import { Card } from '../sign-in/card.tsx'
import { usePlainTitle } from '../shell/use-title.ts'
import style from './platform.module.css'

const slot = 'careline.operator'
/** Until the tab is closed: whoever looks after everything signs in each time. */
const operators = createOperators({
  load: () => JSON.parse(sessionStorage.getItem(slot) ?? 'null') as OperatorSession | undefined,
  save: (session) =>
    session ? sessionStorage.setItem(slot, JSON.stringify(session)) : sessionStorage.removeItem(slot),
})

/** Where the operators of the installation look after it. Nothing of a workspace's sign-in counts here. */
export const PlatformPage = () => {
  const [session, setSession] = useState(operators.session())
  return session ? <Whole session={session} left={() => setSession(undefined)} /> : <SignIn entered={setSession} />
}

const SignIn = ({ entered }: { entered: (session: OperatorSession) => void }) => {
  const [said, setSaid] = useState({ email: '', password: '', code: '' })
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => entered(await operators.signIn(said)))
  }
  return (
    <Card title="Platform">
      <h1>Sign in as an operator</h1>
      <p>This is a realm of its own: an account of a workspace does not open it.</p>
      <form className={settings.form} onSubmit={submit}>
        <EmailField autoFocus value={said.email} change={(email) => setSaid({ ...said, email })} />
        <PasswordField says="Password" value={said.password} change={(password) => setSaid({ ...said, password })} />
        <CodeField autoFocus={false} value={said.code} change={(code) => setSaid({ ...said, code })} />
        <Button tone="main" type="submit" disabled={isBusy}>
          Sign in
        </Button>
      </form>
      {failed && <Trouble error={failed} what="You are not signed in." />}
    </Card>
  )
}

const Whole = ({ session, left }: { session: OperatorSession; left: () => void }) => {
  const [find, setFind] = useState('')
  usePlainTitle('Platform')
  const workspaces = useInfiniteQuery({
    queryKey: ['platform', 'workspaces', find],
    queryFn: ({ pageParam }) =>
      operators.workspaces({ ...(find && { q: find }), ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  })
  const { doing, failed } = useLeaving(left)
  const all = workspaces.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <main className={style.whole}>
      <header className={style.head}>
        <b>Careline: the platform</b>
        <span>{session.operator.name}</span>
        <Button tone="quiet" onClick={doing}>
          Sign out
        </Button>
      </header>
      <div className={page.page}>
        <h1>Workspaces</h1>
        {failed && <Trouble error={failed} what="You may still be signed in." />}
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
      </div>
    </main>
  )
}

function useLeaving(left: () => void) {
  const { failed, ...doing } = useDoing()
  const cache = useQueryClient()
  const leave = async () => {
    await operators.signOut()
    cache.removeQueries({ queryKey: ['platform'] })
    left()
  }
  return { failed, doing: () => void doing.do(leave) }
}

const Proven = () => {
  const { data } = useQuery({ queryKey: ['platform', 'backups'], queryFn: () => operators.backups() })
  if (!data) return null
  if (data.provenAt === null) return <p className={page.warning}>No backup was restored to see that it can be.</p>
  return (
    <p>
      The last backup that a restore has proven is of{' '}
      <b className="figures">{new Date(data.provenAt).toLocaleString()}</b>.
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
      <Fact name="Members" says={`${figure(one.members)} of ${figure(one.quotas.members)}`} />
      <Fact name="Conversations" says={figure(one.conversations)} />
      <Fact name="Messages" says={figure(one.messages)} />
      <Fact name="Files" says={`${bytesOf(one.storageBytes)} of ${bytesOf(one.quotas.storageBytes)}`} />
    </dl>
    {one.suspension !== null && <p className={page.why}>{one.suspension}</p>}
    <Choice one={one} />
  </li>
)

const Fact = ({ name, says }: { name: string; says: string }) => (
  <div>
    <dt>{name}</dt>
    <dd className="figures">{says}</dd>
  </div>
)

const Choice = ({ one: { id, name, status } }: { one: Tenancy }) => {
  const [reason, setReason] = useState<string | null>(null)
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) =>
    void doing.do(async () => {
      await work()
      setReason(null)
      await cache.invalidateQueries({ queryKey: ['platform', 'workspaces'] })
    })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    act(() => operators.suspend(id, reason ?? ''))
  }
  return (
    <div className={page.choice}>
      {failed && <Trouble error={failed} what="That did not work." />}
      {reason !== null && (
        <form className={settings.form} onSubmit={submit}>
          <label>
            Why
            <input
              required
              autoFocus
              maxLength={500}
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          </label>
          <Button tone="urgent" type="submit" disabled={isBusy}>
            Suspend it
          </Button>
        </form>
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
    </div>
  )
}
