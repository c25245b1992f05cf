import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { here } from '../onboarding/here.ts'
import { EmailField, PasswordField } from '../parts/fields.tsx'
import { PlayedMail } from '../parts/played.tsx'
import { Card } from './card.tsx'
import style from './sign-in.module.css'
import { useWays } from './use-sign-in.ts'
import { wordsOf } from './words.ts'

/** A stranger opens a business. What follows is in a letter, whether the address is known or not. */
export const RegisterPage = () => {
  const ways = useWays()
  const [sentTo, setSentTo] = useState<string | null>(null)
  return (
    <Card title="Open a business">
      {ways.data?.signUp === false && <Closed />}
      {ways.data?.signUp === true && (sentTo === null ? <Ask sent={setSentTo} /> : <Sent to={sentTo} />)}
      {ways.error && (
        <p className={style.failed} role="alert">
          {wordsOf(ways.error)}
        </p>
      )}
    </Card>
  )
}

const Closed = () => (
  <section className={style.form}>
    <h1>By invitation</h1>
    <p>Only who is invited comes in here. Ask somebody who works with Careline to invite you.</p>
    <Link to="/sign-in" className={style.other}>
      Sign in
    </Link>
  </section>
)

const Sent = ({ to }: { to: string }) => (
  <section className={style.form}>
    <h1>Look into your mail</h1>
    <p role="status">
      A letter is on its way to <bdi>{to}</bdi>. Open its link, and type the password that you have just chosen.
    </p>
    <PlayedMail />
  </section>
)

const Ask = ({ sent }: { sent: (to: string) => void }) => {
  const [business, setBusiness] = useState('')
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      const to = email.trim()
      await businesses.register({ email: to, name: name.trim(), business: business.trim(), password, ...here() })
      sent(to)
    })
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <h1>Open a business</h1>
      <label>
        What your business is called
        <input
          required
          autoFocus
          dir="auto"
          maxLength={200}
          autoComplete="organization"
          value={business}
          onChange={({ target }) => setBusiness(target.value)}
        />
      </label>
      <label>
        Your name
        <input
          required
          dir="auto"
          maxLength={200}
          autoComplete="name"
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <EmailField value={email} change={setEmail} />
      <PasswordField isNew says="A password" value={password} change={setPassword} />
      {failed && (
        <p className={style.failed} role="alert">
          {wordsOf(failed)}
        </p>
      )}
      <button type="submit" className={style.main} disabled={isBusy}>
        {isBusy ? 'A moment' : 'Go on'}
      </button>
      <Link to="/sign-in" className={style.other}>
        I have an account
      </Link>
    </form>
  )
}
