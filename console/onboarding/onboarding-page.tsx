import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { Onboarding, Step, StepName } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useSession } from '../live/use-session.ts'
import { Mark } from '../parts/mark.tsx'
import { useSteps } from '../settings/use-business.ts'
import { usePlainTitle } from '../shell/use-title.ts'
import { Live, Ready } from './finish.tsx'
import style from './onboarding.module.css'
import { StepBody } from './step-body.tsx'
import { stepNames } from './step-names.ts'
import { steps } from './steps.ts'

/** A business is set up, one question at a time. Whoever leaves finds it where it was. */
export const OnboardingPage = () => {
  const { workspace } = useSession()
  const { data, error, refetch } = useSteps()
  usePlainTitle('Set up')
  return (
    <main className={style.page}>
      <header className={style.head}>
        <p className={style.mark}>
          <Mark size={28} />
          <bdi>{workspace.name}</bdi>
        </p>
        <Link to="/inbox">Go on later</Link>
      </header>
      {error && !data && <Trouble error={error} what="This cannot be read." again={() => void refetch()} />}
      {data && <Steps onboarding={data} />}
    </main>
  )
}

/** The first that wants something; the end when none does. */
const nextOf = ({ steps: all, status }: Onboarding, after?: StepName): StepName | 'end' => {
  if (status !== 'draft') return 'end'
  const rest = all.slice(all.findIndex(({ key }) => key === after) + 1)
  return (
    rest.find((one) => one.status === 'todo')?.key ?? (after ? nextOf({ steps: all, status, isReady: false }) : 'end')
  )
}

const Steps = ({ onboarding }: { onboarding: Onboarding }) => {
  const { step } = useSearch({ from: '/signed/onboarding' })
  const navigate = useNavigate()
  const here = step ?? nextOf(onboarding)
  const { refetch } = useSteps()
  const go = async (from: StepName) => {
    const { data } = await refetch()
    const next = data ? nextOf(data, from) : 'end'
    await navigate({ to: '/onboarding', search: { step: next } })
  }
  return (
    <div className={style.body}>
      <nav aria-label="Steps" className={style.steps}>
        <ol>
          {onboarding.steps.map((one, nth) => (
            <Place key={one.key} step={one} nth={nth + 1} isHere={one.key === here} />
          ))}
        </ol>
      </nav>
      <section className={style.card} aria-live="polite">
        {here === 'end' ? (
          <End onboarding={onboarding} />
        ) : (
          <One name={here} onboarding={onboarding} go={() => go(here)} />
        )}
      </section>
    </div>
  )
}

const says = { todo: '', done: 'done', skipped: 'left out' } as const

const Place = ({ step: { key, status }, nth, isHere }: { step: Step; nth: number; isHere: boolean }) => (
  // On a telephone the steps stand side by side, and reach over the edge.
  <li ref={(item) => (isHere ? item?.scrollIntoView({ block: 'nearest', inline: 'center' }) : undefined)}>
    <Link to="/onboarding" search={{ step: key }} data-status={status} aria-current={isHere ? 'step' : undefined}>
      <span aria-hidden="true" className={style.number}>
        {status === 'done' ? '✓' : nth}
      </span>
      <span>
        {steps[key].name}
        {says[status] && <small>{says[status]}</small>}
      </span>
    </Link>
  </li>
)

const One = ({ name, onboarding, go }: { name: StepName; onboarding: Onboarding; go: () => Promise<void> }) => {
  const step = onboarding.steps.find(({ key }) => key === name)
  if (!step) return null
  const { asks, why } = steps[name]
  return (
    <>
      <h1>{asks}</h1>
      <p className={style.why}>{why}</p>
      {step.missing.length > 0 && (
        <ul className={style.missing} aria-label="What is missing">
          {step.missing.map(({ code, says: words }) => (
            <li key={code}>{words}</li>
          ))}
        </ul>
      )}
      <StepBody step={step} go={go} />
      <p className={style.count}>
        {stepNames.indexOf(name) + 1} of {stepNames.length}
      </p>
    </>
  )
}

const End = ({ onboarding }: { onboarding: Onboarding }) =>
  onboarding.status === 'active' ? <Live /> : <Ready onboarding={onboarding} />
