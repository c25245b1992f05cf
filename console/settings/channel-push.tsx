import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { ChannelView, PushHealth, PushService, PushTested } from '../../client/connections.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import style from './settings.module.css'
import { useConnectionsRenewed } from './use-connections.ts'

const services: Readonly<Record<PushService, string>> = {
  fcm: 'Firebase (Android, and iPhones through it)',
  apns: 'Apple (iPhones)',
  webpush: 'Browsers',
}

/** How telephones are told of what comes while the app is closed: the keys for that, whether it works, and a test. */
export const ChannelPush = ({ channel }: { channel: ChannelView }) => {
  const { id, status } = channel
  const { data, error, refetch } = useQuery({
    queryKey: ['integrations', id, 'push'],
    queryFn: () => connections.push(id),
    staleTime: 0,
    enabled: status === 'active',
  })
  const mayManage = mayIn(useSession(), 'channels.manage')
  return (
    <section aria-labelledby="push">
      <h2 id="push">Push</h2>
      <p>
        What no device shows within a few seconds is told to people’s telephones and browsers, once, and not at night
        where that can wait.
      </p>
      {error && !data && <Trouble error={error} what="This cannot be read." again={() => void refetch()} />}
      <ul className={style.rows} aria-label="Push services">
        {data?.services.map((one) => (
          <Service key={one.service} {...one} isPlayed={channel.simulate && one.service === 'fcm'} />
        ))}
      </ul>
      {mayManage && <Keys key={channel.fields['pushText']} channel={channel} />}
      {mayManage && status === 'active' && <Test id={id} />}
    </section>
  )
}

const Service = ({ service, isSetUp, takenAt, failing, isPlayed }: PushHealth & { isPlayed: boolean }) => {
  const times = timesIn(useSession().workspace.timezone)
  const setUp = isPlayed ? 'It is simulated: telephones under “The app” show what comes.' : 'It is set up.'
  const taken = takenAt === null ? 'Nothing was told by it yet.' : `It told somebody at ${times.full(takenAt)}.`
  return (
    <li data-quiet={isSetUp ? undefined : true}>
      <span>
        <b>{services[service]}</b>
        <small>{isSetUp ? `${setUp} ${taken}` : 'It is not set up.'}</small>
        {failing && (
          <small className={page.warning}>
            Since {times.full(failing.at)} it refuses what is sent: {failing.why}
          </small>
        )}
      </span>
    </li>
  )
}

const plain = ['apnsKeyId', 'apnsTeamId', 'apnsTopic'] as const
const labels: Readonly<Record<(typeof plain)[number], string>> = {
  apnsKeyId: 'Apple key ID',
  apnsTeamId: 'Apple team ID',
  apnsTopic: 'Bundle ID of the app',
}

const Keys = ({ channel: { id, fields, secrets } }: { channel: ChannelView }) => {
  const [values, setValues] = useState<Record<string, string>>({})
  const renewed = useConnectionsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const valueOf = (name: string) => values[name] ?? fields[name] ?? ''
  const put = (name: string, value: string) => setValues({ ...values, [name]: value })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      const typed = Object.entries(values).map(([name, value]) => [name, value.trim()] as const)
      await connections.changeChannel(id, Object.fromEntries(typed))
      setValues({})
      await renewed.channels()
    })
  }
  const known = (name: string) => (secrets[name] === undefined ? '' : 'Empty: it stays as it is. ')
  return (
    <details className={style.what}>
      <summary>Keys, and what a locked telephone shows</summary>
      <form className={style.form} onSubmit={submit} aria-label="Push keys" data-wide>
        <div className={style.checks}>
          <label>
            <input
              type="checkbox"
              checked={valueOf('pushText') === 'shown'}
              onChange={({ target }) => put('pushText', target.checked ? 'shown' : '')}
            />
            Show the words of messages on locked telephones
          </label>
        </div>
        <label>
          Firebase service account (JSON)
          <textarea
            rows={3}
            autoComplete="off"
            spellCheck={false}
            maxLength={4_096}
            value={values['fcmServiceAccount'] ?? ''}
            onChange={({ target }) => put('fcmServiceAccount', target.value)}
          />
          <small>
            {known('fcmServiceAccount')}In Firebase: Project settings, Service accounts, Generate new private key.
          </small>
        </label>
        <Apple typed={values['apnsKey'] ?? ''} isKept={secrets['apnsKey'] !== undefined} valueOf={valueOf} put={put} />
        {failed && <Trouble error={failed} what="Nothing has changed." />}
        <Button type="submit" disabled={isBusy || Object.keys(values).length === 0}>
          Save the keys
        </Button>
      </form>
    </details>
  )
}

