import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { api } from '../live/careline.ts'
import { useDoing } from '../live/use-doing.ts'
import { Card } from './card.tsx'
import { PasswordField } from '../parts/fields.tsx'
import style from './sign-in.module.css'
import { wordsOf } from './words.ts'

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
        <PasswordField isNew autoFocus says="New password" value={password} change={setPassword} />
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
