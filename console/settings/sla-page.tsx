import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { SlaPolicy } from '../../client/workflow.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { workflow } from '../live/workflow.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import style from './settings.module.css'
import { SlaForm } from './sla-form.tsx'

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
            <One key={`${policy.id}/${String(policy.rev)}`} policy={policy} />
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
  const [isOpen, setOpen] = useState(false)
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
        aria-label={`${isOpen ? 'Close' : 'Change'} ${policy.name}`}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? 'Close' : 'Change'}
      </Button>
      <Button
        tone="quiet"
        aria-label={`Take back ${policy.name}`}
        disabled={isBusy}
        onClick={() => void doing.do(() => workflow.removePolicy(policy).finally(renewed))}
      >
        Take back
      </Button>
      {failed && <Trouble error={failed} what="It is still promised." />}
      {isOpen && (
        <SlaForm
          policy={policy}
          says="Save"
          submit={(fields) => workflow.changePolicy(policy, fields).finally(renewed)}
        />
      )}
    </li>
  )
}

const Make = () => {
  const [made, setMade] = useState(0)
  const renewed = useRenewed()
  const submit = async (fields: Parameters<typeof workflow.makePolicy>[0]) => {
    await workflow.makePolicy(fields)
    setMade(made + 1)
    await renewed()
  }
  return (
    <section aria-labelledby="new-promise">
      <h2 id="new-promise">A new promise</h2>
      <SlaForm key={made} policy={undefined} says="Promise it" submit={submit} />
    </section>
  )
}
