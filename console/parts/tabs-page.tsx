import { Link, type LinkProps, Outlet } from '@tanstack/react-router'
import style from './page.module.css'

interface Props {
  name: string
  tabs: { to: NonNullable<LinkProps['to']>; says: string }[]
}
/** Several pages that belong together, one at a time. */
export const TabsPage = ({ name, tabs }: Props) => (
  <div className={style.frame}>
    <nav className={style.tabs} aria-label={name}>
      {tabs.map(({ to, says }) => (
        <Link key={to} to={to} activeProps={{ 'aria-current': 'page' }}>
          {says}
        </Link>
      ))}
    </nav>
    <div className={style.scroll}>
      <Outlet />
    </div>
  </div>
)
