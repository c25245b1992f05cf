import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState, type FormEvent } from 'react'
import { ApiProblem } from '../../client/problem.ts'
import { api, enter } from '../live/careline.ts'
import { Mark } from '../parts/mark.tsx'
import style from './sign-in.module.css'

/** Words for what a person can do about it; others are the server's own. */
const says: Record<string, string> = {
  unreachable: 'The server cannot be reached. Is it running, and is this computer online?',
}

function wordsOf(error: unknown) {
  if (!(error instanceof ApiProblem)) return 'Something went wrong here. Please try again.'
  return says[error.code] ?? error.detail ?? error.title
}

export const SignInPage = () => {
  const { link } = useSearch({ from: '/sign-in' })
  const [isByPassword, setByPassword] = useState(link === undefined)
  useEffect(() => {
    document.title = 'Sign in · Careline'
  }, [])
  return (
    <main className={style.page}>
      <div className={style.card}>
        <p className={style.mark}>
          <Mark size={34} />
          Careline
        </p>
        {isByPassword || link === undefined ? <ByPassword /> : <ByLink link={link} other={() => setByPassword(true)} />}
      </div>
    </main>
  )
}

/** Runs a sign-in, then goes where the person wanted to. */
function useSignIn() {
  const { to } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const [failed, setFailed] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true)
    setFailed(null)
    try {
      await work()
      enter()
      // Only an address of our own: anything else in `to` was written by somebody else.
      const isOurs = to !== undefined && /^\/(?![/\\])/.test(to)
      await navigate({ href: isOurs ? to : '/inbox', replace: true })
    } catch (error) {
      setFailed(wordsOf(error))
      setBusy(false)
    }
  }
  return { failed, isBusy, run }
}

/** A press, not the visit, uses the link up: mail scanners and previews open addresses, too. */
const ByLink = ({ link, other }: { link: string; other: () => void }) => {
  const { failed, isBusy, run } = useSignIn()
  return (
    <section className={style.form}>
      <h1>Welcome</h1>
      <p>This link signs you in as the owner. It works once.</p>
      <button type="button" className={style.main} disabled={isBusy} onClick={() => void run(() => api.link(link))}>
        Sign in with this link
      </button>
      {failed && (
        <p className={style.failed} role="alert">
          {failed} <span>A new link is printed when the server starts, or by “careline token”.</span>
        </p>
      )}
      <button type="button" className={style.other} onClick={other}>
        Use e-mail and password
      </button>
    </section>
  )
}

const ByPassword = () => {
  const { failed, isBusy, run } = useSignIn()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void run(() => api.login(email.trim(), password))
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <h1>Sign in</h1>
      <label>
        E-mail
        <input
          type="email"
          required
          autoFocus
          autoComplete="username"
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </label>
      <label>
        Password
        <input
          type="password"
          required
          autoComplete="current-password"
          maxLength={256}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      {failed && (
        <p className={style.failed} role="alert">
          {failed}
        </p>
      )}
      <button type="submit" className={style.main} disabled={isBusy}>
        {isBusy ? 'Signing in' : 'Sign in'}
      </button>
    </form>
  )
}
