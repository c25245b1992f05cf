import { Link } from '@tanstack/react-router'
import type { Onboarding } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { useBusinessRenewed } from '../settings/use-business.ts'
import style from './onboarding.module.css'
import { steps } from './steps.ts'

/** Every step was looked at: what stands against going live, or the press that does it. */
export const Ready = ({ onboarding: { steps: all, isReady } }: { onboarding: Onboarding }) => {
  const session = useSession()
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const missing = all.filter((step) => !step.maySkip && step.missing.length > 0)
  return (
    <>
      <h1>{isReady ? 'Ready to go live' : 'Almost there'}</h1>
      <p className={style.why}>
        {isReady
          ? 'From then on messages reach real people. Until then only simulated ones get any.'
          : 'This is missing before messages can reach real people.'}
      </p>
      <ul className={style.missing} aria-label="What is missing">
        {missing.map(({ key, missing: lacks }) => (
          <li key={key}>
            <Link to="/onboarding" search={{ step: key }}>
              {steps[key].name}
            </Link>
            : {lacks.map(({ says }) => says).join(' ')}
          </li>
        ))}
      </ul>
      {failed && <Trouble error={failed} what="It is not live yet." />}
      {isReady && mayIn(session, 'workspace.activate') && (
        <Button
          tone="main"
          disabled={isBusy}
          onClick={() => void doing.do(() => businesses.activate().finally(renewed))}
        >
          Go live
        </Button>
      )}
      {isReady && !mayIn(session, 'workspace.activate') && <p>An owner can go live.</p>}
    </>
  )
}

export const Live = () => (
  <>
    <h1>You are live</h1>
    <p className={style.why}>Messages reach real people now. Everything can be changed in the settings.</p>
    <Link to="/inbox">Go to the inbox</Link>
  </>
)
