import { useState, type FormEvent } from 'react'
import { api } from '../live/careline.ts'
import { useDoing } from '../live/use-doing.ts'
import { CodeField, EmailField } from '../parts/fields.tsx'
import { PlayedMail } from '../parts/played.tsx'
import style from './sign-in.module.css'
import { useSignIn } from './use-sign-in.ts'
import { wordsOf } from './words.ts'

/** A link and a code by mail: the link may be opened anywhere, the code is typed here. */
export const ByMail = ({ back }: { back: () => void }) => {
  const [email, setEmail] = useState<string | null>(null)
  return email === null ? (
    <Ask
      title="Sign in by a letter"
      says="A link and a code go to your address."
      press="Send it"
      ask={async (to) => {
        await api.askToSignIn(to)
        setEmail(to)
      }}
      back={back}
    />
  ) : (
    <Code email={email} back={back} />
  )
}

/** A link by mail to set a new password. */
export const Forgotten = ({ back }: { back: () => void }) => {
  const [isSent, setSent] = useState(false)
  if (isSent)
    return (
      <section className={style.form}>
        <h1>Look into your mail</h1>
        <p role="status">If this address has an account, a link to set a new password is on its way to it.</p>
        <PlayedMail />
        <button type="button" className={style.other} onClick={back}>
          Back
        </button>
      </section>
    )
  return (
    <Ask
      title="A new password"
      says="A link to set a new one goes to your address."
      press="Send it"
      ask={async (to) => {
        await api.askForPassword(to)
        setSent(true)
      }}
      back={back}
    />
  )
}

interface AskProps {
  title: string
  says: string
  press: string
  ask: (email: string) => Promise<void>
  back: () => void
}

const Ask = ({ title, says, press, ask, back }: AskProps) => {
  const [email, setEmail] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(() => ask(email.trim()))
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <h1>{title}</h1>
      <p>{says}</p>
      <EmailField autoFocus value={email} change={setEmail} />
      {failed && (
        <p className={style.failed} role="alert">
          {wordsOf(failed)}
        </p>
      )}
      <button type="submit" className={style.main} disabled={isBusy}>
        {press}
      </button>
      <button type="button" className={style.other} onClick={back}>
        Back
      </button>
    </form>
  )
}

const Code = ({ email, back }: { email: string; back: () => void }) => {
  const { failed, isBusy, run } = useSignIn()
  const [code, setCode] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void run(() => api.verify({ email, code }))
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <h1>Look into your mail</h1>
      <p role="status">
        If <bdi>{email}</bdi> has an account, a letter is on its way. Open its link, or type its code here.
      </p>
      <PlayedMail />
      <CodeField value={code} change={setCode} />
      {failed && (
        <p className={style.failed} role="alert">
          {failed}
        </p>
      )}
      <button type="submit" className={style.main} disabled={isBusy}>
        Sign in
      </button>
      <button type="button" className={style.other} onClick={back}>
        Back
      </button>
    </form>
  )
}
