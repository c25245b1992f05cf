import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiProblem } from '../../../client/problem.ts'
import type { OwnFactors, Proof } from '../../../client/security.ts'
import { Trouble } from '../../inbox/trouble.tsx'
import { api } from '../../live/careline.ts'
import { security } from '../../live/own.ts'
import { hasPasskeys, showPasskey } from '../../live/passkeys.ts'
import { useDoing } from '../../live/use-doing.ts'
import { useSession } from '../../live/use-session.ts'
import { Button } from '../../parts/button.tsx'
import { CodeField, PasswordField, RecoveryCodeField } from '../../parts/fields.tsx'
import { useWays } from '../../sign-in/use-sign-in.ts'
import style from '../settings.module.css'
import own from './security.module.css'
import { useFactors, useFactorsRenewed } from './use-factors.ts'

type Way = OwnFactors['ways'][number]

/**
 * Runs what only its owner may do. Where they did not show lately that it is them, `proof` asks them to, in its place;
 * then it goes on by itself.
 */
export function useProven() {
  const doing = useDoing()
  const until = useFactors().data?.provenUntil ?? null
  const renewed = useFactorsRenewed()
  const [waiting, setWaiting] = useState<(() => Promise<unknown>) | null>(null)
  const tried = (work: () => Promise<unknown>) =>
    doing.do(async () => {
      try {
        await work()
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.code !== 'proof_required') throw error
        setWaiting(() => work)
      }
    })
  const run = (work: () => Promise<unknown>) => {
    if (until !== null && Date.parse(until) > Date.now()) void tried(work)
    else setWaiting(() => work)
  }
  const proven = async () => {
    const work = waiting
    setWaiting(null)
    await renewed()
    if (work) await tried(work)
  }
  const proof: ReactNode = waiting && <Prove proven={() => void proven()} back={() => setWaiting(null)} />
  return { failed: doing.failed, isBusy: doing.isBusy || waiting !== null, run, proof }
}

const names: Record<Way, string> = {
  password: 'My password',
  totp: 'The authenticator app',
  passkey: 'A passkey',
  recovery: 'A recovery code',
  mail: 'A code by mail',
}

const Prove = ({ proven, back }: { proven: () => void; back: () => void }) => {
  const canPasskey = hasPasskeys(useWays().data?.passkeysAt)
  const ways = (useFactors().data?.ways ?? []).filter((way) => way !== 'passkey' || canPasskey)
  const [chosen, choose] = useState<Way | null>(null)
  const { failed, isBusy, ...doing } = useDoing()
  const way = chosen ?? ways[0]
  const show = (make: () => Promise<Proof> | Proof) =>
    void doing.do(async () => security.prove(await make())).then((isRight) => isRight && proven())
  return (
    <div className={own.proof} role="group" aria-label="Show that it is you">
      <p>
        <b>Please show that it is you.</b> For ten minutes you can then change how you sign in.
      </p>
      {way === 'passkey' && (
        <Button
          tone="main"
          autoFocus
          disabled={isBusy}
          onClick={() => show(async () => ({ passkey: await showPasskey(await security.askProof()) }))}
        >
          Use my passkey
        </Button>
      )}
      {way !== undefined && way !== 'passkey' && <ByWord key={way} way={way} isBusy={isBusy} show={show} />}
      {failed && <Trouble error={failed} what="This was not it." />}
      <div className={own.buttons}>
        {ways
          .filter((one) => one !== way)
          .map((one) => (
            <Button key={one} tone="quiet" onClick={() => choose(one)}>
              {names[one]}
            </Button>
          ))}
        <Button tone="quiet" onClick={back}>
          Never mind
        </Button>
      </div>
    </div>
  )
}

interface WordProps {
  way: Exclude<Way, 'passkey'>
  isBusy: boolean
  show: (make: () => Proof) => void
}

const ByWord = ({ way, isBusy, show }: WordProps) => {
  const [word, setWord] = useState('')
  const email = useSession().user.email ?? ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    show(() => proofs[way](word))
  }
  return (
    <form className={style.form} onSubmit={submit}>
      {way === 'mail' && <ToMyMail email={email} />}
      {way === 'password' && (
        <>
          <input type="text" hidden readOnly autoComplete="username" value={email} />
          <PasswordField autoFocus says="My password" value={word} change={setWord} />
        </>
      )}
      {(way === 'totp' || way === 'mail') && <CodeField value={word} change={setWord} />}
      {way === 'recovery' && <RecoveryCodeField value={word} change={setWord} />}
      <Button tone="main" type="submit" disabled={isBusy}>
        It is me
      </Button>
    </form>
  )
}

const proofs: Record<WordProps['way'], (word: string) => Proof> = {
  password: (password) => ({ password }),
  totp: (code) => ({ code }),
  recovery: (recoveryCode) => ({ recoveryCode }),
  mail: (mailCode) => ({ mailCode }),
}

const ToMyMail = ({ email }: { email: string }) => {
  const [isSent, setSent] = useState(false)
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <>
      <Button disabled={isBusy || isSent} onClick={() => void doing.do(() => api.askToSignIn(email)).then(setSent)}>
        {isSent ? 'A letter is on its way' : `Send a code to ${email}`}
      </Button>
      {failed && <Trouble error={failed} what="No letter was sent." />}
    </>
  )
}
