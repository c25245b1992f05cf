import { useState, type FormEvent } from 'react'
import type { ChannelKind, ChannelSecret, ChannelView } from '../../client/connections.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import style from './settings.module.css'
import { useConnectionsRenewed, useKindOf } from './use-connections.ts'

/** How its provider calls a secret. What its form does not ask for is ours, and has one name everywhere. */
const nameOf = (secret: ChannelSecret, kind: ChannelKind | undefined) =>
  kind?.fields.find(({ name }) => name === secret)?.label ?? (secret === 'verifyToken' ? 'Verify token' : secret)

/** The secrets of a channel: that they are there, and how each is replaced. */
export const ChannelSecrets = ({ channel }: { channel: ChannelView }) => {
  const kind = useKindOf(channel)
  // What stands in an address is shown with it.
  const secrets = Object.keys(channel.secrets).filter((one) => one !== 'inboundToken')
  if (secrets.length === 0) return null
  return (
    <section aria-labelledby="secrets">
      <h2 id="secrets">Secrets</h2>
      <ul className={style.rows}>
        {secrets.map((secret) => (
          <One key={secret} channel={channel} secret={secret} kind={kind} />
        ))}
      </ul>
    </section>
  )
}

interface OneProps {
  channel: ChannelView
  secret: ChannelSecret
  kind: ChannelKind | undefined
}

const One = ({ channel, secret, kind }: OneProps) => {
  const { id, madeUp, previousUntil } = channel
  const [isOpen, setOpen] = useState(false)
  const [made, setMade] = useState<string | null>(null)
  const times = timesIn(useSession().workspace.timezone)
  const renewed = useConnectionsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const name = nameOf(secret, kind)
  const isOurs = kind?.fields.every((field) => field.name !== secret) === true
  const says = isOurs ? 'Make another' : 'Replace'
  const until = previousUntil[secret]
  const rotate = (given?: string) =>
    doing.do(async () => {
      setMade((await connections.rotate(id, secret, given)).value ?? null)
      setOpen(false)
      await renewed.channels()
    })
  return (
    <li>
      <span>
        <b>{name}</b>
        <small>
          {madeUp.includes(secret) && !isOurs ? 'made up for the simulation' : '•••'}
          {until !== undefined &&
            Date.parse(until) > Date.now() &&
            `, the one before is good until ${times.full(until)}`}
        </small>
      </span>
      {!isOpen && (
        <Button
          aria-label={`${says}: ${name}`}
          disabled={isBusy}
          onClick={() => (isOurs ? void rotate() : setOpen(true))}
        >
          {says}
        </Button>
      )}
      {isOpen && (
        <Replace name={name} isBusy={isBusy} save={(value) => void rotate(value)} leave={() => setOpen(false)} />
      )}
      {made !== null && (
        <ShownOnce says={`The new ${name.toLowerCase()}`} value={made}>
          Paste it at your provider: it is not shown again. The one before is good for a day.
        </ShownOnce>
      )}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </li>
  )
}

interface ReplaceProps {
  name: string
  isBusy: boolean
  save: (value: string) => void
  leave: () => void
}

const Replace = ({ name, isBusy, save, leave }: ReplaceProps) => {
  const [value, setValue] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save(value.trim())
  }
  return (
    <form className={style.line} onSubmit={submit}>
      <input
        required
        autoFocus
        type="password"
        autoComplete="off"
        aria-label={`The new ${name.toLowerCase()}`}
        maxLength={4_096}
        value={value}
        onChange={({ target }) => setValue(target.value)}
      />
      <Button type="submit" disabled={isBusy}>
        Save
      </Button>
      <Button tone="quiet" onClick={leave}>
        Leave it
      </Button>
    </form>
  )
}
