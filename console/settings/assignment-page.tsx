import { useState } from 'react'
import type { Team } from '../../client/business.ts'
import type { AssignmentRule, TeamRule, Workload } from '../../client/tools.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useAssignmentRules, useToolsRenewed, useWorkloads } from '../inbox/use-tools.ts'
import { businesses } from '../live/business.ts'
import { tools } from '../live/tools.ts'
import { useDoing } from '../live/use-doing.ts'
import { useMembers } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { CheckField, ChoiceField, Field } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Form } from './form.tsx'
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
  return (
    <Form
      says="Save"
      submit={() => tools.setRules(draft, rev).finally(() => renewed('business'))}
      what="Nothing has changed."
    >
      <RuleFields rule={draft} change={(change) => setDraft({ ...draft, ...change })} />
      <Field
        says="Minutes until what somebody holds who went offline goes to others; 0 leaves it with them"
        type="number"
        min={0}
        max={10_080}
        required
        value={String(draft.reassignAfterMinutes)}
        change={(typed) => setDraft({ ...draft, reassignAfterMinutes: Number(typed) })}
      />
    </Form>
  )
}

const modes = [
  ['off', 'Off: staff take what they want'],
  ['round_robin', 'In turn'],
  ['least_loaded', 'To whoever has least'],
] as const

const RuleFields = ({ rule, change }: { rule: TeamRule; change: (change: Partial<TeamRule>) => void }) => (
  <>
    <ChoiceField
      says="Conversations that nobody has"
      value={rule.mode}
      options={modes}
      change={(mode) => change({ mode })}
    />
    <Field
      says="Open conversations at a time, each"
      type="number"
      min={1}
      max={1_000}
      required
      value={String(rule.capacity)}
      change={(typed) => change({ capacity: Number(typed) || 1 })}
    />
    <CheckField says="Only to who is online" isOn={rule.onlyOnline} turn={(onlyOnline) => change({ onlyOnline })} />
    <CheckField
      says="By skill: what has the tag “german” goes to who has the skill “german”"
      isOn={rule.usesSkills}
      turn={(usesSkills) => change({ usesSkills })}
    />
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
        <CheckField
          says="Rules of its own"
          isOn={rule !== null}
          turn={(isOn) => setRule(isOn ? { mode, onlyOnline, capacity, usesSkills } : null)}
        />
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
        <CheckField
          says="Gets conversations by itself"
          isOn={draft.takes}
          turn={(takes) => setDraft({ ...draft, takes })}
        />
        <Field
          says="At a time"
          type="number"
          min={1}
          max={1_000}
          placeholder={String(usual)}
          value={draft.capacity === null ? '' : String(draft.capacity)}
          change={(typed) => setDraft({ ...draft, capacity: typed === '' ? null : Number(typed) })}
        />
        <Field says="Skills, with commas" maxLength={1_000} value={skills} change={setSkills} />
        {failed && <Trouble error={failed} what="Nothing has changed." />}
      </span>
      <Button disabled={isBusy} aria-label={`Save ${name}`} onClick={save}>
        Save
      </Button>
    </li>
  )
}
