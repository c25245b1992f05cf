import { useState } from 'react'
import type { SlaFields, SlaPolicy } from '../../client/workflow.ts'
import { ChoiceField, Field, NameField } from '../parts/fields.tsx'
import { Choices } from './choices.tsx'
import { Form } from './form.tsx'
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
const levels = (['urgent', 'high', 'normal', 'low', 'none'] as const).map((name) => ({ name, words: name }))
const calendars = [
  ['business', 'Those of our opening hours'],
  ['always', 'All of them'],
] as const
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

export type SlaDraft = ReturnType<typeof fieldsOf>
interface Props {
  policy: SlaPolicy | undefined
  says: string
  submit: (draft: SlaDraft) => Promise<unknown>
}

/** What is promised, and to whom. */
export const SlaForm = ({ policy, says, submit }: Props) => {
  const [written, setWritten] = useState(policy ? writtenOf(policy) : empty)
  const teams = (useTeams().data?.items ?? []).map(({ id, name }) => ({ name: id, words: name }))
  const set = (change: Partial<Written>) => setWritten({ ...written, ...change })
  return (
    <Form says={says} submit={() => submit(fieldsOf(written, policy))} what="What was promised is as it was.">
      <NameField max={80} value={written.name} change={(name) => set({ name })} />
      <Minutes says="First answer, minutes" value={written.first} change={(first) => set({ first })} />
      <Minutes says="Every next answer, minutes" value={written.next} change={(next) => set({ next })} />
      <Minutes says="Until it is resolved, minutes" value={written.done} change={(done) => set({ done })} />
      <ChoiceField
        says="Which minutes count"
        value={written.calendar}
        options={calendars}
        change={(calendar) => set({ calendar })}
      />
      <Choices
        says="Only for these priorities; none for all"
        all={levels}
        chosen={written.priorities}
        choose={(priorities) => set({ priorities })}
      />
      <Field
        says="Only with one of these tags, with commas; empty for all"
        dir="auto"
        maxLength={500}
        value={written.tags}
        change={(tags) => set({ tags })}
      />
      {teams.length > 0 && (
        <Choices
          says="Only for these teams; none for all"
          all={teams}
          chosen={written.teamIds}
          choose={(teamIds) => set({ teamIds })}
        />
      )}
    </Form>
  )
}

const Minutes = (minutes: { says: string; value: string; change: (value: string) => void }) => (
  <Field type="number" min={1} max={1_000_000} step={1} placeholder="not promised" {...minutes} />
)
