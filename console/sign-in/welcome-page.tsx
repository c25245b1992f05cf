import { queryOptions, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { ApiProblem } from '../../client/problem.ts'
import { enter } from '../live/careline.ts'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { PasswordField } from '../parts/fields.tsx'
import { Card } from './card.tsx'
import style from './sign-in.module.css'
import { wordsOf } from './words.ts'

const askedQuery = (token: string) =>
  queryOptions({
    queryKey: ['registered', token],
    queryFn: () => businesses.registered(token),
    staleTime: Infinity,
    retry: (failures, error) => failures < 2 && !(error instanceof ApiProblem && error.status === 401),
  })

/** Whoever came by the letter says the password that they chose: a letter alone opens nothing. */
export const WelcomePage = () => {
  const { token = '' } = useSearch({ from: '/welcome' })
  const { data, error } = useQuery(askedQuery(token))
  return (
    <Card title="Welcome">
      {error && (
        <section className={style.form}>
          <h1>This link is not good any more</h1>
          <p>{wordsOf(error)} You can ask for a new one.</p>
          <Link to="/register" className={style.other}>
            Open a business
          </Link>
        </section>
      )}
      {data && <Confirm token={token} business={data.business} email={data.email} />}
    </Card>
  )
}

const Confirm = ({ token, business, email }: { token: string; business: string; email: string }) => {
  const [password, setPassword] = useState('')
  const navigate = useNavigate()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      await businesses.confirm(token, password)
      enter()
      await navigate({ to: '/onboarding', replace: true })
    })
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <h1>
        Open <bdi>{business}</bdi>
      </h1>
      <p>Type the password that you chose, so that we know it was you who asked.</p>
      <input type="text" hidden readOnly autoComplete="username" value={email} />
      <PasswordField autoFocus says="Password" value={password} change={setPassword} />
      {failed && (
        <p className={style.failed} role="alert">
          {wordsOf(failed)}
        </p>
      )}
      <button type="submit" className={style.main} disabled={isBusy}>
        Open it
      </button>
    </form>
  )
}
