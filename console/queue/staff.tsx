import type { OnBoard } from '../../client/wire.ts'
import { Avatar, withStatus } from '../inbox/avatar.tsx'
import { timesIn } from '../inbox/times.ts'
import { useNow } from '../live/use-now.ts'
import { usePresence } from '../live/use-presence.ts'
import { useMembers, useSession } from '../live/use-session.ts'
import page from '../parts/page.module.css'
import style from './queue.module.css'

const ranks = { online: 0, busy: 1, away: 2, offline: 3 } as const

/** Who is there first, and of those who has most. */
const inOrder = (one: OnBoard, other: OnBoard) =>
  ranks[one.status] - ranks[other.status] || other.open - one.open || (one.id < other.id ? -1 : 1)

/** Who has how much. */
export const Staff = ({ members }: { members: readonly OnBoard[] }) => (
  <section aria-labelledby="holds">
    <h2 id="holds">Who has how much</h2>
    <div className={page.wide} role="group" aria-labelledby="holds" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">Now</th>
            <th scope="col">Open</th>
            <th scope="col">Last given</th>
          </tr>
        </thead>
        <tbody>
          {[...members].sort(inOrder).map((member) => (
            <One key={member.id} member={member} />
          ))}
        </tbody>
      </table>
    </div>
  </section>
)

const One = ({ member: { id, status, open, capacity, takes, lastAt } }: { member: OnBoard }) => {
  const { nameOf, me } = useMembers()
  const people = usePresence()
  const times = timesIn(useSession().workspace.timezone)
  const now = useNow(30_000)
  const name = id === me.id ? me.name : nameOf(id)
  return (
    <tr>
      <th scope="row">
        <span className={style.name}>
          <Avatar name={name} size={24} {...withStatus(people[id])} />
          <bdi>{name}</bdi>
        </span>
      </th>
      <td>{status}</td>
      <td data-bad={open > capacity || undefined}>
        <span className={style.load}>
          <meter min={0} max={capacity} high={capacity * 0.8} value={Math.min(open, capacity)} aria-hidden="true" />
          <span className="figures">
            {open}
            {takes ? ` of ${String(capacity)}` : ', takes nothing by itself'}
          </span>
        </span>
      </td>
      <td>{lastAt === null ? '–' : times.ago(lastAt, now)}</td>
    </tr>
  )
}
