import { useQuery } from '@tanstack/react-query'
import { Trouble } from '../inbox/trouble.tsx'
import { type BackupDoings, BackupsList } from '../operations/backups-list.tsx'
import { operators, ownTimes } from './operators.ts'

const doings: BackupDoings = { make: () => operators.backUp(), check: (id) => operators.checkBackup(id) }

/** The copies of everything that this installation holds. */
export const PlatformBackups = () => {
  const { data, error, refetch } = useQuery({
    queryKey: ['platform', 'backups'],
    queryFn: () => operators.backups(),
    refetchInterval: 2_000,
    staleTime: 0,
  })
  return (
    <>
      <h1>Backups</h1>
      {error && !data && <Trouble error={error} what="The backups cannot be read." again={() => void refetch()} />}
      {data && <BackupsList backups={data} times={ownTimes} doings={doings} again={() => refetch()} />}
    </>
  )
}
