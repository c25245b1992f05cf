import { useState, type FormEvent } from 'react'
import type { Team } from '../../client/business.ts'
import type { AssignmentRule, TeamRule, Workload } from '../../client/tools.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useAssignmentRules, useToolsRenewed, useWorkloads } from '../inbox/use-tools.ts'
import { businesses } from '../live/business.ts'
import { tools } from '../live/tools.ts'
import { useDoing } from '../live/use-doing.ts'
import { useMembers } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { useBusinessRenewed, useTeams } from './use-business.ts'
import style from './settings.module.css'
import tool from './tools.module.css'

/** How conversations that nobody has find somebody. */
export const AssignmentPage = () => {
  const { data, error, refetch } = useAssignmentRules()
  const teams = useTeams().data?.items ?? []
  useTitle('Assignment')
  return (
    <div className={page.page}>
      <h1>Assignment</h1>
      {error && !data && <Trouble error={error} what="The rules cannot be read." again={() => void refetch()} />}
      {data && <Business key={data.rev} rule={data.rule} rev={data.rev} />}
      {data && teams.length > 0 && (
        <section aria-labelledby="by-team">
          <h2 id="by-team">Teams</h2>
          <ul className={style.rows}>
            {teams.map((team) => (
              <OfTeam key={`${team.id}/${String(team.rev)}`} team={team} usual={data.rule} />
            ))}
          </ul>
        </section>
      )}
      <Members capacity={data?.rule.capacity ?? 20} />
    </div>
  )
}

const Business = ({ rule, rev }: { rule: AssignmentRule; rev: number }) => {
  const [draft, setDraft] = useState(rule)
  const renewed = useToolsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(() => tools.setRules(draft, rev).finally(() => renewed('business')))
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <RuleFields rule={draft} change={(change) => setDraft({ ...draft, ...change })} />
      <label>
        Minutes until what somebody holds who went offline goes to others; 0 leaves it with them
        <input
          type="number"
          min={0}
          max={10_080}
          required
          value={draft.reassignAfterMinutes}
          onChange={({ target }) => setDraft({ ...draft, reassignAfterMinutes: target.valueAsNumber || 0 })}
        />
      </label>
      {failed && <Trouble error={failed} what="Nothing has changed." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        Save
      </Button>
    </form>
  )
}

const modes = [
  ['off', 'Off: staff take what they want'],
  ['round_robin', 'In turn'],
  ['least_loaded', 'To whoever has least'],
] as const

const RuleFields = ({ rule, change }: { rule: TeamRule; change: (change: Partial<TeamRule>) => void }) => (
  <>
    <label>
      Conversations that nobody has
      <select value={rule.mode} onChange={({ target }) => change({ mode: target.value as TeamRule['mode'] })}>
        {modes.map(([mode, says]) => (
          <option key={mode} value={mode}>
            {says}
          </option>
        ))}
      </select>
    </label>
    <label>
      Open conversations at a time, each
      <input
        type="number"
        min={1}
        max={1_000}
        required
        value={rule.capacity}
        onChange={({ target }) => change({ capacity: target.valueAsNumber || 1 })}
      />
    </label>
    <label className={tool.check}>
      <input
        type="checkbox"
        checked={rule.onlyOnline}
        onChange={({ target }) => change({ onlyOnline: target.checked })}
      />
      Only to who is online
    </label>
    <label className={tool.check}>
      <input
        type="checkbox"
        checked={rule.usesSkills}
        onChange={({ target }) => change({ usesSkills: target.checked })}
      />
      By skill: what has the tag “german” goes to who has the skill “german”
    </label>
  </>
)

const OfTeam = ({ team, usual }: { team: Team; usual: AssignmentRule }) => {
  const { mode, onlyOnline, capacity, usesSkills } = usual
  const [rule, setRule] = useState(team.assignment ?? null)
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <li>
      <span>
        <b>
          <bdi>{team.name}</bdi>
        </b>
        <label className={tool.check}>
          <input
            type="checkbox"
            checked={rule !== null}
            onChange={({ target }) => setRule(target.checked ? { mode, onlyOnline, capacity, usesSkills } : null)}
          />
          Rules of its own
        </label>
        {rule && (
          <div className={style.form}>
            <RuleFields rule={rule} change={(change) => setRule({ ...rule, ...change })} />
          </div>
        )}
        {failed && <Trouble error={failed} what="Nothing has changed." />}
      </span>
      <Button
        disabled={isBusy}
        aria-label={`Save ${team.name}`}
        onClick={() => void doing.do(() => businesses.changeTeam(team, { assignment: rule }).finally(renewed))}
      >
        Save
      </Button>
    </li>
  )
}

const Members = ({ capacity }: { capacity: number }) => {
  const { data, error, refetch } = useWorkloads()
  return (
    <section aria-labelledby="by-member">
      <h2 id="by-member">Members</h2>
      {error && !data && <Trouble error={error} what="It cannot be read." again={() => void refetch()} />}
      <ul className={style.rows}>
        {data?.items.map((workload) => (
          <OfMember key={workload.memberId} workload={workload} usual={capacity} />
        ))}
      </ul>
    </section>
  )
}

const OfMember = ({ workload, usual }: { workload: Workload; usual: number }) => {
  const [draft, setDraft] = useState(workload)
  const [skills, setSkills] = useState(workload.skills.join(', '))
  const renewed = useToolsRenewed()
  const { nameOf, me } = useMembers()
  const { failed, isBusy, ...doing } = useDoing()
  const name = workload.memberId === me.id ? me.name : nameOf(workload.memberId)
  const save = () => {
    const said = skills.split(',').flatMap((skill) => skill.trim().toLowerCase() || [])
    void doing.do(() => tools.setWorkload({ ...draft, skills: [...new Set(said)] }).finally(() => renewed('workloads')))
  }
  return (
    <li>
      <span className={tool.member}>
        <b>
          <bdi>{name}</bdi>
        </b>
        <label className={tool.check}>
          <input
            type="checkbox"
            checked={draft.takes}
            onChange={({ target }) => setDraft({ ...draft, takes: target.checked })}
          />
          Gets conversations by itself
        </label>
        <label>
          At a time
          <input
            type="number"
            min={1}
            max={1_000}
            placeholder={String(usual)}
            value={draft.capacity ?? ''}
            onChange={({ target }) =>
              setDraft({ ...draft, capacity: target.value === '' ? null : target.valueAsNumber })
            }
          />
        </label>
        <label>
          Skills, with commas
          <input maxLength={1_000} value={skills} onChange={({ target }) => setSkills(target.value)} />
        </label>
        {failed && <Trouble error={failed} what="Nothing has changed." />}
      </span>
      <Button disabled={isBusy} aria-label={`Save ${name}`} onClick={save}>
        Save
      </Button>
    </li>
  )
}
