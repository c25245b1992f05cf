import { type FormEvent, useState } from 'react'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { EmailField } from '../parts/fields.tsx'
import { PlayedMail } from '../parts/played.tsx'
import { useProven } from './security/proving.tsx'
import own from './security/security.module.css'
import style from './settings.module.css'

/** The address by which somebody signs in, and to which letters go: another one counts once its letter was answered. */
export const EmailSection = () => {
  const { user } = useSession()
  const [email, setEmail] = useState('')
  const [sentTo, setSentTo] = useState<string | null>(null)
  const { failed, isBusy, run, proof } = useProven()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setSentTo(null)
    const to = email.trim()
    run(async () => {
      await businesses.proveEmail(to)
      setSentTo(to)
      setEmail('')
    })
  }
  return (
    <section aria-labelledby="email">
      <h2 id="email">E-mail address</h2>
      <p className={own.says}>
        {user.email ? (
          <>
            You sign in by <bdi>{user.email}</bdi>, and letters go there.
          </>
        ) : (
          'Your account has no address yet: with one you can sign in by mail, and get a new password.'
        )}
      </p>
      <form className={style.form} onSubmit={submit}>
        <EmailField value={email} change={setEmail} />
        {failed && <Trouble error={failed} what="No letter was sent." />}
        <Button type="submit" disabled={isBusy}>
          {user.email ? 'Use this one instead' : 'Use this one'}
        </Button>
        <p role="status">
          {sentTo !== null && (
            <>
              A letter is on its way to <bdi>{sentTo}</bdi>. Open its link here: then it counts, and every other sign-in
              ends.
            </>
          )}
        </p>
        {sentTo !== null && <PlayedMail />}
      </form>
      {proof}
    </section>
  )
}
