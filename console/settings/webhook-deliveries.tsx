import { useState, type FormEvent } from 'react'
import type { WebhookDelivery } from '../../client/connections.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { pretty } from './pretty.ts'
import style from './settings.module.css'
import { useConnectionsRenewed, useDeliveries, useDelivery } from './use-connections.ts'

const step = 25
const most = 100

/** What was sent to an endpoint, the newest first, and what it answered. */
export const Deliveries = ({ id, isOn }: { id: string; isOn: boolean }) => {
  const [limit, setLimit] = useState(step)
  const { data, error, refetch } = useDeliveries(id, limit)
  return (
    <section aria-labelledby="deliveries">
      <h2 id="deliveries">Deliveries</h2>
      {error && !data && <Trouble error={error} what="The deliveries cannot be read." again={() => void refetch()} />}
      {data?.items.length === 0 && <p className={page.none}>Nothing was sent yet.</p>}
      <ul className={page.tape}>
        {data?.items.map((one) => (
          <One key={one.id} endpointId={id} delivery={one} isOn={isOn} />
        ))}
      </ul>
      {data?.nextCursor && limit < most && (
        <button type="button" className={page.more} onClick={() => setLimit(limit + step)}>
          Show more
        </button>
      )}
      {isOn && data && data.items.length > 0 && <Again id={id} />}
    </section>
  )
}

const outcomes = { waiting: 'waits', delivered: 'taken', failed: 'not taken' }

/** In a few words: `taken, 200, 34 ms`. */
function saidOf({ status, tries, answer }: WebhookDelivery) {
  const tried = tries > 1 ? `${tries} tries` : null
  const code = answer === null ? null : (answer.status?.toString() ?? answer.why)
  const ms = answer?.status == null ? null : `${answer.ms} ms`
  return [outcomes[status], code, ms, tried].filter(Boolean).join(', ')
}

interface OneProps {
  endpointId: string
  delivery: WebhookDelivery
  isOn: boolean
}

const One = ({ endpointId, delivery, isOn }: OneProps) => {
  const [isOpen, setOpen] = useState(false)
  const times = timesIn(useSession().workspace.timezone)
  const { n, type, recordedAt, status, replays, isTest, nextAt } = delivery
  return (
    <li data-failed={status === 'failed' || undefined}>
      <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <span className="figures">
            {n} · {times.instant(recordedAt)}
          </span>{' '}
          <b>{type}</b> {saidOf(delivery)}
          {isTest && ', a test'}
          {replays !== null && `, again ${replays}`}
          {status === 'waiting' && nextAt !== null && `, next try ${times.instant(nextAt)}`}
        </summary>
        {isOpen && <Detail endpointId={endpointId} delivery={delivery} isOn={isOn} />}
      </details>
    </li>
  )
}

const Detail = ({ endpointId, delivery, isOn }: OneProps) => {
  const { data, error, refetch } = useDelivery(endpointId, delivery.id)
  const renewed = useConnectionsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const replay = () => void doing.do(() => connections.replayDelivery(endpointId, delivery.id).then(renewed.webhooks))
  const { answer } = delivery
  return (
    <>
      {error && !data && <Trouble error={error} what="This delivery cannot be read." again={() => void refetch()} />}
      {answer && (
        <>
          <p>{answer.status === null ? answer.why : `It answered ${answer.status} after ${answer.ms} ms:`}</p>
          {answer.body !== '' && (
            <pre className={page.state} tabIndex={0} aria-label="What it answered">
              {pretty(answer.body)}
            </pre>
          )}
        </>
      )}
      {data && (
        <>
          <p>{data.payload === null ? 'What was sent is not kept any more.' : 'It was sent:'}</p>
          {data.payload !== null && (
            <pre className={page.state} tabIndex={0} aria-label="What it was sent">
              {pretty(data.payload)}
            </pre>
          )}
        </>
      )}
      {delivery.status !== 'waiting' && (
        <Button className={style.own} disabled={isBusy || !isOn} onClick={replay}>
          Send it again
        </Button>
      )}
      {failed && <Trouble error={failed} what="It was not sent again." />}
    </>
  )
}

const hourMs = 3_600_000
const spans = [
  { says: 'the last hour', ms: hourMs },
  { says: 'the last day', ms: 24 * hourMs },
  { says: 'the last week', ms: 168 * hourMs },
]

/** A receiver that lost something gets a span of time again. */
const Again = ({ id }: { id: string }) => {
  const [ms, setMs] = useState(hourMs)
  const [which, setWhich] = useState<'all' | 'failed'>('failed')
  const [count, setCount] = useState<number | null>(null)
  const renewed = useConnectionsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setCount(null)
    void doing.do(async () => {
      const now = Date.now()
      const span = { from: new Date(now - ms).toISOString(), to: new Date(now + 1).toISOString() }
      const asked = which === 'all' ? span : { ...span, status: which }
      setCount((await connections.replaySpan(id, asked)).count)
      await renewed.webhooks()
    })
  }
  return (
    <form className={style.line} onSubmit={submit} aria-label="Send a span of time again">
      <select aria-label="Which" value={which} onChange={({ target }) => setWhich(target.value as 'all' | 'failed')}>
        <option value="failed">What was not taken</option>
        <option value="all">Everything</option>
      </select>
      <select aria-label="Since when" value={ms} onChange={({ target }) => setMs(Number(target.value))}>
        {spans.map((one) => (
          <option key={one.ms} value={one.ms}>
            in {one.says}
          </option>
        ))}
      </select>
      <Button type="submit" disabled={isBusy}>
        Send again
      </Button>
      <p role="status">{count !== null && (count === 0 ? 'There was nothing.' : `${count} on their way.`)}</p>
      {failed && <Trouble error={failed} what="Nothing was sent again." />}
    </form>
  )
}
