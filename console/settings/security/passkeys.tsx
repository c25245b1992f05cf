import { type FormEvent, useState } from 'react'
import type { OwnPasskey } from '../../../client/security.ts'
import { timesIn } from '../../inbox/times.ts'
import { Trouble } from '../../inbox/trouble.tsx'
import { security } from '../../live/own.ts'
import { hasPasskeys, makePasskey } from '../../live/passkeys.ts'
import { useDoing } from '../../live/use-doing.ts'
import { useSession } from '../../live/use-session.ts'
import { Button } from '../../parts/button.tsx'
import { useWays } from '../../sign-in/use-sign-in.ts'
import { deviceName } from '../device.ts'
import style from '../settings.module.css'
import { useProven } from './proving.tsx'
import own from './security.module.css'
import { useFactorsRenewed } from './use-factors.ts'

interface AddProps {
  /** Recovery codes that came with it. */
  given: (codes: string[] | null) => void
}

/** A passkey of this device, or of a key that is plugged in. */
export const AddPasskey = ({ given }: AddProps) => {
  const { passkeysAt = null } = useWays().data ?? {}
  const { failed, isBusy, run, proof } = useProven()
  const renewed = useFactorsRenewed()
  const add = async () => {
    const passkey = await makePasskey(await security.askNewPasskey())
    const { recoveryCodes } = await security.addPasskey(deviceName(navigator.userAgent), passkey)
    given(recoveryCodes)
    await renewed()
  }
  return (
    <li>
      <span>
        <b>Passkeys</b>
        <small>Sign in by finger, face or a key, without a password. A passkey is both steps at once.</small>
      </span>
      {hasPasskeys(passkeysAt) ? (
        <Button disabled={isBusy} onClick={() => run(add)}>
          Add a passkey
        </Button>
      ) : (
        <small className={own.where}>{whyNot(passkeysAt)}</small>
      )}
      {proof}
      {failed && <Trouble error={failed} what="No passkey was added." />}
    </li>
  )
}

function whyNot(at: string | null) {
  if (at === null) return 'They need this server to have a name, and https.'
  return at === location.origin ? 'This browser has none.' : `They are used at ${at}.`
}

export const PasskeyRow = ({ passkey }: { passkey: OwnPasskey }) => {
  const { id, name, createdAt, usedAt, isSynced } = passkey
  const [isNaming, setNaming] = useState(false)
  const { failed, isBusy, run, proof } = useProven()
  const renewed = useFactorsRenewed()
  const times = timesIn(useSession().workspace.timezone)
  return (
    <li>
      <span>
        {isNaming ? (
          <Name passkey={passkey} done={() => setNaming(false)} />
        ) : (
          <>
            <b>{name}</b>
            {isSynced && <em>on several devices</em>}
            <small className="figures">
              since {times.full(createdAt)}, {usedAt === null ? 'not used yet' : `last used ${times.full(usedAt)}`}
            </small>
          </>
        )}
      </span>
      {!isNaming && (
        <>
          <Button tone="quiet" aria-label={`Rename: ${name}`} onClick={() => setNaming(true)}>
            Rename
          </Button>
          <Button
            aria-label={`Remove: ${name}`}
            disabled={isBusy}
            onClick={() => run(() => security.removePasskey(id).then(renewed))}
          >
            Remove
          </Button>
        </>
      )}
      {proof}
      {failed && <Trouble error={failed} what="The passkey stays." />}
    </li>
  )
}

const Name = ({ passkey, done }: { passkey: OwnPasskey; done: () => void }) => {
  const [name, setName] = useState(passkey.name)
  const renewed = useFactorsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const rename = () => security.renamePasskey(passkey.id, name.trim()).then(renewed)
    if (await doing.do(rename)) done()
  }
  return (
    <form className={style.form} onSubmit={(event) => void submit(event)}>
      <label>
        Its name
        <input
          required
          autoFocus
          dir="auto"
          maxLength={100}
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      {failed && <Trouble error={failed} what="It keeps its name." />}
      <div className={own.buttons}>
        <Button tone="main" type="submit" disabled={isBusy}>
          Save
        </Button>
        <Button tone="quiet" onClick={done}>
          Never mind
        </Button>
      </div>
    </form>
  )
}
