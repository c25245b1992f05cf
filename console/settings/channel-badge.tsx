import type { Integration } from '../../client/connections.ts'
import style from './settings.module.css'

/** How a channel stands, at a glance. Simulated is never to be taken for real. */
export const Badges = ({ simulate, status }: Pick<Integration, 'simulate' | 'status'>) => (
  <>
    {simulate ? (
      <span className={style.badge} data-tone="attention">
        simulated: reaches nobody
      </span>
    ) : (
      <span className={style.badge}>live</span>
    )}
    {status === 'disabled' && (
      <>
        {' '}
        <span className={style.badge} data-tone="attention">
          disabled
        </span>
      </>
    )}
  </>
)
