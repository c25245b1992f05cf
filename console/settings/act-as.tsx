import { useState } from 'react'
import type { TeamMember } from '../../client/people.ts'
import { ApiProblem } from '../../client/problem.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { keepOwn } from '../live/acting.ts'
import { api, become } from '../live/careline.ts'
import { access } from '../live/access.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'

/** Works as a colleague who has consented; who has not, can be asked. */
export const ActAs = ({ member: { id, name } }: { member: TeamMember }) => {
  const [isAsked, setAsked] = useState(false)
  const { failed, isBusy, ...doing } = useDoing()
  const act = () =>
    void doing.do(async () => {
      const [own, session] = [api.session(), await access.actAs(id)]
      keepOwn(own)
      become(session)
    })
  const ask = () => void doing.do(() => access.askToActAs(id)).then((isDone) => setAsked(isDone))
  const isMissing = failed instanceof ApiProblem && failed.code === 'consent_missing'
  return (
    <>
      <Button tone="quiet" aria-label={`Act as ${name}`} disabled={isBusy} onClick={act}>
        Act as
      </Button>
      {isMissing && (
        <Button disabled={isBusy} onClick={ask}>
          Ask {name} to agree
        </Button>
      )}
      {failed && <Trouble error={failed} what={isMissing ? `${name} has not agreed.` : 'You are still yourself.'} />}
      {isAsked && <p role="status">{name} has been asked.</p>}
    </>
  )
}
