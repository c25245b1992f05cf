import { queryOptions, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { ApiProblem } from '../../client/problem.ts'
import type { Invitation } from '../../client/people.ts'
import { api } from '../live/careline.ts'
import { looksOf, useBrand } from './brand.ts'
import { Card } from './card.tsx'
import { useEntering } from './entering.ts'
import { FromGoogle, ToGoogle } from './google.tsx'
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
  const { token = '', google } = useSearch({ from: '/invitation' })
  const { data, error } = useQuery(invitationQuery(token))
  return (
    <Card title="Invitation">
      {error && <Void error={error} />}
      {data && <Accept token={token} invitation={data} google={google} />}
    </Card>
  )
}

const Void = ({ error }: { error: Error }) => (
  <section className={style.form}>
    <h1>This invitation is not good any more</h1>
    <p>
      {error instanceof ApiProblem ? error.title : 'It could not be read.'} Whoever invited you can make a new link.
    </p>
    <p>Were you here before? Then you can sign in.</p>
    <Link to="/sign-in" className={style.other}>
      Sign in
    </Link>
  </section>
)

interface AcceptProps {
  token: string
  invitation: Invitation
  /** What Google said, where the browser comes back from there. */
  google: string | undefined
}

const Accept = ({ token, invitation, google }: AcceptProps) => {
  const navigate = useNavigate()
  const entering = useEntering(() => navigate({ to: '/inbox', replace: true }))
  const other = () => void navigate({ to: '/invitation', search: { token }, replace: true })
  if (google !== undefined) return <FromGoogle said={google} entering={entering} invitation={token} other={other} />
  return <ByName token={token} invitation={invitation} entering={entering} />
}

const ByName = ({
  token,
  invitation,
  entering,
}: Omit<AcceptProps, 'google'> & { entering: ReturnType<typeof useEntering> }) => {
  const { workspace, slug, email, needsPassword } = invitation
  const brand = useBrand(slug)
  const [name, setName] = useState(invitation.name)
  const [password, setPassword] = useState('')
  const { failed, isBusy, run } = entering
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void run(() => api.members.accept(token, { name: name.trim(), ...(needsPassword && { password }) }))
  }
  return (
    <form className={style.form} style={looksOf(brand)} onSubmit={submit}>
      {brand?.logoUrl && <img className={style.logo} src={brand.logoUrl} alt="" />}
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
          {failed}
        </p>
      )}
      <button type="submit" className={style.main} disabled={isBusy}>
        Join
      </button>
      <ToGoogle back={`/invitation?token=${encodeURIComponent(token)}`}>Join with Google</ToGoogle>
    </form>
  )
}
