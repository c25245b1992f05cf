import { useState, type ReactNode } from 'react'
import { Mark } from '../parts/mark.tsx'
import { usePlainTitle } from '../shell/use-title.ts'
import { type Asked, Asking } from './entering.ts'
import { SecondFactor } from './second-factor.tsx'
import style from './sign-in.module.css'

/** The frame of pages for those who are not signed in yet. A second factor takes the place of what asked for the first. */
export const Card = ({ title, children }: { title: string; children: ReactNode }) => {
  const [asked, setAsked] = useState<Asked | null>(null)
  usePlainTitle(title)
  return (
    <main className={style.page}>
      <div className={style.card}>
        <p className={style.mark}>
          <Mark size={34} />
          Careline
        </p>
        {asked ? <SecondFactor {...asked} back={() => setAsked(null)} /> : <Asking value={setAsked}>{children}</Asking>}
      </div>
    </main>
  )
}
