import { Link, type LinkProps, Outlet } from '@tanstack/react-router'
import { useHereInSight } from './in-sight.ts'
import style from './page.module.css'

interface Props {
  name: string
  /** `isExact`: the pages below its address have tabs of their own. */
  tabs: readonly { to: NonNullable<LinkProps['to']>; says: string; isExact?: boolean }[]
}
/** More of them stand one below the other where there is room: nobody looks for what is beyond the side. */
const inALineMax = 10

/** Several pages that belong together, one at a time. */
export const TabsPage = ({ name, tabs }: Props) => (
  <div className={style.frame} data-many={tabs.length > inALineMax || undefined}>
    <nav ref={useHereInSight<HTMLElement>()} className={style.tabs} aria-label={name}>
      {tabs.map(({ to, says, isExact = false }) => (
        <Link key={to} to={to} activeOptions={{ exact: isExact }} activeProps={{ 'aria-current': 'page' }}>
          {says}
        </Link>
      ))}
    </nav>
    <div className={style.scroll}>
      <Outlet />
    </div>
  </div>
)
