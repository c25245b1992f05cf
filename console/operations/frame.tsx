import { Link, Outlet } from '@tanstack/react-router'
import style from './operations.module.css'

/** The pages for those who keep the installation running. */
export const OperationsFrame = () => (
  <div className={style.frame}>
    <nav className={style.tabs} aria-label="Operations">
      <Link to="/operations/actors" activeProps={{ 'aria-current': 'page' }}>
        Actors
      </Link>
      <Link to="/operations/dead-letters" activeProps={{ 'aria-current': 'page' }}>
        Dead letters
      </Link>
      <Link to="/operations/events" activeProps={{ 'aria-current': 'page' }}>
        Events
      </Link>
    </nav>
    <div className={style.scroll}>
      <Outlet />
    </div>
  </div>
)
