import { useState, type FormEvent } from 'react'
import type { CodeOnItsWay, CodeWay } from '../../client/phones.ts'
import { api } from '../live/careline.ts'
import { phones } from '../live/own.ts'
import { useDoing } from '../live/use-doing.ts'
import { asking, useCodeWays, useSecondsTo, WayChoice } from '../parts/code-sent.tsx'
import { CodeField, PhoneField } from '../parts/fields.tsx'
import { PlayedTexts } from '../parts/played.tsx'
import { Failed } from './failed.tsx'
import style from './sign-in.module.css'
import { useSignIn } from './use-sign-in.ts'
import { wordsOf } from './words.ts'

/** A code to a telephone that the account has proven to be its own. */
export const ByPhone = ({ back }: { back: () => void }) => {
  const ways = useCodeWays()
  const [phone, setPhone] = useState('')
  const [chosen, choose] = useState<CodeWay | null>(null)
  const [sent, setSent] = useState<CodeOnItsWay | null>(null)
  const { failed, isBusy, ...doing } = useDoing()
  const way = chosen ?? ways[0] ?? 'sms'
  const ask = () => doing.do(async () => setSent(await phones.askToSignIn(asking(phone, way))))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void ask()
  }
  const trouble = <Failed words={failed && wordsOf(failed)} />
  if (sent)
    return (
      <Code phone={phone} sent={sent} isBusy={isBusy} again={() => void ask()} back={() => setSent(null)}>
        {trouble}
      </Code>
    )
  return (
    <form className={style.form} onSubmit={submit}>
      <h1>Sign in by your phone</h1>
      <p>A code goes to a number that you have added under My account.</p>
      <PhoneField autoFocus value={phone} change={setPhone} />
      <WayChoice ways={ways} way={way} choose={choose} />
      {trouble}
      <button type="submit" className={style.main} disabled={isBusy}>
        Send a code
      </button>
      <button type="button" className={style.other} onClick={back}>
        Back
      </button>
    </form>
  )
}

interface CodeProps {
  phone: string
  sent: CodeOnItsWay
  isBusy: boolean
  again: () => void
  back: () => void
  children: React.ReactNode
}

const Code = ({ phone, sent, isBusy, again, back, children }: CodeProps) => {
  const [code, setCode] = useState('')
  const { failed, run, ...signIn } = useSignIn()
  const seconds = useSecondsTo(sent)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void run(() => api.useCode(phone, code))
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <h1>Look at your phone</h1>
      <p role="status">
        If <bdi>{phone}</bdi> belongs to an account, a code is on its way. It is good for ten minutes.
      </p>
      <PlayedTexts />
      <CodeField value={code} change={setCode} />
      <Failed words={failed} />
      {children}
      <button type="submit" className={style.main} disabled={signIn.isBusy}>
        Sign in
      </button>
      <button type="button" className={style.other} disabled={isBusy || seconds > 0} onClick={again}>
        {seconds > 0 ? `Another code in ${seconds} s` : 'Send another code'}
      </button>
      <button type="button" className={style.other} onClick={back}>
        Another number
      </button>
    </form>
  )
}
