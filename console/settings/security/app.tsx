import { type FormEvent, useState } from 'react'
import { encode } from 'uqr'
import type { OwnFactors } from '../../../client/security.ts'
import { timesIn } from '../../inbox/times.ts'
import { Trouble } from '../../inbox/trouble.tsx'
import { security } from '../../live/own.ts'
import { useDoing } from '../../live/use-doing.ts'
import { useSession } from '../../live/use-session.ts'
import { Button } from '../../parts/button.tsx'
import { CodeField } from '../../parts/fields.tsx'
import style from '../settings.module.css'
import { useProven } from './proving.tsx'
import own from './security.module.css'
import { useFactorsRenewed } from './use-factors.ts'

interface Props {
  totp: OwnFactors['totp']
  /** Recovery codes that came with it. */
  given: (codes: string[] | null) => void
}

/** The authenticator app: there is one, or it is set up here. */
export const AppRow = ({ totp, given }: Props) => {
  const [begun, setBegun] = useState<{ secret: string; uri: string } | null>(null)
  const { failed, isBusy, run, proof } = useProven()
  const renewed = useFactorsRenewed()
  const times = timesIn(useSession().workspace.timezone)
  return (
    <li>
      <span>
        <b>Authenticator app</b>
        {totp && <em>on</em>}
        <small>
          {totp
            ? `Asked at each sign-in since ${times.full(totp.addedAt)}.`
            : 'An app on your phone shows a new code every 30 seconds.'}
        </small>
      </span>
      {totp && (
        <Button disabled={isBusy} onClick={() => run(() => security.removeTotp().then(renewed))}>
          Remove the app
        </Button>
      )}
      {!totp && !begun && (
        <Button
          aria-label="Set up an authenticator app"
          disabled={isBusy}
          onClick={() => run(async () => setBegun(await security.beginTotp()))}
        >
          Set up
        </Button>
      )}
      {proof}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
      {!totp && begun && (
        <NewApp
          begun={begun}
          back={() => setBegun(null)}
          done={async (codes) => {
            setBegun(null)
            given(codes)
            await renewed()
          }}
        />
      )}
    </li>
  )
}

interface NewProps {
  begun: { secret: string; uri: string }
  back: () => void
  done: (codes: string[] | null) => Promise<void>
}

const NewApp = ({ begun: { secret, uri }, back, done }: NewProps) => {
  const [code, setCode] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => done((await security.confirmTotp(code)).recoveryCodes))
  }
  return (
    <div className={own.app}>
      <Picture of={uri} />
      <form className={style.form} onSubmit={submit}>
        <div className={own.says}>
          Let the app read this picture, or type this into it:
          <code className={own.secret}>{secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
        </div>
        <CodeField value={code} change={setCode} />
        {failed && <Trouble error={failed} what="The app is not set up." />}
        <div className={own.buttons}>
          <Button tone="main" type="submit" disabled={isBusy}>
            The app shows this code
          </Button>
          <Button tone="quiet" onClick={back}>
            Never mind
          </Button>
        </div>
      </form>
    </div>
  )
}

const quietZone = 3

/** Dark on light whatever the page is: not every app reads it the other way round. */
const Picture = ({ of }: { of: string }) => {
  const { data, size } = encode(of, { ecc: 'M', border: 0 })
  const dots = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  const around = size + 2 * quietZone
  return (
    <svg
      className={own.picture}
      role="img"
      aria-label="The picture for the authenticator app"
      viewBox={`${-quietZone} ${-quietZone} ${around} ${around}`}
      shapeRendering="crispEdges"
    >
      <path fill="#fff" d={`M${-quietZone} ${-quietZone}h${around}v${around}h${-around}z`} />
      <path fill="#000" d={dots.join('')} />
    </svg>
  )
}
