import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ChannelCounts, ChannelStats as Stats } from '../../client/connections.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import page from '../parts/page.module.css'
import own from './channel-stats.module.css'
import style from './settings.module.css'

const spans = [7, 30, 90]
const number = (count: number) => count.toLocaleString('en')
const share = (part: number, whole: number) => (whole === 0 ? '' : ` (${String(Math.round((part / whole) * 100))}%)`)
const named = (code: string) => code.replaceAll('_', ' ')

/** For people: `3 s`, `2 min`. */
function lasting(ms: number): string {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < 120_000) return `${String(Math.round(ms / 1_000))} s`
  return ms < 7_200_000 ? `${String(Math.round(ms / 60_000))} min` : `${String(Math.round(ms / 3_600_000))} h`
}

/** What came and went by a channel, and what did not arrive. */
export const ChannelStats = ({ id }: { id: string }) => {
  const [days, setDays] = useState(30)
  const { data, error, refetch } = useQuery({
    queryKey: ['integrations', id, 'stats', days],
    queryFn: () => connections.channelStats(id, days),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  return (
    <section aria-labelledby="stats">
      <h2 id="stats">What went by it</h2>
      <label className={own.span}>
        Of the last
        <select value={days} onChange={({ target }) => setDays(Number(target.value))}>
          {spans.map((one) => (
            <option key={one} value={one}>
              {one} days
            </option>
          ))}
        </select>
      </label>
      {error && !data && <Trouble error={error} what="It cannot be counted." again={() => void refetch()} />}
      {data && <Counted stats={data} />}
    </section>
  )
}

const Counted = ({ stats: { total, days } }: { stats: Stats }) => {
  if (total.received + total.sent + total.heldBack.length === 0)
    return <p className={page.none}>Nothing came, and nothing went.</p>
  return (
    <>
      <dl className={own.figures}>
        <Figure says="Received" value={number(total.received)} />
        <Figure says="Sent" value={number(total.sent)} />
        <Figure says="Delivered" value={number(total.delivered) + share(total.delivered, total.sent)} />
        <Figure says="Read" value={number(total.read) + share(total.read, total.sent)} />
        <Figure says="Failed" value={number(total.failed) + share(total.failed, total.sent)} />
        {total.medianReachMs !== null && <Figure says="Usually there within" value={lasting(total.medianReachMs)} />}
      </dl>
      <Chart days={days} />
      <Reasons says="Why messages failed" counts={total.failures} />
      <Reasons says="What was held back, by which rule" counts={total.heldBack} />
      <Reasons says="What they were" counts={total.kinds} />
      <details className={style.what}>
        <summary>Day by day</summary>
        <Table days={days} />
      </details>
    </>
  )
}

const Figure = ({ says, value }: { says: string; value: string }) => (
  <div>
    <dt>{says}</dt>
    <dd className="figures">{value}</dd>
  </div>
)

/** Two bars a day; the table below says the same in figures. */
const Chart = ({ days }: Pick<Stats, 'days'>) => {
  const most = Math.max(1, ...days.flatMap(({ received, sent }) => [received, sent]))
  const height = (count: number) => ({ blockSize: `${String((count / most) * 100)}%` })
  return (
    <figure className={own.chart}>
      <div aria-hidden="true">
        {days.map(({ day, received, sent }) => (
          <span key={day} title={`${day}: ${number(received)} received, ${number(sent)} sent`}>
            <i style={height(received)} data-what="received" />
            <i style={height(sent)} data-what="sent" />
          </span>
        ))}
      </div>
      <figcaption>
        <span data-what="received">Received</span>
        <span data-what="sent">Sent</span>
        <small>
          {days[0]?.day} to {days.at(-1)?.day}, at most {number(most)} a day
        </small>
      </figcaption>
    </figure>
  )
}

const Reasons = ({ says, counts }: { says: string; counts: ChannelCounts['failures'] }) =>
  counts.length > 0 && (
    <div>
      <h3 className={own.reasons}>{says}</h3>
      <ul className={own.counts} aria-label={says}>
        {counts.map(({ name, count }) => (
          <li key={name}>
            {named(name)} <b className="figures">{number(count)}</b>
          </li>
        ))}
      </ul>
    </div>
  )

const Table = ({ days }: Pick<Stats, 'days'>) => (
  <div className={page.wide} tabIndex={0} role="region" aria-label="Day by day">
    <table>
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col">Received</th>
          <th scope="col">Sent</th>
          <th scope="col">Delivered</th>
          <th scope="col">Read</th>
          <th scope="col">Failed</th>
        </tr>
      </thead>
      <tbody>
        {days.toReversed().map((one) => (
          <tr key={one.day}>
            <th scope="row">{one.day}</th>
            {[one.received, one.sent, one.delivered, one.read, one.failed].map((count, index) => (
              <td key={index} className="figures">
                {number(count)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
