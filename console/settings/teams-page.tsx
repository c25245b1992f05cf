import { useState } from 'react'
import type { Team } from '../../client/business.ts'
import type { TeamMember } from '../../client/people.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { NameField } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Choices } from './choices.tsx'
import { Form } from './form.tsx'
import { Another, Listed, Row } from './listed.tsx'
import style from './settings.module.css'
import { useBusinessRenewed, useTeams } from './use-business.ts'
import { useTeam } from './use-people.ts'

/** Groups of those who work here. */
export const TeamsPage = () => {
  const { data, error, refetch } = useTeams()
  const members = useTeam().data?.items ?? []
  const renewed = useBusinessRenewed()
  useTitle('Teams')
  return (
    <div className={page.page}>
      <h1>Teams</h1>
      <Listed
        says="Teams"
        items={data?.items}
        error={error}
        again={refetch}
        unread="The teams cannot be read."
        none="No teams yet. One is made below."
      >
        {(team) => <One key={team.id} team={team} members={members} />}
      </Listed>
      <Another title="A new team" make={(name: string) => businesses.makeTeam({ name }).then(renewed)}>
        {(submit) => <New submit={submit} />}
      </Another>
    </div>
  )
}

const One = ({ team, members }: { team: Team; members: TeamMember[] }) => {
  const { name, memberIds } = team
  const renewed = useBusinessRenewed()
  return (
    <Row name={name} acts={[{ says: 'Dissolve', do: () => businesses.removeTeam(team).finally(renewed) }]}>
      <small>{memberIds.length === 1 ? 'one member' : `${String(memberIds.length)} members`}</small>
      <Members team={team} members={members} />
    </Row>
  )
}

const Members = ({ team, members }: { team: Team; members: TeamMember[] }) => {
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <details className={style.what}>
      <summary>Who is in it</summary>
      <Choices
        says={`Who is in ${team.name}`}
        isUnseen
        all={members.map(({ id, name }) => ({ name: id, words: name }))}
        chosen={team.memberIds}
        choose={(memberIds) => void doing.do(() => businesses.changeTeam(team, { memberIds }).finally(renewed))}
        isFixed={isBusy}
      />
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </details>
  )
}

const New = ({ submit }: { submit: (name: string) => Promise<unknown> }) => {
  const [name, setName] = useState('')
  return (
    <Form says="Make it" submit={() => submit(name.trim())} what="No team was made.">
      <NameField max={80} value={name} change={setName} />
    </Form>
  )
}