interface AppleProps {
  typed: string
  /** A key is there already. */
  isKept: boolean
  valueOf: (name: string) => string
  put: (name: string, value: string) => void
}

const Apple = ({ typed, isKept, valueOf, put }: AppleProps) => (
  <>
    <label>
      Apple push key (.p8)
      <textarea
        rows={3}
        autoComplete="off"
        spellCheck={false}
        maxLength={1_024}
        value={typed}
        onChange={({ target }) => put('apnsKey', target.value)}
      />
      <small>{isKept && 'Empty: it stays as it is. '}Only for apps that Apple tells directly, without Firebase.</small>
    </label>
    {plain.map((name) => (
      <label key={name}>
        {labels[name]}
        <input
          autoComplete="off"
          spellCheck={false}
          maxLength={155}
          value={valueOf(name)}
          onChange={({ target }) => put(name, target.value)}
        />
      </label>
    ))}
    <div className={style.checks}>
      <label>
        <input
          type="checkbox"
          checked={valueOf('apnsPlace') === 'sandbox'}
          onChange={({ target }) => put('apnsPlace', target.checked ? 'sandbox' : '')}
        />
        Apple’s sandbox: for apps that Xcode installed
      </label>
    </div>
  </>
)

const Test = ({ id }: { id: string }) => {
  const [userId, setUserId] = useState('')
  const [tested, setTested] = useState<PushTested | null>(null)
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTested(null)
    void doing.do(async () => {
      const typed = /usr_[\w-]+/.exec(userId)?.[0]
      setTested(await connections.testPush(id, typed))
      await cache.invalidateQueries({ queryKey: ['integrations', id, 'push'] })
    })
  }
  return (
    <form className={style.form} onSubmit={submit} aria-label="Test push">
      <label>
        Also tell the devices of
        <input
          autoComplete="off"
          placeholder="usr_…, or the address of their page"
          maxLength={2_048}
          value={userId}
          onChange={({ target }) => setUserId(target.value)}
        />
        <small>Somebody who is signed in to the app. Empty: nothing is sent, the keys alone are tried.</small>
      </label>
      {failed && <Trouble error={failed} what="It was not tested." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        Test push
      </Button>
      <div role="status">
        {tested && (
          <ul className={style.rows} aria-label="What came of the test">
            {saidOf(tested, userId !== '').map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
      </div>
    </form>
  )
}

const outcomes = { accepted: 'told', gone: 'gone', refused: 'refused', unknown: 'perhaps told' }

function saidOf({ services: all, devices }: PushTested, wasWanted: boolean): string[] {
  const keys = all
    .filter(({ isSetUp }) => isSetUp)
    .map(
      ({ service, isRight, why }) =>
        `${services[service]}: ${isRight ? 'it takes our keys.' : (why ?? 'it does not.')}`,
    )
  const told = devices.map(
    ({ name, outcome, why }, nth) => `${name || `Device ${String(nth + 1)}`}: ${outcomes[outcome]}. ${why ?? ''}`,
  )
  const none = wasWanted && devices.length === 0 ? ['They are signed in on no device that takes notices.'] : []
  return [...keys, ...told, ...none]
}
