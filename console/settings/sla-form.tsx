import { useState, type FormEvent } from 'react'
import type { SlaFields, SlaPolicy } from '../../client/workflow.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import style from './settings.module.css'
import { useTeams } from './use-business.ts'

interface Written {
  name: string
  first: string
  next: string
  done: string
  calendar: SlaFields['calendar']
  priorities: SlaFields['conditions']['priorities']
  teamIds: string[]
  tags: string
}
const empty: Written = {
  ...{ name: '', first: '60', next: '', done: '', calendar: 'business' },
  ...{ priorities: [], teamIds: [], tags: '' },
}
const levels = ['urgent', 'high', 'normal', 'low', 'none'] as const
const minutesOf = (text: string) => (text.trim() === '' ? null : Number(text))
const textOf = (minutes: number | null) => (minutes === null ? '' : String(minutes))

const writtenOf = ({ conditions, ...policy }: SlaPolicy): Written => ({
  name: policy.name,
  first: textOf(policy.firstResponseMinutes),
  next: textOf(policy.nextResponseMinutes),
  done: textOf(policy.resolutionMinutes),
  calendar: policy.calendar,
  priorities: conditions.priorities,
  teamIds: conditions.teamIds,
  tags: conditions.tags.join(', '),
})

/** What asks for something goes before what is for everybody; a rank that was set over the API stays. */
const ranks = { some: 10, all: 100 }
const isOurs = (rank: number) => rank === ranks.some || rank === ranks.all

function fieldsOf({ name, first, next, done, calendar, priorities, teamIds, tags }: Written, policy?: SlaPolicy) {
  const labels = tags
    .split(',')
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag !== '')
  const channelIds = policy?.conditions.channelIds ?? []
  const isForSome = priorities.length + labels.length + teamIds.length + channelIds.length > 0
  return {
    name: name.trim(),
    firstResponseMinutes: minutesOf(first),
    nextResponseMinutes: minutesOf(next),
    resolutionMinutes: minutesOf(done),
    calendar,
    conditions: { priorities, tags: labels, teamIds, channelIds },
    ...((!policy || isOurs(policy.rank)) && { rank: isForSome ? ranks.some : ranks.all }),
  }
}

interface Props {
  policy: SlaPolicy | undefined
  says: string
  submit: (fields: ReturnType<typeof fieldsOf>) => Promise<unknown>
}

/** What is promised, and to whom. */
export const SlaForm = ({ policy, says, submit }: Props) => {
  const [written, setWritten] = useState(policy ? writtenOf(policy) : empty)
  const { failed, isBusy, ...doing } = useDoing()
  const set = (change: Partial<Written>) => setWritten({ ...written, ...change })
  return (
    <form
      className={style.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        void doing.do(() => submit(fieldsOf(written, policy)))
      }}
    >
      <label>
        What it is called
        <input
          required
          dir="auto"
          maxLength={80}
          value={written.name}
          onChange={({ target }) => set({ name: target.value })}
        />
      </label>
      <Minutes says="First answer, minutes" value={written.first} change={(first) => set({ first })} />
      <Minutes says="Every next answer, minutes" value={written.next} change={(next) => set({ next })} />
      <Minutes says="Until it is resolved, minutes" value={written.done} change={(done) => set({ done })} />
      <label>
        Which minutes count
        <select
          value={written.calendar}
          onChange={({ target }) => set({ calendar: target.value as SlaFields['calendar'] })}
        >
          <option value="business">Those of our opening hours</option>
          <option value="always">All of them</option>
        </select>
      </label>
      <Levels chosen={written.priorities} change={(priorities) => set({ priorities })} />
      <label>
        Only with one of these tags, with commas; empty for all
        <input dir="auto" maxLength={500} value={written.tags} onChange={({ target }) => set({ tags: target.value })} />
      </label>
      <Teams chosen={written.teamIds} change={(teamIds) => set({ teamIds })} />
      {failed && <Trouble error={failed} what="What was promised is as it was." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        {says}
      </Button>
    </form>
  )
}

const turned = <One,>(all: One[], one: One) =>
  all.includes(one) ? all.filter((other) => other !== one) : [...all, one]

const Minutes = ({ says, value, change }: { says: string; value: string; change: (value: string) => void }) => (
  <label>
    {says}
    <input
      type="number"
      min={1}
      max={1_000_000}
      step={1}
      value={value}
      placeholder="not promised"
      onChange={({ target }) => change(target.value)}
    />
  </label>
)

interface LevelsProps {
  chosen: Written['priorities']
  change: (priorities: Written['priorities']) => void
}

const Levels = ({ chosen, change }: LevelsProps) => (
  <fieldset className={style.checks}>
    <legend>Only for these priorities; none for all</legend>
    {levels.map((level) => (
      <label key={level}>
        <input type="checkbox" checked={chosen.includes(level)} onChange={() => change(turned(chosen, level))} />
        {level}
      </label>
    ))}
  </fieldset>
)

const Teams = ({ chosen, change }: { chosen: string[]; change: (teamIds: string[]) => void }) => {
  const teams = useTeams().data?.items ?? []
  if (teams.length === 0) return null
  return (
    <fieldset className={style.checks}>
      <legend>Only for these teams; none for all</legend>
      {teams.map(({ id, name }) => (
        <label key={id}>
          <input type="checkbox" checked={chosen.includes(id)} onChange={() => change(turned(chosen, id))} />
          <bdi>{name}</bdi>
        </label>
      ))}
    </fieldset>
  )
}
