import { useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { api } from '../live/careline.ts'
import { ByMail, Forgotten } from './by-mail.tsx'
import { Card } from './card.tsx'
import { useSignIn, useWays } from './use-sign-in.ts'
import { EmailField, PasswordField } from '../parts/fields.tsx'
import style from './sign-in.module.css'

type Way = 'link' | 'letter' | 'password' | 'mail' | 'forgotten'

export const SignInPage = () => {
  const { link, mail } = useSearch({ from: '/sign-in' })
  const first: Way = link === undefined ? 'password' : 'link'
  const [way, setWay] = useState<Way>(mail === undefined ? first : 'letter')
  const byPassword = () => setWay('password')
  return (
    <Card title="Sign in">
      {way === 'link' && <ByLink press={() => api.link(link ?? '')} words={ownersLink} other={byPassword} />}
      {way === 'letter' && <ByLink press={() => api.verify({ token: mail ?? '' })} words={letter} other={byPassword} />}
      {way === 'password' && <ByPassword byMail={() => setWay('mail')} forgotten={() => setWay('forgotten')} />}
      {way === 'mail' && <ByMail back={byPassword} />}
      {way === 'forgotten' && <Forgotten back={byPassword} />}
    </Card>
  )
}

const ownersLink = {
  says: 'This link signs you in as the owner. It works once.',
  again: 'A new link is printed when the server starts, or by “careline token”.',
}
const letter = {
  says: 'This link signs you in. It works once.',
  again: 'Ask for a new letter on the sign-in page.',
}

interface ByLinkProps {
  press: () => Promise<unknown>
  words: { says: string; again: string }
  other: () => void
}

/** A press, not the visit, uses the link up: mail scanners and previews open addresses, too. */
const ByLink = ({ press, words, other }: ByLinkProps) => {
  const { failed, isBusy, run } = useSignIn()
  return (
    <section className={style.form}>
      <h1>Welcome</h1>
      <p>{words.says}</p>
      <button type="button" className={style.main} disabled={isBusy} onClick={() => void run(press)}>
        Sign in with this link
      </button>
      {failed && (
        <p className={style.failed} role="alert">
          {failed} <span>{words.again}</span>
        </p>
      )}
      <button type="button" className={style.other} onClick={other}>
        Use e-mail and password
      </button>
    </section>
  )
}

const ByPassword = ({ byMail, forgotten }: { byMail: () => void; forgotten: () => void }) => {
  const { failed, isBusy, run } = useSignIn()
  const hasMail = useWays().data?.mail ?? false
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void run(() => api.login(email.trim(), password))
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <h1>Sign in</h1>
      <EmailField autoFocus value={email} change={setEmail} />
      <PasswordField says="Password" value={password} change={setPassword} />
      {failed && (
        <p className={style.failed} role="alert">
          {failed}
        </p>
      )}
      <button type="submit" className={style.main} disabled={isBusy}>
        {isBusy ? 'Signing in' : 'Sign in'}
      </button>
      {hasMail && (
        <>
          <button type="button" className={style.other} onClick={byMail}>
            Sign in by a letter instead
          </button>
          <button type="button" className={style.other} onClick={forgotten}>
            I forgot my password
          </button>
        </>
      )}
    </form>
  )
}
