import { useQueryClient } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { OperatorSession } from '../../client/operators.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import { CodeField, EmailField, PasswordField } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import settings from '../settings/settings.module.css'
import { Card } from '../sign-in/card.tsx'
import { usePlainTitle } from '../shell/use-title.ts'
import { PlatformBackups } from './backups.tsx'
import { PlatformErrors } from './errors.tsx'
import { PlatformJobs } from './jobs.tsx'
import { operators } from './operators.ts'
import style from './platform.module.css'
import { Workspaces } from './workspaces.tsx'

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

const tabs = { workspaces: 'Workspaces', errors: 'Errors', jobs: 'Jobs', backups: 'Backups' } as const
const shown = {
  workspaces: Workspaces,
  errors: PlatformErrors,
  jobs: PlatformJobs,
  backups: PlatformBackups,
} as const

const Whole = ({ session, left }: { session: OperatorSession; left: () => void }) => {
  const { show, error } = useSearch({ from: '/platform' })
  const here = error === undefined ? (show ?? 'workspaces') : 'errors'
  const Shown = shown[here]
  usePlainTitle(`${tabs[here]}: platform`)
  const { doing, failed } = useLeaving(left)
  return (
    <main className={style.whole}>
      <header className={style.head}>
        <b>Careline: the platform</b>
        <span>{session.operator.name}</span>
        <Button tone="quiet" onClick={doing}>
          Sign out
        </Button>
      </header>
      <nav className={page.tabs} aria-label="Platform">
        {(Object.keys(tabs) as (keyof typeof tabs)[]).map((one) => (
          <Link key={one} to="/platform" search={{ show: one }} aria-current={one === here ? 'page' : undefined}>
            {tabs[one]}
          </Link>
        ))}
      </nav>
      <div className={page.page}>
        {failed && <Trouble error={failed} what="You may still be signed in." />}
        <Shown />
      </div>
    </main>
  )
}

function useLeaving(left: () => void) {
  const { failed, ...doing } = useDoing()
  const cache = useQueryClient()
  const leave = async () => {
    await operators.signOut()
    cache.removeQueries({ predicate: ({ queryKey }) => queryKey.includes('platform') })
    left()
  }
  return { failed, doing: () => void doing.do(leave) }
}
