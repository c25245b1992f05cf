import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { runsIt, useSession } from '../live/use-session.ts'
import { Card } from './card.tsx'
import style from './sign-in.module.css'
import { wordsOf } from './words.ts'

/** A press, not the visit, confirms the address: mail scanners open links, too. */
export const ConfirmEmailPage = () => {
  const { token = '' } = useSearch({ from: '/signed/confirm-email' })
  const { user } = useSession()
  const [isDone, setDone] = useState(false)
  const { failed, isBusy, ...doing } = useDoing()
  const confirm = () => void doing.do(() => businesses.confirmEmail(token).then(() => setDone(true)))
  return (
    <Card title="Your address">
      <section className={style.form}>
        <h1>{isDone ? 'Thank you' : 'Is this your address?'}</h1>
        <p role="status">
          {isDone ? 'Your address is confirmed.' : 'Press, and the address of your account is confirmed.'}
        </p>
        {failed && (
          <p className={style.failed} role="alert">
            {wordsOf(failed)}
          </p>
        )}
        {isDone ? (
          <Link to={runsIt(user) ? '/onboarding' : '/inbox'} className={style.other}>
            Go on
          </Link>
        ) : (
          <button type="button" className={style.main} disabled={isBusy} onClick={confirm}>
            Yes, it is mine
          </button>
        )}
      </section>
    </Card>
  )
}
