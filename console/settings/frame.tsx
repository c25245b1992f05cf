import { Link, Outlet } from '@tanstack/react-router'
import style from '../operations/operations.module.css'
import { runsIt, useSession } from '../live/use-session.ts'

/** What people set for themselves, and who may for the workspace. */
export const SettingsFrame = () => {
  const { user } = useSession()
  return (
    <div className={style.frame}>
      <nav className={style.tabs} aria-label="Settings">
        <Link to="/settings/account" activeProps={{ 'aria-current': 'page' }}>
          My account
        </Link>
        {runsIt(user) && (
          <Link to="/settings/team" activeProps={{ 'aria-current': 'page' }}>
            Team
          </Link>
        )}
      </nav>
      <div className={style.scroll}>
        <Outlet />
      </div>
    </div>
  )
}
