import { useState } from 'react'
import type { OwnFactors } from '../../../client/security.ts'
import { Trouble } from '../../inbox/trouble.tsx'
import { security } from '../../live/own.ts'
import { Button } from '../../parts/button.tsx'
import style from '../settings.module.css'
import { AppRow } from './app.tsx'
import { GoogleRow } from './google.tsx'
import { AddPasskey, PasskeyRow } from './passkeys.tsx'
import { useProven } from './proving.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import own from './security.module.css'
import { useFactors, useFactorsRenewed } from './use-factors.ts'

/** What somebody signs in with beside their password, and what is asked as a second step. */
export const SecuritySection = () => {
  const { data, error, refetch } = useFactors()
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  return (
    <section aria-labelledby="security">
      <h2 id="security">How I sign in</h2>
      <p className={own.says}>
        {data && isTwoSteps(data)
          ? 'Whoever has your password or reads your mail is asked for a second step as well.'
          : 'Add an app or a passkey, and whoever has only your password does not get in.'}
      </p>
      {error && !data && <Trouble error={error} what="This cannot be read." again={() => void refetch()} />}
      {codes && <RecoveryCodes codes={codes} done={() => setCodes(null)} />}
      {data && (
        <ul className={style.rows}>
          <AppRow totp={data.totp} given={(given) => given && setCodes(given)} />
          <AddPasskey given={(given) => given && setCodes(given)} />
          {data.passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} />
          ))}
          {isTwoSteps(data) && <CodesRow left={data.recoveryCodes ?? 0} given={setCodes} />}
          <GoogleRow email={data.google} />
        </ul>
      )}
    </section>
  )
}

const isTwoSteps = ({ totp, passkeys }: OwnFactors) => totp !== null || passkeys.length > 0

const CodesRow = ({ left, given }: { left: number; given: (codes: readonly string[]) => void }) => {
  const { failed, isBusy, run, proof } = useProven()
  const renewed = useFactorsRenewed()
  const renew = async () => {
    given((await security.renewCodes()).recoveryCodes)
    await renewed()
  }
  return (
    <li>
      <span>
        <b>Recovery codes</b>
        {left < 3 && <em data-few>{left === 0 ? 'none left' : 'few left'}</em>}
        <small>{left} of 10 are left, for the day on which everything else is lost.</small>
      </span>
      <Button disabled={isBusy} onClick={() => run(renew)}>
        Make new codes
      </Button>
      {proof}
      {failed && <Trouble error={failed} what="The codes so far are good." />}
    </li>
  )
}
