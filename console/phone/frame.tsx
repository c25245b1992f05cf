import { IconBattery3, IconPlaneTilt, IconWifi } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useNow } from '../live/use-now.ts'
import style from './phone.module.css'

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

export const Frame = ({ name, isOnline, children }: { name: string; isOnline: boolean; children: ReactNode }) => {
  const now = useNow(30_000)
  return (
    <section className={style.frame} aria-label={name}>
      <div className={style.screen}>
        <div className={style.status} aria-hidden="true">
          <b className="figures">{clock.format(now)}</b>
          <span className={style.island} />
          <span>
            {isOnline ? <IconWifi size={15} stroke={2.2} /> : <IconPlaneTilt size={15} stroke={2} />}
            <IconBattery3 size={19} stroke={1.8} />
          </span>
        </div>
        {children}
        <div className={style.homeBar} aria-hidden="true" />
      </div>
    </section>
  )
}
