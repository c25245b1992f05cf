import { api } from '../live/careline.ts'
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { ClockView } from '../../client/admin.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { useNow } from '../live/use-now.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import style from './clock-bar.module.css'

const minuteMs = 60_000
const steps = [
  { says: '1 minute', ms: minuteMs },
  { says: '1 hour', ms: 60 * minuteMs },
  { says: '1 day', ms: 1_440 * minuteMs },
]
/** A clock that nobody has moved differs by less, ms. */
const apartMs = 1_000
/** So often a long way is asked for again: each request goes on where the last one stopped. */
const asksMax = 20

const clockQuery = queryOptions({
  queryKey: ['clock'],
  queryFn: async () => ({ ...(await api.admin.clock()), readAt: Date.now() }),
  staleTime: 0,
  // Where time is everybody's there is nothing to look after.
  refetchInterval: ({ state }) => (state.data?.isSandbox ? 5_000 : false),
})

function useClock() {
  const cache = useQueryClient()
  const { data } = useQuery(clockQuery)
  const doing = useDoing()
  const move = (how: () => Promise<ClockView>) =>
    doing.do(async () => {
      let view = await how()
      for (let asks = 1; view.isOnItsWay && asks < asksMax; asks++) view = await how()
      cache.setQueryData(clockQuery.queryKey, { ...view, readAt: Date.now() })
    })
  return { clock: data, move, ...doing }
}

function howItGoes({ isFrozen, aheadMs }: ClockView) {
  if (isFrozen) return 'stands still'
  return Math.abs(aheadMs) < apartMs ? 'real time' : 'runs, moved'
}

/** The time of a sandbox, and what moves it. A workspace of real people has no such bar. */
export const ClockBar = () => {
  const { clock, isBusy, failed, move } = useClock()
  const now = useNow(1_000)
  const times = timesIn(useSession().workspace.timezone)
  if (!clock?.isSandbox) return null
  const shown = Date.parse(clock.now) + (clock.isFrozen ? 0 : Math.max(0, now - clock.readAt))
  const by = (ms: number) => {
    const to = new Date(shown + ms).toISOString()
    void move(() => api.admin.moveClock(to))
  }
  const goes = howItGoes(clock)
  return (
    <section className={style.bar} aria-label="Time of this sandbox" data-frozen={clock.isFrozen || undefined}>
      <p className={style.time}>
        <time className="figures" dateTime={new Date(shown).toISOString()}>
          {times.full(shown)}
        </time>
        <span>{goes}</span>
      </p>
      <fieldset className={style.moves} disabled={isBusy}>
        <legend>Move the time</legend>
        <Button onClick={() => void move(clock.isFrozen ? api.admin.releaseClock : api.admin.freezeClock)}>
          {clock.isFrozen ? 'Let it run' : 'Freeze'}
        </Button>
        {steps.map(({ says, ms }) => (
          <Button key={says} onClick={() => by(ms)}>
            +{says}
          </Button>
        ))}
        <Own by={by} />
        <Next clock={clock} at={times.full} go={() => void move(api.admin.nextOfClock)} />
        {goes !== 'real time' && <Button onClick={() => void move(api.admin.realClock)}>Back to real time</Button>}
      </fieldset>
      <p className={style.said} role="status">
        {isBusy && 'It moves; what lies on the way happens.'}
        {clock.isOnItsWay && 'More lies on the way: move it again.'}
      </p>
      {failed && <Trouble error={failed} what="The time could not be moved." />}
    </section>
  )
}

/** By as much as one says. */
const Own = ({ by }: { by: (ms: number) => void }) => {
  const [count, setCount] = useState(10)
  const [unit, setUnit] = useState(minuteMs)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    by(count * unit)
  }
  return (
    <form className={style.own} onSubmit={submit}>
      <input
        type="number"
        aria-label="How many"
        min={1}
        max={365}
        required
        value={count}
        onChange={({ target }) => setCount(target.valueAsNumber)}
      />
      <select aria-label="Of what" value={unit} onChange={({ target }) => setUnit(Number(target.value))}>
        <option value={minuteMs}>minutes</option>
        <option value={60 * minuteMs}>hours</option>
        <option value={1_440 * minuteMs}>days</option>
      </select>
      <Button type="submit">Move on</Button>
    </form>
  )
}

const Next = ({ clock, at, go }: { clock: ClockView; at: (time: string) => string; go: () => void }) => {
  const [first] = clock.upcoming
  return (
    <Button disabled={!first} onClick={go} title={first ? `${first.kind}: ${first.message}` : undefined}>
      {first ? `To ${at(first.at)}, the next reminder` : 'No reminder waits'}
    </Button>
  )
}
