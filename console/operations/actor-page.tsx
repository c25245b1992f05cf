import { Link, useParams } from '@tanstack/react-router'
import type { ActorView } from '../../client/admin.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useSession } from '../live/use-session.ts'
import { useTitle } from '../shell/use-title.ts'
import { figure } from './cells.tsx'
import { Messages } from './messages.tsx'
import style from '../parts/page.module.css'
import { useActor } from './use-operations.ts'

/** One actor: what it is now, what waits, and what it did last. */
export const ActorPage = () => {
  const { kind = '', id = '' } = useParams({ strict: false })
  const { data, error, refetch } = useActor(kind, id)
  useTitle(`${kind} ${id}`)
  return (
    <div className={style.page}>
      <p className={style.back}>
        <Link to="/operations/actors">All actors</Link>
      </p>
      <h1>
        {kind} <bdi>{id}</bdi>
      </h1>
      {error && !data && <Trouble error={error} what="This actor cannot be read." again={() => void refetch()} />}
      {data && <Actor actor={data} />}
    </div>
  )
}

const Actor = ({ actor }: { actor: ActorView }) => {
  const { unavailable, member, status, shard, rev, version, bytes, waiting, state, last } = actor
  const facts: [string, string][] = [
    ['Is', status],
    ['Process', member],
    ['Shard', figure(shard)],
    ['Messages waiting', figure(waiting)],
    ['Writes', figure(rev)],
    ['Schema version', figure(version)],
    ['Size', `${figure(Math.ceil(bytes / 1_024))} KB`],
  ]
  return (
    <>
      {unavailable && (
        <p className={style.warning} role="alert">
          It cannot be used: {unavailable.title} ({unavailable.code}) Nothing of it is lost.
        </p>
      )}
      <dl className={style.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="figures">{value}</dd>
          </div>
        ))}
      </dl>
      <Reminders actor={actor} />
      <Outbox actor={actor} />
      <section aria-labelledby="last">
        <h2 id="last">Last messages</h2>
        <Messages messages={last} none="It has taken none since it came into memory." />
      </section>
      <section aria-labelledby="state">
        <h2 id="state">State</h2>
        <pre className={style.state} tabIndex={0} aria-label="State, with what is sensitive masked">
          {JSON.stringify(state, null, 2)}
        </pre>
      </section>
    </>
  )
}

const Reminders = ({ actor: { reminderList } }: { actor: ActorView }) => {
  const times = timesIn(useSession().workspace.timezone)
  return (
    <section aria-labelledby="reminders">
      <h2 id="reminders">Reminders</h2>
      {reminderList.length === 0 && <p className={style.none}>It has set none.</p>}
      <ul className={style.plain}>
        {reminderList.map(({ key, message, at }) => (
          <li key={key}>
            <b>{key}</b>: {message}, <span className="figures">{times.full(at)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const Outbox = ({ actor: { outbox } }: { actor: ActorView }) => (
  <section aria-labelledby="outbox">
    <h2 id="outbox">Outbox</h2>
    {outbox.length === 0 && <p className={style.none}>Everything that it handed out has arrived.</p>}
    <ul className={style.plain}>
      {outbox.map(({ n, type, what, to }) => (
        <li key={n}>
          <span className="figures">{n}</span>, {type === 'tell' ? 'tells' : 'does'} <b>{what}</b>
          {to !== null && (
            <>
              {' '}
              to <bdi>{to}</bdi>
            </>
          )}
        </li>
      ))}
    </ul>
  </section>
)
