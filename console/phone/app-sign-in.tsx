import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { KnownBy, OwnApi } from '../../client/own.ts'
import { ApiProblem } from '../../client/problem.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import style from './app.module.css'
import { texts } from './phone-api.ts'

interface Props {
  name: string
  /** The short name of the business. */
  business: string
  api: OwnApi
  entered: () => void
}

/** What was asked for, and when: what came before that is no answer to it. */
interface Asked {
  known: KnownBy
  address: string
  at: number
}

/** By a code to a number or an address by which the business knows them. */
export const AppSignIn = ({ name, business, api, entered }: Props) => {
  const [asked, setAsked] = useState<Asked | null>(null)
  if (!asked) return <Ask name={name} business={business} api={api} asked={setAsked} />
  return <Enter name={name} api={api} entered={entered} asked={asked} again={() => setAsked(null)} />
}

const Ask = ({ name, business, api, asked }: Omit<Props, 'entered'> & { asked: (asked: Asked) => void }) => {
  const [typed, setTyped] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const ask = (event: FormEvent) => {
    event.preventDefault()
    const address = typed.trim()
    const known = { workspace: business.trim(), ...(address.includes('@') ? { email: address } : { phone: address }) }
    const at = Date.now()
    void doing.do(() => api.askCode(known).then(() => asked({ known, address, at })))
  }
  return (
    <form className={style.form} onSubmit={ask} aria-label={`Sign in on phone ${name}`}>
      <h2>Sign in</h2>
      <label>
        Number or e-mail
        <input
          required
          autoComplete="off"
          maxLength={254}
          placeholder="+49 1512 3456789"
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
      </label>
      <Wrong failed={failed} />
      <Button tone="main" type="submit" disabled={isBusy}>
        Send me a code
      </Button>
    </form>
  )
}

const Enter = ({ name, api, entered, asked, again }: Omit<Props, 'business'> & { asked: Asked; again: () => void }) => {
  const [code, setCode] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const enter = (event: FormEvent) => {
    event.preventDefault()
    const device = { name: `Simulated phone ${name}`, platform: 'web' as const, appVersion: 'simulated' }
    void doing.do(async () => {
      await api.signIn({ ...asked.known, code: code.trim() })
      await api.devices.describe(device)
      entered()
    })
  }
  return (
    <form className={style.form} onSubmit={enter} aria-label={`Code for phone ${name}`}>
      <h2>Your code</h2>
      <p>It went to {asked.address}, if the business knows you by it.</p>
      <CodeNotice to={asked.address} since={asked.at} take={setCode} />
      <label>
        Code
        <input
          required
          autoFocus
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="\d{6}"
          maxLength={6}
          value={code}
          onChange={({ target }) => setCode(target.value)}
        />
      </label>
      <Wrong failed={failed} />
      <Button tone="main" type="submit" disabled={isBusy}>
        Sign in
      </Button>
      <Button tone="quiet" onClick={again}>
        Another number
      </Button>
    </form>
  )
}

const Wrong = ({ failed }: { failed: Error | null }) =>
  failed && (
    <p role="alert" className={style.wrong}>
      {failed.message}
      {failed instanceof ApiProblem && failed.code === 'app_not_connected' && (
        <> Its owner connects one under Settings, Channels.</>
      )}
    </p>
  )

/** The text that has just come to this telephone, as it is shown above whatever is open. */
const CodeNotice = ({ to, since, take }: { to: string; since: number; take: (code: string) => void }) => {
  const number = to.replace(/[^\d+]/g, '')
  const { data } = useQuery({ queryKey: ['texts'], queryFn: texts, refetchInterval: 1_000, staleTime: 0, retry: false })
  const text = data?.texts.find((one) => one.to === number && one.at >= since - skewMs)
  const code = /\d{6}/.exec(text?.text ?? '')?.[0]
  if (!text || code === undefined) return null
  return (
    <button type="button" className={style.notice} onClick={() => take(code)}>
      <b>Messages</b>
      <span>{text.text}</span>
      <span className="unseen">Fill in the code</span>
    </button>
  )
}

/** The server counts the time itself. */
const skewMs = 2_000
