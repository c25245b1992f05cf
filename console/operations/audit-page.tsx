import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { AuditChain, AuditEntry, AuditSearch, AuditVerdict } from '../../client/audit.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { audit } from '../live/audit.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import style from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { actionWords, AuditFilter } from './audit-filter.tsx'
import { figure, Head } from './cells.tsx'
import { useAudit, useChain } from './use-watch.ts'

/** Who did what, and who read what; and whether it is still as it was written. */
export const AuditPage = () => {
  const [search, setSearch] = useState<AuditSearch>({})
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useAudit(search)
  const entries = data?.pages.flatMap(({ items }) => items) ?? []
  useTitle('Audit')
  return (
    <div className={style.page}>
      <h1>Audit</h1>
      <Chain />
      <AuditFilter search={search} change={setSearch} />
      {error && !data && <Trouble error={error} what="The audit cannot be read." again={() => void refetch()} />}
      {data && entries.length === 0 && <p className={style.none}>Nothing was written down that fits.</p>}
      {entries.length > 0 && <Entries entries={entries} />}
      {hasNextPage && (
        <button type="button" className={style.more} disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more
        </button>
      )}
    </div>
  )
}

const Chain = () => {
  const { data } = useChain()
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const look = () =>
    void doing.do(async () => {
      await audit.verify()
      await cache.invalidateQueries({ queryKey: ['operations', 'audit'] })
    })
  return (
    <section aria-labelledby="chain">
      <h2 id="chain">Is it as it was written?</h2>
      {data && <Standing chain={data} />}
      <button type="button" className={style.more} onClick={look} disabled={isBusy}>
        {isBusy ? 'Looking …' : 'Look through it now'}
      </button>
      {failed && <Trouble error={failed} what="It could not be looked through." />}
    </section>
  )
}

const Standing = ({ chain: { begin, end, verdict } }: { chain: AuditChain }) => {
  const times = timesIn(useSession().workspace.timezone)
  const entries = `${figure(end.n - begin.n)} entries`
  if (!verdict) return <p>{entries}. Nobody has looked through them yet; it is done every night.</p>
  const when = <span className="figures">{times.full(verdict.at)}</span>
  if (verdict.findings.length === 0)
    return (
      <p>
        Yes: {entries}, each as it was written. Last looked through {when}.
      </p>
    )
  return (
    <div className={style.warning} role="alert">
      <p>
        No. Somebody changed the database beside Careline; found {when}. Compare it with a backup before anything else.
      </p>
      <Findings findings={verdict.findings} />
    </div>
  )
}

const says: Record<AuditVerdict['findings'][number]['what'], string> = {
  altered: 'is not what was written',
  missing: 'was taken out',
  inserted: 'was put in',
  out_of_order: 'stands in another’s place',
  unreadable: 'cannot be read any more',
}

const Findings = ({ findings }: { findings: AuditVerdict['findings'] }) => (
  <ul className={style.plain}>
    {findings.map(({ what, n }) => (
      <li key={`${what} ${String(n)}`}>
        Entry <span className="figures">{figure(n)}</span> {says[what]}.
      </li>
    ))}
  </ul>
)

const columns = ['When', 'Who', 'What', 'On', 'More', 'From']

const Entries = ({ entries }: { entries: readonly AuditEntry[] }) => (
  <div className={style.wide} tabIndex={0} role="region" aria-label="Entries">
    <table>
      <Head columns={columns} />
      <tbody>
        {entries.map((entry) => (
          <Line key={entry.n} entry={entry} />
        ))}
      </tbody>
    </table>
  </div>
)

const Line = ({ entry }: { entry: AuditEntry }) => {
  const { at, by, action, target, targetName, result, code, ip, userAgent } = entry
  const times = timesIn(useSession().workspace.timezone)
  const who = useWho()
  return (
    <tr>
      <td className="figures">{times.full(at)}</td>
      <th scope="row">
        <bdi>{who(by)}</bdi>
      </th>
      <td data-bad={result === 'refused' || result === 'failed' || undefined}>
        {actionWords(action)}
        {result !== 'done' && ` (${result}${code === null ? '' : `: ${code}`})`}
      </td>
      <td>{target && <On target={target} says={who.on(target, targetName)} />}</td>
      <td>{moreOf(entry)}</td>
      <td className="figures" title={userAgent ?? undefined}>
        {ip}
      </td>
    </tr>
  )
}

const On = ({ target: { kind, id }, says }: { target: NonNullable<AuditEntry['target']>; says: string }) =>
  kind === 'conversation' ? (
    <Link to="/inbox/$conversationId" params={{ conversationId: id }}>
      <bdi>{says}</bdi>
    </Link>
  ) : (
    <bdi>{says}</bdi>
  )

function moreOf({ fields, note }: AuditEntry): string {
  const notes = Object.entries(note).map(([name, value]) => `${name} ${String(value)}`)
  return [...fields, ...notes].join(', ')
}

/** Whoever has a name by it, everything else by what it is. */
function useWho() {
  const me = useSession().user.id
  const called = (id: string, name: string | null, kind: string) => (id === me ? 'You' : (name ?? `${kind} ${id}`))
  const who = ({ kind, id, name, actingId, actingName }: AuditEntry['by']) => {
    const own = kind === 'member' ? called(id, name, 'member') : `${kindWords[kind]} ${name ?? id}`
    if (actingId === null) return own
    // Operators are of the installation: nobody is to take one for a colleague.
    const acting = called(actingId, actingName, 'somebody')
    return `${actingId.startsWith('opr_') ? `Operator ${acting}` : acting} as ${own}`
  }
  who.on = ({ kind, id }: NonNullable<AuditEntry['target']>, name: string | null) => called(id, name, actionWords(kind))
  return who
}

const kindWords: Record<AuditEntry['by']['kind'], string> = {
  member: 'Member',
  key: 'API key',
  person: 'Person',
  operator: 'Operator',
  provider: 'Provider',
  system: 'Careline:',
  nobody: 'Nobody',
}
