import { useState } from 'react'
import type { Consent, Trusted } from '../../client/access.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { access } from '../live/access.ts'
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

const trusted: Record<Trusted, string> = {
  colleagues: 'whoever runs this workspace',
  operators: 'the operators of Careline',
  both: 'both of them',
}

/** Who may act as me, until when. */
function words({ until, operatorsUntil }: Consent, full: (at: string) => string) {
  const may = [
    until && `Whoever runs this workspace may act as you until ${full(until)}.`,
    operatorsUntil && `The operators of this installation may act as you until ${full(operatorsUntil)}.`,
  ]
  const said = may.filter((one) => one !== null)
  if (said.length > 0) return [...said, 'All they do names you both.'].join(' ')
  return 'Nobody may. If you agree, those whom you choose may, for as long as you say, an hour at a time.'
}

/** Whether others may act as me: who, for how long, who does, and no longer. */
export const ConsentSection = () => {
  const { data, error, refetch } = useConsent()
  const times = timesIn(useSession().workspace.timezone)
  const renewed = useAccessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) => void doing.do(() => work().then(renewed.consent))
  return (
    <section aria-labelledby="consent">
      <h2 id="consent">Others who act as me</h2>
      {error && !data && <Trouble error={error} what="This cannot be read." again={() => void refetch()} />}
      {data && <Asked asked={data.asked} />}
      {data && <p className={page.none}>{words(data, times.full)}</p>}
      {data && data.acting.length > 0 && <Now acting={data.acting} />}
      {data?.until || data?.operatorsUntil ? (
        <Button className={style.own} disabled={isBusy} onClick={() => act(() => access.withdraw())}>
          No longer
        </Button>
      ) : (
        <Agree isBusy={isBusy} agree={(of, who) => act(() => access.allow(of, who))} />
      )}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </section>
  )
}

const Agree = ({ isBusy, agree }: { isBusy: boolean; agree: (hours: number, who: Trusted) => void }) => {
  const [of, setOf] = useState(1)
  const [who, setWho] = useState<Trusted>('colleagues')
  return (
    <p className={style.line}>
      <select aria-label="Who" value={who} onChange={({ target }) => setWho(target.value as Trusted)}>
        {(Object.keys(trusted) as Trusted[]).map((one) => (
          <option key={one} value={one}>
            {trusted[one]}
          </option>
        ))}
      </select>
      <select aria-label="For how long" value={of} onChange={({ target }) => setOf(Number(target.value))}>
        {hours.map((one) => (
          <option key={one.of} value={one.of}>
            {one.says}
          </option>
        ))}
      </select>
      <Button disabled={isBusy} onClick={() => agree(of, who)}>
        I agree
      </Button>
    </p>
  )
}

const Now = ({ acting }: Pick<Consent, 'acting'>) => {
  const times = timesIn(useSession().workspace.timezone)
  return (
    <ul className={style.rows} aria-label="Acting as me now">
      {acting.map((one) => (
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
  )
}

const Asked = ({ asked }: Pick<Consent, 'asked'>) => {
  const times = timesIn(useSession().workspace.timezone)
  if (!asked) return null
  return (
    <p className={page.warning}>
      <bdi>{asked.name}</bdi> asked on {times.full(asked.at)} to act as you.
    </p>
  )
}
