import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ActorsOverview } from '../../client/admin.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useSession } from '../live/use-session.ts'
import { useTitle } from '../shell/use-title.ts'
import { timesIn } from '../inbox/times.ts'
import { ActorTable } from './actor-table.tsx'
import { figure, Head } from './cells.tsx'
import { Messages } from './messages.tsx'
import style from '../parts/page.module.css'
import { useOverview } from './use-operations.ts'

/** What runs where, what waits, and what was slow. */
export const ActorsPage = () => {
  const { data, error, refetch } = useOverview()
  useTitle('Actors')
  return (
    <div className={style.page}>
      <h1>Actors</h1>
      {error && !data && <Trouble error={error} what="The actors cannot be read." again={() => void refetch()} />}
      {data && (
        <>
          <Members overview={data} />
          <Counters counters={data.counters} />
          <Kinds overview={data} />
          <section aria-labelledby="slowest">
            <h2 id="slowest">Slowest messages lately</h2>
            <Messages messages={data.slowest} none="Nothing was slow." isLinked />
          </section>
          <ActorTable />
        </>
      )}
    </div>
  )
}

const Members = ({ overview: { members, shards, isClustered } }: { overview: ActorsOverview }) => {
  const times = timesIn(useSession().workspace.timezone)
  return (
    <section aria-labelledby="members">
      <h2 id="members">{isClustered ? `${members.length} processes` : 'One process owns every actor'}</h2>
      {shards.unowned > 0 && (
        <p className={style.warning} role="status">
          {figure(shards.unowned)} of {figure(shards.total)} shards are between two owners. Their actors answer again
          within a second or two.
        </p>
      )}
      <ul className={style.cards}>
        {members.map(({ id, name, role, version, startedAt, isSelf, shards: own, actors }) => (
          <li key={id}>
            <b>{name}</b>
            {isSelf && <em>answers this page</em>}
            <dl>
              <div>
                <dt>Does</dt>
                <dd>{role === 'all' ? 'everything' : role}</dd>
              </div>
              {isClustered && (
                <div>
                  <dt>Shards</dt>
                  <dd className="figures">
                    {figure(own)} of {figure(shards.total)}
                  </dd>
                </div>
              )}
              <div>
                <dt>Actors</dt>
                <dd className="figures">{figure(actors)}</dd>
              </div>
              <div>
                <dt>Since</dt>
                <dd className="figures">{times.full(startedAt)}</dd>
              </div>
              <div>
                <dt>Version</dt>
                <dd className="figures">{version}</dd>
              </div>
            </dl>
          </li>
        ))}
      </ul>
    </section>
  )
}

const words = {
  turns: 'messages handled',
  commits: 'writes',
  conflicts: 'conflicts',
  redone: 'done again',
  faults: 'faults',
  buried: 'dead letters',
} as const

const Counters = ({ counters }: { counters: ActorsOverview['counters'] }) => (
  <ul className={style.counters} aria-label="Since the processes began">
    {(Object.keys(words) as (keyof typeof words)[]).map((name) => (
      <li key={name} data-bad={((name === 'faults' || name === 'buried') && counters[name] > 0) || undefined}>
        <b className="figures">{figure(counters[name])}</b> {words[name]}
      </li>
    ))}
  </ul>
)

const Kinds = ({ overview: { kinds } }: { overview: ActorsOverview }) => {
  const { kind: chosen } = useSearch({ strict: false })
  const navigate = useNavigate()
  return (
    <section aria-labelledby="kinds">
      <h2 id="kinds">By kind</h2>
      <div className={style.wide}>
        <table>
          <Head columns={['Kind', 'In memory', 'Messages waiting', 'Cannot be used']} />
          <tbody>
            {kinds.map(({ kind, active, waiting, unavailable }) => (
              <tr key={kind} data-chosen={kind === chosen || undefined}>
                <th scope="row">
                  <button
                    type="button"
                    aria-pressed={kind === chosen}
                    onClick={() => {
                      const search = kind === chosen ? {} : { kind }
                      void navigate({ to: '/operations/actors', search })
                    }}
                  >
                    {kind}
                  </button>
                </th>
                <td className="figures">{figure(active)}</td>
                <td className="figures">{figure(waiting)}</td>
                <td className="figures" data-bad={unavailable > 0 || undefined}>
                  {figure(unavailable)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
