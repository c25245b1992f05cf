import { Link, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import type { ChannelKind, ChannelView, ProviderField } from '../../client/connections.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { ShownOnce } from '../parts/shown-once.tsx'
import { useTitle } from '../shell/use-title.ts'
import { Badges } from './channel-badge.tsx'
import { whereTo } from './channel-mail.tsx'
import { ChannelPart } from './channel-part.tsx'
import { Copied } from './copied.tsx'
import style from './settings.module.css'
import { useChannels } from './use-channels.ts'
import { useChannelKinds, useConnectionsRenewed } from './use-connections.ts'

/** The ways in which people reach the business; one of them in full. */
export const ChannelsPage = () => {
  const { channel } = useSearch({ from: '/shell/staff/settings/channels' })
  useTitle('Channels')
  if (channel !== undefined) return <ChannelPart key={channel} id={channel} />
  return <AllChannels />
}

type Made = ChannelView & { verifyToken?: string; inboundToken?: string }

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
        {data?.items.map(({ id, name, provider, address, simulate, status }) => (
          <li key={id} data-quiet={status === 'active' ? undefined : true}>
            <span>
              <b>
                <Link to="/settings/channels" search={{ channel: id }}>
                  <bdi>{name}</bdi>
                </Link>
              </b>{' '}
              <Badges simulate={simulate} status={status} />
              <small>
                {kinds.find((kind) => kind.provider === provider)?.says ?? provider}
                {address !== '' && (
                  <>
                    , <bdi>{address}</bdi>
                  </>
                )}
              </small>
            </span>
          </li>
        ))}
      </ul>
      {kinds.map((kind, index) => (
        <Connect key={kind.provider} kind={kind} made={setMade} isFirst={index === 0} />
      ))}
    </div>
  )
}

/** What is still to be done at the provider. */
const NextSteps = ({ made }: { made: Made }) => {
  const { id, name, kind, webhookUrl, verifyToken, simulate } = made
  if (simulate)
    return (
      <p role="status">
        <bdi>{name}</bdi> is connected to simulated people: write to it from the <Link to="/phone">phone</Link>.
      </p>
    )
  if (kind === 'app')
    return (
      <p role="status">
        <bdi>{name}</bdi> is connected: people sign in by a code to a number that you know them by.
      </p>
    )
  if (kind !== 'whatsapp')
    return (
      <section aria-labelledby="next-steps">
        <h2 id="next-steps">What is left, at its provider</h2>
        <WhereTo made={made} />
        <p>
          <Link to="/settings/channels" search={{ channel: id }}>
            Test it here
          </Link>
          .
        </p>
      </section>
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

/** The addresses that its provider must know. One that says who may post to it is shown this once. */
const WhereTo = ({ made: { name, provider, webhookUrl, inboundUrl, inboundToken } }: { made: Made }) => (
  <>
    {webhookUrl !== inboundUrl && (
      <>
        <p>It must tell us what becomes of messages and what comes in: give it this address for its webhooks.</p>
        <Copied says="Webhook address" value={webhookUrl} />
      </>
    )}
    {inboundUrl !== null && inboundToken !== undefined && (
      <ShownOnce says={`The address for incoming mail of ${name}`} value={`${inboundUrl}?token=${inboundToken}`}>
        {whereTo[provider]} It is not shown again; you can make another.
      </ShownOnce>
    )}
  </>
)

interface ConnectProps {
  kind: ChannelKind
  made: (made: Made | null) => void
  isFirst: boolean
}

/** One form per provider, of which the first alone is open: seven of them under one another are a wall. */
const Connect = ({ isFirst, ...form }: ConnectProps) => (
  <details className={style.provider} open={isFirst}>
    <summary>
      <h2>Connect {form.kind.says}</h2>
    </summary>
    <ConnectForm {...form} />
  </details>
)

const inventable = ['phoneNumberId', 'businessId']
/** As Meta numbers things. */
const digits = () => Array.from(crypto.getRandomValues(new Uint8Array(15)), (byte) => String((byte % 9) + 1)).join('')

const inventedFor = ({ fields }: ChannelKind): Record<string, string> =>
  Object.fromEntries(fields.filter(({ name }) => inventable.includes(name)).map(({ name }) => [name, digits()]))

const ConnectForm = ({ kind, made }: Omit<ConnectProps, 'isFirst'>) => {
  const [name, setName] = useState('')
  const [values, setValues] = useState<Record<string, string>>({})
  const [isSimulated, setSimulated] = useState(false)
  const renewed = useConnectionsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const simulate = (isOn: boolean) => {
    setSimulated(isOn)
    // Nobody who only tries it out knows ids of Meta's: any will do, and they may be typed over.
    if (isOn) setValues({ ...inventedFor(kind), ...values })
  }
  // A simulator knows no secrets.
  const asked = kind.fields.filter(({ isSecret, isMadeUp }) => !(isSimulated && (isSecret || isMadeUp)))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    made(null)
    void doing.do(async () => {
      const typed = asked.map(({ name, isOptional }) => ({ name, isOptional, value: (values[name] ?? '').trim() }))
      const given = typed.filter(({ isOptional, value }) => !isOptional || value !== '')
      made(
        await connections.connect({
          kind: kind.kind,
          provider: kind.provider,
          name: name.trim(),
          ...Object.fromEntries(given.map((one) => [one.name, one.value])),
          simulate: isSimulated,
        }),
      )
      setName('')
      setValues({})
      await renewed.channels()
    })
  }
  return (
    <form className={style.form} onSubmit={submit} aria-label={`Connect ${kind.says}`} data-wide>
      <label>
        Name
        <input required dir="auto" maxLength={120} value={name} onChange={({ target }) => setName(target.value)} />
        <small>How your team calls it.</small>
      </label>
      {kind.canSimulate && <Simulated isOn={isSimulated} change={simulate} />}
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
  )
}

const Simulated = ({ isOn, change }: { isOn: boolean; change(isOn: boolean): void }) => (
  <div className={style.checks}>
    <label>
      <input type="checkbox" checked={isOn} onChange={({ target }) => change(target.checked)} />
      Simulate it: only the phone page writes to it
    </label>
  </div>
)

interface AskedProps {
  field: ProviderField
  value: string
  change: (value: string) => void
}

const Asked = ({ field: { label, help, isSecret, isOptional }, value, change }: AskedProps) => (
  <label>
    {label}
    <input
      required={!isOptional}
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
