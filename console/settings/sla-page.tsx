import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import type { SlaPolicy } from '../../client/workflow.ts'
import { workflow } from '../live/workflow.ts'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Another, Listed, Row } from './listed.tsx'
import { SlaForm, type SlaDraft } from './sla-form.tsx'

const policiesQuery = queryOptions({ queryKey: ['sla-policies'], queryFn: () => workflow.policies(), staleTime: 0 })

/** What is promised to people who write: until when they are answered, and until when it is done. */
export const SlaPage = () => {
  const { data, error, refetch } = useQuery(policiesQuery)
  const renewed = useRenewed()
  useTitle('Promises')
  return (
    <div className={page.page}>
      <h1>Promises</h1>
      <p>
        How soon people are answered, and how soon their matter is done. Staff see the clock run, are warned when four
        fifths are over, and hear of it when a promise is broken.
      </p>
      <Listed
        says="Promises"
        items={data?.items}
        error={error}
        again={refetch}
        unread="The promises cannot be read."
        none="Nothing is promised yet. It is done below."
      >
        {(policy) => <One key={`${policy.id}/${String(policy.rev)}`} policy={policy} />}
      </Listed>
      <Another title="A new promise" make={(draft: SlaDraft) => workflow.makePolicy(draft).then(renewed)}>
        {(submit) => <SlaForm policy={undefined} says="Promise it" submit={submit} />}
      </Another>
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
  const change = (draft: SlaDraft) => workflow.changePolicy(policy, draft).finally(renewed)
  return (
    <Row
      name={policy.name}
      form={<SlaForm policy={policy} says="Save" submit={change} />}
      acts={[{ says: 'Take back', do: () => workflow.removePolicy(policy).finally(renewed) }]}
      what="It is still promised."
    >
      <small>{wordsOf(policy)}</small>
    </Row>
  )
}
