import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { moveTo } from '../live/careline.ts'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Card } from '../sign-in/card.tsx'
import style from '../sign-in/sign-in.module.css'
import { here } from './here.ts'
import { wordsOf } from '../sign-in/words.ts'

/** Another business for somebody who has an account: they own it, and go there. */
export const OpenPage = () => {
  const [name, setName] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      const { id } = await businesses.open({ name: name.trim(), ...here() })
      await moveTo(id, '/onboarding')
    })
  }
  return (
    <Card title="Another business">
      <form className={style.form} onSubmit={submit}>
        <h1>Open another business</h1>
        <p>You go on with the same sign-in, and come back to the other one whenever you like.</p>
        <label>
          What it is called
          <input
            required
            autoFocus
            dir="auto"
            maxLength={200}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        {failed && (
          <p className={style.failed} role="alert">
            {wordsOf(failed)}
          </p>
        )}
        <button type="submit" className={style.main} disabled={isBusy}>
          Open it
        </button>
        <Link to="/inbox" className={style.other}>
          Back
        </Link>
      </form>
    </Card>
  )
}
