import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { api } from '../live/careline.ts'
import { useDoing } from '../live/use-doing.ts'
import { Card } from './card.tsx'
import style from './sign-in.module.css'
import { wordsOf } from './use-sign-in.ts'

/** Whoever came by the link of a letter chooses a new password, and signs in with it. */
export const NewPasswordPage = () => {
  const { token = '' } = useSearch({ from: '/new-password' })
  const [password, setPassword] = useState('')
  const navigate = useNavigate()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      await api.setPassword(token, password)
      await navigate({ to: '/sign-in', replace: true })
    })
  }
  return (
    <Card title="New password">
      <form className={style.form} onSubmit={submit}>
        <h1>Set a new password</h1>
        <p>You are signed out everywhere then, and sign in with the new one.</p>
        <label>
          New password, at least 10 characters
          <input
            type="password"
            required
            autoFocus
            minLength={10}
            maxLength={256}
            autoComplete="new-password"
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        </label>
        {failed && (
          <p className={style.failed} role="alert">
            {wordsOf(failed)}
          </p>
        )}
        <button type="submit" className={style.main} disabled={isBusy}>
          Set it
        </button>
      </form>
    </Card>
  )
}
