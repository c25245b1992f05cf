import { type FormEvent, useState } from 'react'
import type { SecondFactorAsked } from '../../client/security.ts'
import { security } from '../live/own.ts'
import { hasPasskeys, showPasskey } from '../live/passkeys.ts'
import { CodeField, RecoveryCodeField } from '../parts/fields.tsx'
import { useEntering } from './entering.ts'
import { Failed } from './failed.tsx'
import style from './sign-in.module.css'
import { useWays } from './use-sign-in.ts'

type Way = SecondFactorAsked['ways'][number]

const titles: Record<Way, string> = {
  totp: 'Your authenticator app',
  passkey: 'Your passkey',
  recovery: 'A recovery code',
}
const others: Record<Way, string> = {
  totp: 'Use the authenticator app',
  passkey: 'Use a passkey',
  recovery: 'Use a recovery code',
}

interface Props {
  asked: SecondFactorAsked
  goOn: () => Promise<unknown>
  back: () => void
}

/** The second step of a sign-in: whatever this account has set up, one at a time. */
export const SecondFactor = ({ asked, goOn, back }: Props) => {
  const canPasskey = hasPasskeys(useWays().data?.passkeysAt)
  const ways = asked.ways.filter((way) => way !== 'passkey' || canPasskey)
  const [chosen, choose] = useState<Way | null>(null)
  const way = chosen ?? ways[0]
  return (
    <>
      {way === undefined && <Nowhere />}
      {way === 'passkey' && <ByPasskey key={way} token={asked.token} goOn={goOn} />}
      {(way === 'totp' || way === 'recovery') && <ByCode key={way} way={way} token={asked.token} goOn={goOn} />}
      <div className={style.others}>
        {ways
          .filter((one) => one !== way)
          .map((one) => (
            <button key={one} type="button" className={style.other} onClick={() => choose(one)}>
              {others[one]}
            </button>
          ))}
        <button type="button" className={style.other} onClick={back}>
          Start again
        </button>
      </div>
    </>
  )
}

interface StepProps {
  token: string
  goOn: () => Promise<unknown>
}

const ByCode = ({ way, token, goOn }: StepProps & { way: 'totp' | 'recovery' }) => {
  const { failed, isBusy, run } = useEntering(goOn)
  const [code, setCode] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const proof = way === 'totp' ? { code } : { recoveryCode: code }
    // A code is good once: the field is ready for the next.
    void run(() => security.pass(token, proof)).then(() => setCode(''))
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <h1>{titles[way]}</h1>
      <p>
        {way === 'totp'
          ? 'Type the six digits that the app shows for Careline.'
          : 'Type one of the codes that you put aside. It is good once.'}
      </p>
      {way === 'totp' ? (
        <CodeField value={code} change={setCode} />
      ) : (
        <RecoveryCodeField value={code} change={setCode} />
      )}
      <Failed words={failed} />
      <button type="submit" className={style.main} disabled={isBusy}>
        Sign in
      </button>
    </form>
  )
}

const ByPasskey = ({ token, goOn }: StepProps) => {
  const { failed, isBusy, run } = useEntering(goOn)
  const show = async () => security.pass(token, { passkey: await showPasskey(await security.askSecondPasskey(token)) })
  return (
    <section className={style.form}>
      <h1>{titles.passkey}</h1>
      <p>Your device asks for your finger, your face or its code.</p>
      <Failed words={failed} />
      <button type="button" autoFocus className={style.main} disabled={isBusy} onClick={() => void run(show)}>
        Use my passkey
      </button>
    </section>
  )
}

const Nowhere = () => (
  <section className={style.form}>
    <h1>Not in this browser</h1>
    <p>This account is opened with a passkey, and this page cannot use one here. Please sign in on another device.</p>
  </section>
)
