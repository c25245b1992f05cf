import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { api } from '../live/careline.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import style from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { type JobDoings, JobsList } from './jobs-list.tsx'
import { useJobs } from './use-operations.ts'

const doings: JobDoings = { run: api.admin.runJob, pause: api.admin.pauseJob, resume: api.admin.resumeJob }

/** What is done again and again: how it goes, and what may be done about it. */
export const JobsPage = () => {
  const { data, error, refetch } = useJobs()
  const session = useSession()
  useTitle('Jobs')
  const times = timesIn(session.workspace.timezone)
  return (
    <div className={style.page}>
      <h1>Jobs</h1>
      {error && !data && <Trouble error={error} what="The jobs cannot be read." again={() => void refetch()} />}
      {data && <JobsList jobs={data.items} times={times} doings={mayIn(session, 'jobs.manage') ? doings : undefined} />}
    </div>
  )
}
