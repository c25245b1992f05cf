import { useState } from 'react'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { access } from '../live/keeping.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import style from './settings.module.css'
import { useAccessRenewed, useConsent } from './use-access.ts'

const hours = [
  { says: 'an hour', of: 1 },
  { says: 'four hours', of: 4 },
  { says: 'a day', of: 24 },
  { says: 'a week', of: 168 },
]

/** Whether colleagues may act as me: for how long, who does, and no longer. */
export const ConsentSection = () => {
  const { data, error, refetch } = useConsent()
  const times = timesIn(useSession().workspace.timezone)
  const [of, setOf] = useState(1)
  const renewed = useAccessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) => void doing.do(() => work().then(renewed.consent))
  return (
    <section aria-labelledby="consent">
      <h2 id="consent">Colleagues who act as me</h2>
      {error && !data && <Trouble error={error} what="This cannot be read." again={() => void refetch()} />}
      {data?.asked && (
        <p className={page.warning}>
          <bdi>{data.asked.name}</bdi> asked on {times.full(data.asked.at)} to act as you.
        </p>
      )}
      <p className={page.none}>
        {data?.until
          ? `Whoever runs this workspace may act as you until ${times.full(data.until)}. All they do names you both.`
          : 'Nobody may. If you agree, whoever runs this workspace may, for as long as you say, an hour at a time.'}
      </p>
      {data && data.acting.length > 0 && (
        <ul className={style.rows} aria-label="Acting as me now">
          {data.acting.map((one) => (
            <li key={one.id + one.since}>
              <span>
                <b>
                  <bdi>{one.name}</bdi>
                </b>
                <small className="figures">acts as you since {times.full(one.since)}</small>
              </span>
            </li>
          ))}
        </ul>
      )}
      {data?.until ? (
        <Button className={style.own} disabled={isBusy} onClick={() => act(() => access.withdraw())}>
          No longer
        </Button>
      ) : (
        <p className={style.line}>
          <select aria-label="For how long" value={of} onChange={({ target }) => setOf(Number(target.value))}>
            {hours.map((one) => (
              <option key={one.of} value={one.of}>
                {one.says}
              </option>
            ))}
          </select>
          <Button disabled={isBusy} onClick={() => act(() => access.allow(of))}>
            I agree
          </Button>
        </p>
      )}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </section>
  )
}
