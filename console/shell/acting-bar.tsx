import { useEffect } from 'react'
import { api, comesHomeTo, leave } from '../live/careline.ts'
import { useMaybeSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import style from './acting-bar.module.css'

/** Says on every page that this is somebody else's place, and how to leave it. */
export const ActingBar = () => {
  const session = useMaybeSession()
  // An operator goes back to where they came from, whoever else they are in this browser.
  const isOperator = session?.acting?.id.startsWith('opr_') ?? false
  useEffect(() => {
    if (isOperator) comesHomeTo('/platform')
  }, [isOperator])
  if (!session?.acting) return null
  const end = () => void api.logout().finally(leave)
  return (
    <section className={style.bar} aria-label="Acting as somebody else">
      <p>
        <bdi>{session.acting.name}</bdi>, you act as <b>{session.user.name}</b>. Everything you do here names you both.
      </p>
      <Button onClick={end}>Be yourself again</Button>
    </section>
  )
}
