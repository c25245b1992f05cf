import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { SlaFields, SlaPolicy } from '../../client/workflow.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { workflow } from '../live/workflow.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import style from './settings.module.css'

const policiesQuery = queryOptions({ queryKey: ['sla-policies'], queryFn: () => workflow.policies(), staleTime: 0 })

/** What is promised to people who write: until when they are answered, and until when it is done. */
export const SlaPage = () => {
  const { data, error, refetch } = useQuery(policiesQuery)
  useTitle('Promises')
  return (
    <div className={page.page}>
      <h1>Promises</h1>
      <p>
        How soon people are answered, and how soon their matter is done. Staff see the clock run, are warned when four
        fifths are over, and hear of it when a promise is broken.
      </p>
      {error && !data && <Trouble error={error} what="The promises cannot be read." again={() => void refetch()} />}
      {data?.items.length === 0 && <p className={page.none}>Nothing is promised yet. It is done below.</p>}
      {data && data.items.length > 0 && (
        <ul className={style.rows} aria-label="Promises">
          {data.items.map((policy) => (
            <One key={policy.id} policy={policy} />
          ))}
        </ul>
      )}
      <Make />
    </div>
  )
}

function useRenewed() {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ queryKey: ['sla-policies'] })
}

const asHours = (minutes: number) => (minutes % 60 === 0 ? `${String(minutes / 60)} h` : `${String(minutes)} min`)

function wordsOf(policy: SlaPolicy): string {
  const { firstResponseMinutes, nextResponseMinutes, resolutionMinutes, calendar, conditions } = policy
  const parts = [
    firstResponseMinutes === null ? '' : `first answer in ${asHours(firstResponseMinutes)}`,
    nextResponseMinutes === null ? '' : `every next one in ${asHours(nextResponseMinutes)}`,
    resolutionMinutes === null ? '' : `done in ${asHours(resolutionMinutes)}`,
  ].filter((part) => part !== '')
  const when = calendar === 'business' ? 'of opening hours' : 'round the clock'
  const whom = [...conditions.priorities.map((one) => `${one} priority`), ...conditions.tags.map((tag) => `#${tag}`)]
  return `${parts.join(', ')}, ${when}${whom.length > 0 ? `, for ${whom.join(', ')}` : ', for everybody'}`
}

const One = ({ policy }: { policy: SlaPolicy }) => {
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <li>
      <span>
        <b>
          <bdi>{policy.name}</bdi>
        </b>
        <small>{wordsOf(policy)}</small>
      </span>
      <Button
        tone="quiet"
        aria-label={`Take back ${policy.name}`}
        disabled={isBusy}
        onClick={() => void doing.do(() => workflow.removePolicy(policy).finally(renewed))}
      >
        Take back
      </Button>
      {failed && <Trouble error={failed} what="It is still promised." />}
    </li>
  )
}

interface Written {
  name: string
  first: string
  next: string
  done: string
  calendar: SlaFields['calendar']
  priorities: SlaFields['conditions']['priorities']
  tags: string
}
const empty: Written = { name: '', first: '60', next: '', done: '', calendar: 'business', priorities: [], tags: '' }
const levels = ['urgent', 'high', 'normal', 'low', 'none'] as const
const minutesOf = (text: string) => (text.trim() === '' ? null : Number(text))

function fieldsOf({ name, first, next, done, calendar, priorities, tags }: Written) {
  const labels = tags
    .split(',')
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag !== '')
  return {
    name: name.trim(),
    firstResponseMinutes: minutesOf(first),
    nextResponseMinutes: minutesOf(next),
    resolutionMinutes: minutesOf(done),
    calendar,
    conditions: { priorities, tags: labels, teamIds: [], channelIds: [] },
    // What asks for something goes before what is for everybody.
    rank: priorities.length + labels.length > 0 ? 10 : 100,
  }
}

const Make = () => {
  const [written, setWritten] = useState(empty)
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const set = (change: Partial<Written>) => setWritten({ ...written, ...change })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      await workflow.makePolicy(fieldsOf(written))
      setWritten(empty)
      await renewed()
    })
  }
  return (
    <section aria-labelledby="new-promise">
      <h2 id="new-promise">A new promise</h2>
      <form className={style.form} onSubmit={submit}>
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
          <input
            dir="auto"
            maxLength={500}
            value={written.tags}
            onChange={({ target }) => set({ tags: target.value })}
          />
        </label>
        {failed && <Trouble error={failed} what="Nothing was promised." />}
        <Button tone="main" type="submit" disabled={isBusy}>
          Promise it
        </Button>
      </form>
    </section>
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
