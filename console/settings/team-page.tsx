import { useState, type FormEvent } from 'react'
import type { Role, TeamMember } from '../../client/people.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { api } from '../live/careline.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { useTitle } from '../shell/use-title.ts'
import { EmailField } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { ShownOnce } from '../parts/shown-once.tsx'
import { ActAs } from './act-as.tsx'
import { MemberPermissions } from './member-permissions.tsx'
import style from './settings.module.css'
import { useRenewed, useTeam } from './use-people.ts'

const roles: Record<Role, string> = { owner: 'Owner', admin: 'Admin', staff: 'Staff', expert: 'Expert' }
const names = Object.keys(roles) as Role[]

/** Who works here: invite, change what they may do, lock them out, take them out. */
export const TeamPage = () => {
  const { user } = useSession()
  const { data, error, refetch } = useTeam()
  useTitle('Team')
  // Only owners make owners.
  const given = names.filter((role) => role !== 'owner' || user.role === 'owner')
  return (
    <div className={page.page}>
      <h1>Team</h1>
      {error && !data && <Trouble error={error} what="The team cannot be read." again={() => void refetch()} />}
      <ul className={style.rows} aria-label="Members">
        {data?.items.map((one) => (
          <One
            key={one.id}
            member={one}
            given={given}
            isFixed={one.id === user.id || (one.role === 'owner' && user.role !== 'owner')}
          />
        ))}
      </ul>
      <Invite given={given} />
    </div>
  )
}

const standing = { invited: 'invited', active: null, disabled: 'locked out' } as const

const One = ({ member, given, isFixed }: { member: TeamMember; given: Role[]; isFixed: boolean }) => {
  const { id, name, email, role, status, permissions } = member
  const [isLeaving, setLeaving] = useState(false)
  const session = useSession()
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) => void doing.do(() => work().then(renewed.team))
  return (
    <li data-quiet={status === 'active' ? undefined : true}>
      <span>
        <b>
          <bdi>{name}</bdi>
        </b>
        {standing[status] && <em>{standing[status]}</em>}
        <small>{email}</small>
      </span>
      {isFixed ? (
        <span className={style.role}>{roles[role]}</span>
      ) : (
        <>
          <select
            aria-label={`What ${name} may do`}
            value={role}
            disabled={isBusy || status === 'invited'}
            onChange={({ target }) => act(() => api.members.change(id, { role: target.value as Role }))}
          >
            {given.map((one) => (
              <option key={one} value={one}>
                {roles[one]}
              </option>
            ))}
          </select>
          {isLeaving ? (
            <>
              <Button tone="urgent" disabled={isBusy} onClick={() => act(() => api.members.remove(id))}>
                {status === 'invited' ? 'Take the invitation back' : `Take ${name} out`}
              </Button>
              <Button tone="quiet" onClick={() => setLeaving(false)}>
                Leave it
              </Button>
            </>
          ) : (
            <>
              {status !== 'invited' && <Lock member={member} isBusy={isBusy} act={act} />}
              {status === 'active' && mayIn(session, 'members.impersonate') && <ActAs member={member} />}
              <Button tone="quiet" aria-label={`Take out: ${name}`} onClick={() => setLeaving(true)}>
                Take out
              </Button>
            </>
          )}
        </>
      )}
      {!isFixed && <MemberPermissions key={permissions.join()} member={member} />}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </li>
  )
}

interface LockProps {
  member: TeamMember
  isBusy: boolean
  act: (work: () => Promise<unknown>) => void
}
const Lock = ({ member: { id, name, status }, isBusy, act }: LockProps) => {
  const isOut = status === 'disabled'
  const says = isOut ? 'Let in' : 'Lock out'
  return (
    <Button
      aria-label={`${says}: ${name}`}
      disabled={isBusy}
      onClick={() => act(() => api.members.change(id, { status: isOut ? 'active' : 'disabled' }))}
    >
      {says}
    </Button>
  )
}

const Invite = ({ given }: { given: Role[] }) => {
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('staff')
  const [made, setMade] = useState<MadeProps | null>(null)
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setMade(null)
    void doing.do(async () => {
      const { url, isMailed } = await api.members.invite({ email: email.trim(), name: name.trim(), role })
      setMade({ name: name.trim(), url, isMailed })
      setEmail('')
      setName('')
      await renewed.team()
    })
  }
  return (
    <section aria-labelledby="invite">
      <h2 id="invite">Invite somebody</h2>
      <form className={style.form} onSubmit={submit}>
        <label>
          Name
          <input required dir="auto" maxLength={200} value={name} onChange={({ target }) => setName(target.value)} />
        </label>
        <EmailField isOthers value={email} change={setEmail} />
        <label>
          What they may do
          <select value={role} onChange={({ target }) => setRole(target.value as Role)}>
            {given.map((one) => (
              <option key={one} value={one}>
                {roles[one]}
              </option>
            ))}
          </select>
        </label>
        {failed && <Trouble error={failed} what="Nobody was invited." />}
        <Button tone="main" type="submit" disabled={isBusy}>
          Invite
        </Button>
      </form>
      {made && <Made {...made} />}
    </section>
  )
}

interface MadeProps {
  name: string
  url: string
  isMailed: boolean
}

/** Whoever opens the link joins. */
const Made = ({ name, url, isMailed }: MadeProps) => (
  <ShownOnce says={`The link for ${name}`} value={url}>
    {isMailed ? 'A letter is on its way. You may as well give this link to ' : 'Give this link to '}
    <bdi>{name}</bdi>. It is good once, for a week, and is not shown again.
  </ShownOnce>
)
