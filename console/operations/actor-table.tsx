import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ActorLine } from '../../client/admin.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { ActorLink, figure, Head } from './cells.tsx'
import style from '../parts/page.module.css'
import { useActors } from './use-operations.ts'

/** The actors in memory, on all processes; filtered by the address, so that the list can be sent to a colleague. */
export const ActorTable = () => {
  const filter = useSearch({ strict: false })
  const navigate = useNavigate()
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useActors(filter)
  const items = data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section aria-labelledby="in-memory">
      <h2 id="in-memory">In memory{filter.kind === undefined ? '' : `: ${filter.kind}`}</h2>
      <label className={style.find}>
        Find by id
        <input
          type="search"
          maxLength={128}
          value={filter.find ?? ''}
          onChange={({ target }) => {
            const { find: _, ...rest } = filter
            const search = target.value === '' ? rest : { ...rest, find: target.value }
            void navigate({ to: '/operations/actors', search, replace: true })
          }}
        />
      </label>
      {error && !data && <Trouble error={error} what="The list cannot be read." again={() => void refetch()} />}
      {data && items.length === 0 && (
        <p className={style.none}>No such actor is in memory. One that rests comes when it is spoken to.</p>
      )}
      {items.length > 0 && <Rows items={items} />}
      {hasNextPage && (
        <button type="button" className={style.more} disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more
        </button>
      )}
    </section>
  )
}

const columns = ['Actor', 'Process', 'Is', 'Waiting', 'Writes', 'Outbox', 'Reminders']

const Rows = ({ items }: { items: readonly ActorLine[] }) => (
  <div className={style.wide}>
    <table>
      <Head columns={columns} />
      <tbody>
        {items.map(({ kind, id, member, status, waiting, rev, out, reminders }) => (
          <tr key={`${kind} ${id}`}>
            <th scope="row">
              <ActorLink kind={kind} id={id} />
            </th>
            <td>{member}</td>
            <td data-bad={status === 'unavailable' || undefined}>{status}</td>
            <td className="figures">{figure(waiting)}</td>
            <td className="figures">{figure(rev)}</td>
            <td className="figures">{figure(out)}</td>
            <td className="figures">{figure(reminders)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
