import { Link } from '@tanstack/react-router'
import { useSession } from '../live/use-session.ts'
import { useStanding } from '../settings/use-business.ts'
import style from './alarm-bar.module.css'

/** A business that is not live yet says so on every page, with the way back to where it is set up. */
export const SetupBar = () => {
  const { data } = useStanding()
  const { name } = useSession().workspace
  if (data?.status !== 'draft') return null
  const left = data.steps.filter(({ status }) => status === 'todo').length
  return (
    <p className={style.bar} data-tone="attention">
      <bdi>{name}</bdi> is not live yet: messages reach simulated people only.{' '}
      <Link to="/onboarding">{left === 0 ? 'Go live' : `Go on setting it up (${String(left)} left)`}</Link>
    </p>
  )
}
