import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Backup } from '../../client/care.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { care } from '../live/keeping.ts'
import { useDoing } from '../live/use-doing.ts'
import { useNow } from '../live/use-now.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import style from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { bytesOf, figure } from './cells.tsx'

const backupsQuery = queryOptions({
  queryKey: ['operations', 'backups'],
  queryFn: () => care.backups(),
  staleTime: 0,
  refetchInterval: 3_000,
})
const dayMs = 24 * 60 * 60_000

/** The copies of everything: when the last one was made, and whether it can be restored. */
export const BackupsPage = () => {
  const { data, error, refetch } = useQuery(backupsQuery)
  useTitle('Backups')
  return (
    <div className={style.page}>
      <h1>Backups</h1>
      {error && !data && <Trouble error={error} what="The backups cannot be read." again={() => void refetch()} />}
      {data && <Proven at={data.provenAt} />}
      {data && <Make isRunning={data.items.some(({ status }) => status === 'running')} />}
      {data?.items.length === 0 && (
        <p className={style.none}>There is no backup yet. The first one is made by itself.</p>
      )}
      <ul className={style.letters}>
        {data?.items.map((backup) => (
          <Line key={backup.id} backup={backup} />
        ))}
      </ul>
    </div>
  )
}

const Make = ({ isRunning }: { isRunning: boolean }) => {
  const session = useSession()
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const make = () =>
    void doing.do(async () => {
      await care.backUp()
      await cache.invalidateQueries(backupsQuery)
    })
  if (!mayIn(session, 'backups.manage')) return null
  return (
    <div className={style.choice}>
      <Button disabled={isBusy || isRunning} onClick={make}>
        {isRunning ? 'One is being made' : 'Make one now'}
      </Button>
      {failed && <Trouble error={failed} what="No backup was begun." />}
    </div>
  )
}

/** What counts: a backup that nobody has restored is a hope. */
const Proven = ({ at }: { at: string | null }) => {
  const now = useNow(30_000)
  const times = timesIn(useSession().workspace.timezone)
  if (at === null)
    return (
      <p className={style.warning} role="status">
        No backup was restored to see that it can be. That is done once a week by itself, or below.
      </p>
    )
  const days = Math.floor((now - Date.parse(at)) / dayMs)
  return (
    <p className={days > 14 ? style.warning : undefined} role="status">
      The last one that a restore has proven is of <b className="figures">{times.full(at)}</b>.
    </p>
  )
}

const states: Record<Backup['status'], string> = {
  running: 'is being made',
  good: 'is kept',
  failed: 'failed',
  gone: 'no longer kept',
}

const Line = ({ backup }: { backup: Backup }) => {
  const session = useSession()
  const times = timesIn(session.workspace.timezone)
  const { id, status, startedAt, file, machine, why } = backup
  return (
    <li aria-labelledby={`backup-${id}`}>
      <h2 id={`backup-${id}`}>
        <span className="figures">{times.full(startedAt)}</span> <small>{states[status]}</small>
      </h2>
      <dl className={style.facts}>
        <Fact name="File" says={`${file}, on ${machine}`} />
        {backup.bytes !== null && <Fact name="Size" says={bytesOf(backup.bytes)} />}
        {backup.documents !== null && (
          <Fact name="In it" says={`${figure(backup.documents)} documents, ${figure(backup.files ?? 0)} files`} />
        )}
        <Fact name="Restored" says={restoredOf(backup, times.full)} />
      </dl>
      {backup.isOneMoment === false && <p>It is not of one moment: this MongoDB is no replica set.</p>}
      {why !== null && <p className={style.why}>{why}</p>}
      {backup.isSound === false && <p className={style.why}>{backup.verification}</p>}
      {status === 'good' && mayIn(session, 'backups.manage') && <Check id={id} at={times.full(startedAt)} />}
    </li>
  )
}

function restoredOf({ verifiedAt, isSound, verification }: Backup, full: (at: string) => string) {
  if (verifiedAt === null) return 'not yet'
  return isSound === true ? `${full(verifiedAt)}: ${verification ?? ''}` : `${full(verifiedAt)}: it cannot be`
}

const Fact = ({ name, says }: { name: string; says: string }) => (
  <div>
    <dt>{name}</dt>
    <dd className="figures">{says}</dd>
  </div>
)

const Check = ({ id, at }: { id: string; at: string }) => {
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <div className={style.choice}>
      <button
        type="button"
        aria-label={`Restore to see that it can be: ${at}`}
        disabled={isBusy}
        onClick={() => void doing.do(() => care.checkBackup(id))}
      >
        Restore to see that it can be
      </button>
      {failed && <Trouble error={failed} what="That did not work." />}
    </div>
  )
}
