import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { care } from '../live/care.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import style from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { type BackupDoings, BackupsList } from './backups-list.tsx'

const backupsQuery = queryOptions({
  queryKey: ['operations', 'backups'],
  queryFn: () => care.backups(),
  staleTime: 0,
  refetchInterval: 3_000,
})
const doings: BackupDoings = { make: () => care.backUp(), check: (id) => care.checkBackup(id) }

/** Backups of the installation, as a business sees them that is alone on it. */
export const BackupsPage = () => {
  const session = useSession()
  const cache = useQueryClient()
  const { data, error, refetch } = useQuery(backupsQuery)
  useTitle('Backups')
  return (
    <div className={style.page}>
      <h1>Backups</h1>
      {error && !data && <Trouble error={error} what="The backups cannot be read." again={() => void refetch()} />}
      {data && (
        <BackupsList
          backups={data}
          times={timesIn(session.workspace.timezone)}
          doings={mayIn(session, 'backups.manage') ? doings : undefined}
          again={() => cache.invalidateQueries(backupsQuery)}
        />
      )}
    </div>
  )
}
