import { Link, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import type { ChannelKind, ChannelView, ProviderField } from '../../client/connections.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/keeping.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { ShownOnce } from '../parts/shown-once.tsx'
import { useTitle } from '../shell/use-title.ts'
import { Badges } from './channel-badge.tsx'
import { ChannelPart } from './channel-part.tsx'
import { Copied } from './copied.tsx'
import style from './settings.module.css'
import { useChannelKinds, useChannels, useConnectionsRenewed } from './use-connections.ts'

/** The ways in which people reach the business; one of them in full. */
export const ChannelsPage = () => {
  const { channel } = useSearch({ from: '/shell/staff/settings/channels' })
  useTitle('Channels')
  if (channel !== undefined) return <ChannelPart key={channel} id={channel} />
  return <AllChannels />
}

type Made = ChannelView & { verifyToken?: string }

const AllChannels = () => {
  const { data, error, refetch } = useChannels()
  const kinds = useChannelKinds().data?.items ?? []
  const [made, setMade] = useState<Made | null>(null)
  return (
    <div className={page.page}>
      <header>
        <h1>Channels</h1>
        <p className={page.none}>The numbers by which people write to you. Each says whether it works.</p>
      </header>
      {error && !data && <Trouble error={error} what="The channels cannot be read." again={() => void refetch()} />}
      {made && <NextSteps made={made} />}
      {data?.items.length === 0 && <p className={page.none}>There is none yet.</p>}
      <ul className={style.rows} aria-label="Channels">
        {data?.items.map(({ id, name, simulate, status }) => (
          <li key={id} data-quiet={status === 'active' ? undefined : true}>
            <span>
              <b>
                <Link to="/settings/channels" search={{ channel: id }}>
                  <bdi>{name}</bdi>
                </Link>
              </b>{' '}
              <Badges simulate={simulate} status={status} />
              <small>WhatsApp</small>
            </span>
          </li>
        ))}
      </ul>
      {kinds.map((kind) => (
        <Connect key={kind.kind} kind={kind} made={setMade} />
      ))}
    </div>
  )
}

/** What is still to be done at the provider. */
const NextSteps = ({ made: { id, name, webhookUrl, verifyToken, simulate } }: { made: Made }) => {
  if (simulate)
    return (
      <p role="status">
        <bdi>{name}</bdi> is connected to simulated people: write to it from the <Link to="/phone">phone</Link>.
      </p>
    )
  return (
    <section aria-labelledby="next-steps">
      <h2 id="next-steps">What is left, at Meta</h2>
      <ol className={style.steps}>
        <li>
          In your app, open WhatsApp › Configuration and choose Edit beside Webhook.
          <Copied says="Callback URL" value={webhookUrl} />
        </li>
        {verifyToken !== undefined && (
          <li>
            <ShownOnce says={`The verify token of ${name}`} value={verifyToken}>
              Paste this as the verify token. It is not shown again; you can make another.
            </ShownOnce>
          </li>
        )}
        <li>Choose Verify and save, then subscribe to the field messages.</li>
        <li>
          <Link to="/settings/channels" search={{ channel: id }}>
            Test it here
          </Link>
          .
        </li>
      </ol>
    </section>
  )
}

interface ConnectProps {
  kind: ChannelKind
  made: (made: Made | null) => void
}

const Connect = ({ kind, made }: ConnectProps) => {
  const [name, setName] = useState('')
  const [values, setValues] = useState<Record<string, string>>({})
  const [isSimulated, setSimulated] = useState(false)
  const renewed = useConnectionsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  // A simulator knows no secrets.
  const asked = kind.fields.filter(({ isSecret }) => !(isSimulated && isSecret))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    made(null)
    void doing.do(async () => {
      const given = Object.fromEntries(asked.map((field) => [field.name, (values[field.name] ?? '').trim()]))
      made(await connections.connect({ kind: kind.kind, name: name.trim(), ...given, simulate: isSimulated }))
      setName('')
      setValues({})
      await renewed.channels()
    })
  }
  return (
    <section aria-labelledby={`connect-${kind.kind}`}>
      <h2 id={`connect-${kind.kind}`}>Connect {kind.says}</h2>
      <form className={style.form} onSubmit={submit} data-wide>
        <label>
          Name
          <input required dir="auto" maxLength={120} value={name} onChange={({ target }) => setName(target.value)} />
          <small>How your team calls it.</small>
        </label>
        {kind.canSimulate && (
          <div className={style.checks}>
            <label>
              <input type="checkbox" checked={isSimulated} onChange={({ target }) => setSimulated(target.checked)} />
              Simulate it: only the phone page writes to it
            </label>
          </div>
        )}
        {asked.map((field) => (
          <Asked
            key={field.name}
            field={field}
            value={values[field.name] ?? ''}
            change={(value) => setValues({ ...values, [field.name]: value })}
          />
        ))}
        {failed && <Trouble error={failed} what="Nothing was connected." />}
        <Button tone="main" type="submit" disabled={isBusy}>
          Connect
        </Button>
      </form>
    </section>
  )
}

interface AskedProps {
  field: ProviderField
  value: string
  change: (value: string) => void
}

const Asked = ({ field: { label, help, isSecret }, value, change }: AskedProps) => (
  <label>
    {label}
    <input
      required
      type={isSecret ? 'password' : 'text'}
      autoComplete="off"
      spellCheck={false}
      maxLength={4_096}
      value={value}
      onChange={({ target }) => change(target.value)}
    />
    <small>{help}</small>
  </label>
)
