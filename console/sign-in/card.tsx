import type { ReactNode } from 'react'
import { Mark } from '../parts/mark.tsx'
import { usePlainTitle } from '../shell/use-title.ts'
import style from './sign-in.module.css'

/** The frame of pages for those who are not signed in yet. */
export const Card = ({ title, children }: { title: string; children: ReactNode }) => {
  usePlainTitle(title)
  return (
    <main className={style.page}>
      <div className={style.card}>
        <p className={style.mark}>
          <Mark size={34} />
          Careline
        </p>
        {children}
      </div>
    </main>
  )
}
