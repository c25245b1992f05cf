import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ChannelSecret, ChannelView, HealthNow } from '../../client/connections.ts'
import { type Times, timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { Badges } from './channel-badge.tsx'
import { ChannelMail } from './channel-mail.tsx'
import { ChannelOptions } from './channel-options.tsx'
import { ChannelPush } from './channel-push.tsx'
import { ChannelSecrets } from './channel-secrets.tsx'
import { ChannelStats } from './channel-stats.tsx'
import { ChannelTrial } from './channel-trial.tsx'
import { ChannelVoice } from './channel-voice.tsx'
import { Copied } from './copied.tsx'
import style from './settings.module.css'
import { useChannel, useConnectionsRenewed, useHealth, useKindOf } from './use-connections.ts'

/** One channel: whether it works, a test of it, its secrets, and how it is switched off. */
export const ChannelPart = ({ id }: { id: string }) => {
  const { data, error, refetch } = useChannel(id)
  return (
    <div className={page.page}>
      <p className={page.back}>
        <Link to="/settings/channels">All channels</Link>
      </p>
      {error && !data && <Trouble error={error} what="This channel cannot be read." again={() => void refetch()} />}
      {data && <Known channel={data} />}
    </div>
  )
}

const Known = ({ channel }: { channel: ChannelView }) => {
  const { id, name, simulate, status, fields, webhookUrl } = channel
  const kind = useKindOf(channel)
  const session = useSession()
  const times = timesIn(session.workspace.timezone)
  const stillMadeUp = channel.madeUp.filter((one) => kind?.fields.some((field) => field.name === one))
  return (
    <>
      <header>
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <p>
          <Badges {...channel} />
        </p>
      </header>
      <Health id={id} isOn={status === 'active'} />
      <dl className={page.facts}>
        {(channel.kind === 'app' ? [] : Object.entries(fields)).map(([field, value]) => (
          <div key={field}>
            <dt>{kind?.fields.find((one) => one.name === field)?.label ?? field}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>Known to its provider</dt>
          <dd>{knownSince(channel, times)}</dd>
        </div>
        {!simulate && webhookUrl !== channel.inboundUrl && (
          <div>
            <dt>Callback URL</dt>
            <dd>
              <Copied says="Callback URL" value={webhookUrl} />
            </dd>
          </div>
        )}
      </dl>
      {channel.kind === 'email' && !simulate && <ChannelMail channel={channel} />}
      {channel.provider === 'twilio' && (
        <ChannelVoice id={id} simulate={simulate} mayChange={mayIn(session, 'channels.manage')} />
      )}
      <ChannelStats id={id} />
      {channel.kind === 'app' ? (
        <ChannelPush channel={channel} />
      ) : (
        <ChannelTrial channel={channel} says={kind?.says ?? 'Its provider'} />
      )}
      {mayIn(session, 'channels.manage') && <ChannelOptions id={id} />}
      {channel.kind !== 'app' && <ChannelSecrets channel={channel} />}
      <Switches channel={channel} lacks={stillMadeUp} />
    </>
  )
}

function knownSince({ simulate, verifiedAt }: ChannelView, times: Times) {
  if (simulate) return 'it is simulated'
  return verifiedAt === null ? 'not yet: test it' : `since ${times.full(verifiedAt)}`
}

const words = { up: 'It works.', degraded: 'It works, with trouble.', down: 'It does not work.' }

function healthOf({ state, reason, since, retryAt, waiting }: HealthNow, times: Times) {
  const again = retryAt === null ? null : `It is tried again at ${times.instant(retryAt)}.`
  const waits = waiting === 0 ? null : `${waiting.toLocaleString('en')} messages wait.`
  return [words[state], reason, `Since ${times.full(since)}.`, again, waits].filter(Boolean).join(' ')
}

const Health = ({ id, isOn }: { id: string; isOn: boolean }) => {
  const { data, error, refetch } = useHealth(id)
  const times = timesIn(useSession().workspace.timezone)
  if (error && !data) return <Trouble error={error} what="Its health cannot be read." again={() => void refetch()} />
  if (!data) return null
  const isWell = data.now.state === 'up' || !isOn
  return (
    <section aria-labelledby="health">
      <h2 id="health">Health</h2>
      <p role="status" className={isWell ? undefined : page.warning}>
        {isOn ? healthOf(data.now, times) : 'It is disabled: nothing leaves, and nothing comes in.'}
      </p>
      {data.history.length > 0 && (
        <details className={style.what}>
          <summary>What was before</summary>
          <ul>
            {data.history.map((one) => (
              <li key={one.at}>
                {times.full(one.at)}: {words[one.state]} {one.reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

const Switches = ({ channel, lacks }: { channel: ChannelView; lacks: ChannelSecret[] }) => {
  const { id, name, simulate, status } = channel
  const [isLeaving, setLeaving] = useState(false)
  const renewed = useConnectionsRenewed()
  const navigate = useNavigate()
  const { failed, isBusy, ...doing } = useDoing()
  const isOn = status === 'active'
  const act = (work: () => Promise<unknown>) => void doing.do(() => work().then(renewed.channels))
  const remove = () =>
    void doing.do(async () => {
      await connections.removeChannel(id)
      await renewed.channels()
      await navigate({ to: '/settings/channels', search: {} })
    })
  return (
    <section aria-labelledby="switches">
      <h2 id="switches">Switch</h2>
      <div className={style.line}>
        <Button
          disabled={isBusy}
          onClick={() => act(() => connections.changeChannel(id, { status: isOn ? 'disabled' : 'active' }))}
        >
          {isOn ? 'Disable it' : 'Let it work again'}
        </Button>
        <Button disabled={isBusy} onClick={() => act(() => connections.simulate(id, !simulate))}>
          {simulate ? 'Make it real' : 'Simulate it'}
        </Button>
        {!isOn && !isLeaving && (
          <Button tone="quiet" onClick={() => setLeaving(true)}>
            Take it away
          </Button>
        )}
        {isLeaving && (
          <>
            <Button tone="urgent" disabled={isBusy} onClick={remove}>
              Take {name} away
            </Button>
            <Button tone="quiet" onClick={() => setLeaving(false)}>
              Leave it
            </Button>
          </>
        )}
      </div>
      {simulate && lacks.length > 0 && (
        <p className={page.none}>To make it real, give it the secrets of your provider first.</p>
      )}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </section>
  )
}
