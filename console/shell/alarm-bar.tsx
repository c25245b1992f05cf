import { Link } from '@tanstack/react-router'
import { useChain } from '../operations/use-watch.ts'
import style from './alarm-bar.module.css'

/** What whoever runs the workspace must not miss, on every page until it is mended. */
export const AlarmBar = () => {
  const findings = useChain().data?.verdict?.findings ?? []
  if (findings.length === 0) return null
  return (
    <p className={style.bar} role="alert">
      The audit is not as it was written: somebody changed the database beside Careline.{' '}
      <Link to="/operations/audit">See what was found</Link>
    </p>
  )
}
