import { useQuery } from '@tanstack/react-query'
import { Trouble } from '../inbox/trouble.tsx'
import { type JobDoings, JobsList } from '../operations/jobs-list.tsx'
import { operators, ownTimes } from './operators.ts'

const doings: JobDoings = { run: operators.runJob, pause: operators.pauseJob, resume: operators.resumeJob }

/** What this installation does again and again, for all of its workspaces. */
export const PlatformJobs = () => {
  const { data, error, refetch } = useQuery({
    queryKey: ['platform', 'jobs'],
    queryFn: () => operators.jobs(),
    refetchInterval: 2_000,
    staleTime: 0,
  })
  return (
    <>
      <h1>Jobs</h1>
      {error && !data && <Trouble error={error} what="The jobs cannot be read." again={() => void refetch()} />}
      {data && <JobsList jobs={data.items} times={ownTimes} doings={doings} />}
    </>
  )
}
