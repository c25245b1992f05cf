import { useState, type FormEvent } from 'react'
import type { Team } from '../../client/business.ts'
import type { TeamMember } from '../../client/people.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import style from './settings.module.css'
import { useBusinessRenewed, useTeams } from './use-business.ts'
import { useTeam } from './use-people.ts'

/** Groups of those who work here. */
export const TeamsPage = () => {
  const { data, error, refetch } = useTeams()
  const members = useTeam().data?.items ?? []
  useTitle('Teams')
  return (
    <div className={page.page}>
      <h1>Teams</h1>
      {error && !data && <Trouble error={error} what="The teams cannot be read." again={() => void refetch()} />}
      {data?.items.length === 0 && <p className={page.none}>No teams yet. One is made below.</p>}
      {data && data.items.length > 0 && (
        <ul className={style.rows} aria-label="Teams">
          {data.items.map((team) => (
            <One key={team.id} team={team} members={members} />
          ))}
        </ul>
      )}
      <Make />
    </div>
  )
}

const One = ({ team, members }: { team: Team; members: TeamMember[] }) => {
  const { name, memberIds } = team
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) => void doing.do(() => work().finally(renewed))
  const turn = (id: string) => {
    const rest = memberIds.filter((one) => one !== id)
    act(() => businesses.changeTeam(team, { memberIds: memberIds.includes(id) ? rest : [...rest, id] }))
  }
  return (
    <li>
      <span>
        <b>
          <bdi>{name}</bdi>
        </b>
        <small>{memberIds.length === 1 ? 'one member' : `${String(memberIds.length)} members`}</small>
        <details className={style.what}>
          <summary>Who is in it</summary>
          <fieldset className={style.checks}>
            <legend className="unseen">Who is in {name}</legend>
            {members.map((member) => (
              <label key={member.id}>
                <input
                  type="checkbox"
                  disabled={isBusy}
                  checked={memberIds.includes(member.id)}
                  onChange={() => turn(member.id)}
                />
                <bdi>{member.name}</bdi>
              </label>
            ))}
          </fieldset>
        </details>
      </span>
      <Button
        tone="quiet"
        aria-label={`Dissolve ${name}`}
        disabled={isBusy}
        onClick={() => act(() => businesses.removeTeam(team))}
      >
        Dissolve
      </Button>
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </li>
  )
}

const Make = () => {
  const [name, setName] = useState('')
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      await businesses.makeTeam({ name: name.trim() })
      setName('')
      await renewed()
    })
  }
  return (
    <section aria-labelledby="new-team">
      <h2 id="new-team">A new team</h2>
      <form className={style.form} onSubmit={submit}>
        <label>
          What it is called
          <input required dir="auto" maxLength={80} value={name} onChange={({ target }) => setName(target.value)} />
        </label>
        {failed && <Trouble error={failed} what="No team was made." />}
        <Button tone="main" type="submit" disabled={isBusy}>
          Make it
        </Button>
      </form>
    </section>
  )
}
