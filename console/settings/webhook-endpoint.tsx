import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { CaughtWebhook, WebhookEndpoint, WebhookProgress } from '../../client/connections.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { type EndpointDraft, EndpointForm } from './endpoint-form.tsx'
import { EndpointSecret, type Secret } from './endpoint-secret.tsx'
import { pretty } from './pretty.ts'
import style from './settings.module.css'
import { useCaught, useConnectionsRenewed, useEndpoint } from './use-connections.ts'
import { Deliveries } from './webhook-deliveries.tsx'

type Endpoint = WebhookEndpoint & { progress: WebhookProgress }

/** One endpoint: whether it works, what it was sent, and what one can do about it. */
export const EndpointPart = ({ id }: { id: string }) => {
  const { data, error, refetch } = useEndpoint(id)
  return (
    <div className={page.page}>
      <p className={page.back}>
        <Link to="/settings/webhooks">All webhooks</Link>
      </p>
      {error && !data && <Trouble error={error} what="This webhook cannot be read." again={() => void refetch()} />}
      {data && <Known endpoint={data} />}
    </div>
  )
}

const Known = ({ endpoint }: { endpoint: Endpoint }) => {
  const { id, name, url, status, isCatcher, previousUntil } = endpoint
  const times = timesIn(useSession().workspace.timezone)
  const [made, setMade] = useState<Secret | null>(null)
  const isTwo = previousUntil !== null && Date.parse(previousUntil) > Date.now()
  return (
    <>
      <header>
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <p className={style.address}>{url}</p>
      </header>
      <Standing endpoint={endpoint} />
      {made && <EndpointSecret {...made} />}
      {isTwo && <p className={page.none}>The secret before signs as well until {times.full(previousUntil)}.</p>}
      <Acts endpoint={endpoint} made={setMade} />
      <Change endpoint={endpoint} />
      <Deliveries id={id} isOn={status === 'active'} />
      {isCatcher && <Catcher id={id} />}
    </>
  )
}

/** Its name, its address, and what it hears of. */
const Change = ({ endpoint }: { endpoint: Endpoint }) => {
  const { id, rev, url, events } = endpoint
  const renewed = useConnectionsRenewed()
  const save = async ({ url: next, ...draft }: EndpointDraft) => {
    // A catcher's address stays its own.
    const moved = next !== undefined && next !== url ? { url: next } : {}
    await connections.changeEndpoint(id, { ...draft, ...moved })
    await renewed.webhooks()
  }
  return (
    <details className={style.what}>
      <summary>
        {events.length === 1 ? 'Hears of one type of event' : `Hears of ${events.length} types of events`}
      </summary>
      <EndpointForm key={rev} start={endpoint} says="Save" what="It stays as it was." save={save} />
    </details>
  )
}

const whyOff = {
  failing: 'It took nothing for about three days, so it was turned off.',
  gone: 'It answered that it is gone for good, so it was turned off.',
  too_far_behind: 'More than 10,000 deliveries waited for it, so it was turned off.',
}

const Standing = ({ endpoint: { status, off, progress } }: { endpoint: Endpoint }) => {
  const times = timesIn(useSession().workspace.timezone)
  const { waiting, aside, failingSince, lastTakenAt } = progress
  const behind = waiting + aside
  const last = lastTakenAt === null ? 'Nothing was taken yet.' : `Last taken ${times.full(lastTakenAt)}.`
  const waits = ['Nothing waits.', 'One waits.'][behind] ?? `${behind.toLocaleString('en')} wait.`
  if (status === 'disabled')
    return (
      <p className={page.warning} role="status">
        {off ? `${whyOff[off.reason]}${off.why === null ? '' : ` It said: ${off.why}.`} ` : 'It is off. '}
        {waits} Turned on again, it gets what waits in its order.
      </p>
    )
  if (failingSince !== null)
    return (
      <p className={page.warning} role="status">
        It has taken nothing since {times.full(failingSince)}. {waits} What waits is tried again by itself, for three
        days.
      </p>
    )
  return (
    <p role="status">
      {last} {waits}
    </p>
  )
}

const Acts = ({ endpoint, made }: { endpoint: Endpoint; made: (made: Secret | null) => void }) => {
  const { id, name, status } = endpoint
  const [isLeaving, setLeaving] = useState(false)
  const renewed = useConnectionsRenewed()
  const navigate = useNavigate()
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) => void doing.do(() => work().then(renewed.webhooks))
  const isOn = status === 'active'
  const remove = () =>
    void doing.do(async () => {
      await connections.removeEndpoint(id)
      await renewed.webhooks()
      await navigate({ to: '/settings/webhooks', search: {} })
    })
  const rotate = () => act(async () => made({ name, secret: (await connections.rotateEndpoint(id)).secret }))
  const turn = () => act(() => connections.changeEndpoint(id, { status: isOn ? 'disabled' : 'active' }))
  return (
    <>
      <div className={style.line}>
        <Button tone="main" disabled={isBusy} onClick={() => act(() => connections.testEndpoint(id))}>
          Send a test
        </Button>
        <Button disabled={isBusy} onClick={turn}>
          {isOn ? 'Turn off' : 'Turn on'}
        </Button>
        <Button disabled={isBusy} onClick={rotate}>
          New secret
        </Button>
        {isLeaving ? (
          <>
            <Button tone="urgent" disabled={isBusy} onClick={remove}>
              Delete {name}
            </Button>
            <Button tone="quiet" onClick={() => setLeaving(false)}>
              Leave it
            </Button>
          </>
        ) : (
          <Button tone="quiet" onClick={() => setLeaving(true)}>
            Delete
          </Button>
        )}
      </div>
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </>
  )
}

const Catcher = ({ id }: { id: string }) => {
  const { data, error, refetch } = useCaught(id)
  return (
    <section aria-labelledby="caught">
      <h2 id="caught">Caught here</h2>
      {error && !data && <Trouble error={error} what="What was caught cannot be read." again={() => void refetch()} />}
      {data?.items.length === 0 && <p className={page.none}>Nothing has come yet. Send a test.</p>}
      <ul className={page.tape}>
        {data?.items.map((one) => (
          <CaughtOne key={one.id} caught={one} />
        ))}
      </ul>
    </section>
  )
}

const CaughtOne = ({ caught: { at, headers, body, isSigned } }: { caught: CaughtWebhook }) => {
  const times = timesIn(useSession().workspace.timezone)
  return (
    <li>
      <details>
        <summary>
          <b className="figures">{times.instant(at)}</b> {isSigned ? 'signed by us' : 'not signed by us'}
        </summary>
        <pre className={page.state} tabIndex={0}>
          {Object.entries(headers)
            .map(([name, value]) => `${name}: ${value}`)
            .join('\n')}
          {'\n\n'}
          {pretty(body)}
        </pre>
      </details>
    </li>
  )
}
