import { queryOptions, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { ApiProblem } from '../../client/problem.ts'
import type { Invitation } from '../../client/people.ts'
import { api, enter } from '../live/careline.ts'
import { useDoing } from '../live/use-doing.ts'
import { Card } from './card.tsx'
import { PasswordField } from '../parts/fields.tsx'
import style from './sign-in.module.css'

const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ['invitation', token],
    queryFn: () => api.members.invitation(token),
    staleTime: Infinity,
    retry: (failures, error) => failures < 2 && !(error instanceof ApiProblem && error.status === 401),
  })

/** Somebody was invited to work here. Looking uses nothing up: a press does. */
export const InvitationPage = () => {
  const { token = '' } = useSearch({ from: '/invitation' })
  const { data, error } = useQuery(invitationQuery(token))
  return (
    <Card title="Invitation">
      {error && <Void error={error} />}
      {data && <Accept token={token} invitation={data} />}
    </Card>
  )
}

const Void = ({ error }: { error: Error }) => (
  <section className={style.form}>
    <h1>This invitation is not good any more</h1>
    <p>
      {error instanceof ApiProblem ? error.title : 'It could not be read.'} Whoever invited you can make a new link.
    </p>
  </section>
)

const Accept = ({ token, invitation }: { token: string; invitation: Invitation }) => {
  const { workspace, email, needsPassword } = invitation
  const [name, setName] = useState(invitation.name)
  const [password, setPassword] = useState('')
  const navigate = useNavigate()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      await api.members.accept(token, { name: name.trim(), ...(needsPassword && { password }) })
      enter()
      await navigate({ to: '/inbox', replace: true })
    })
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <h1>
        Join <bdi>{workspace}</bdi>
      </h1>
      <p>{email}</p>
      <label>
        Your name
        <input required dir="auto" maxLength={200} value={name} onChange={({ target }) => setName(target.value)} />
      </label>
      {needsPassword && <PasswordField isNew says="A password" value={password} change={setPassword} />}
      {failed && (
        <p className={style.failed} role="alert">
          {failed.message}
        </p>
      )}
      <button type="submit" className={style.main} disabled={isBusy}>
        Join
      </button>
    </form>
  )
}
