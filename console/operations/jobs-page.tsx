import { api } from '../live/careline.ts'
import { useQueryClient } from '@tanstack/react-query'
import type { Job } from '../../client/admin.ts'
import { type Times, timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { useNow } from '../live/use-now.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import style from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { figure } from './cells.tsx'
import { useJobs } from './use-operations.ts'

/** What is done again and again: how it goes, and what may be done about it. */
export const JobsPage = () => {
  const { data, error, refetch } = useJobs()
  useTitle('Jobs')
  const paused = data?.items.filter(({ isPaused }) => isPaused).length ?? 0
  return (
    <div className={style.page}>
      <h1>Jobs</h1>
      {error && !data && <Trouble error={error} what="The jobs cannot be read." again={() => void refetch()} />}
      {paused > 0 && (
        <p className={style.warning} role="status">
          {paused === 1 ? 'One job is paused' : `${figure(paused)} jobs are paused`}: what it takes care of waits.
        </p>
      )}
      {data?.items.length === 0 && <p className={style.none}>No process runs jobs yet.</p>}
      <ul className={style.letters}>
        {data?.items.map((job) => (
          <Line key={job.name} job={job} />
        ))}
      </ul>
    </div>
  )
}

const Line = ({ job }: { job: Job }) => {
  const session = useSession()
  const times = timesIn(session.workspace.timezone)
  const now = useNow(1_000)
  return (
    <li aria-labelledby={`job-${job.name}`}>
      <h2 id={`job-${job.name}`}>
        {job.name} <small>{stateOf(job, now)}</small>
      </h2>
      <p>{job.says}</p>
      <dl className={style.facts}>
        <Fact name="Runs" says={job.schedule} />
        <Fact name="Last" says={lastOf(job, times)} />
        <Fact name="Took" says={job.lastMs === null ? 'not known yet' : tookOf(job.lastMs)} />
        <Fact name="By" says={job.by ?? 'nobody yet'} />
        <Fact
          name="So far"
          says={`${figure(job.runs)} ${job.runs === 1 ? 'run' : 'runs'}, ${figure(job.failures)} failed`}
        />
      </dl>
      {job.lastFailure && (
        <p className={style.why}>
          <span className="figures">{times.full(job.lastFailure.at)}</span>: <b>{job.lastFailure.name}</b>,{' '}
          <bdi>{job.lastFailure.message}</bdi>
        </p>
      )}
      {mayIn(session, 'jobs.manage') && <Choice job={job} />}
    </li>
  )
}

const Fact = ({ name, says }: { name: string; says: string }) => (
  <div>
    <dt>{name}</dt>
    <dd className="figures">{says}</dd>
  </div>
)

function stateOf({ status, nextAt }: Job, now: number) {
  if (status === 'running') return 'runs now'
  if (status === 'paused') return 'paused'
  if (nextAt === null) return 'waits for a process that runs jobs'
  const seconds = Math.round((Date.parse(nextAt) - now) / 1_000)
  return seconds <= 0 ? 'is due' : `next in ${inWords(seconds)}`
}

function inWords(seconds: number) {
  if (seconds < 90) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}

const lastOf = ({ finishedAt }: Job, times: Times) => (finishedAt === null ? 'never' : times.full(finishedAt))
const tookOf = (ms: number) => (ms < 1_000 ? `${figure(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`)

const Choice = ({ job: { name, status, isPaused } }: { job: Job }) => {
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const act = (what: (name: string) => Promise<unknown>) =>
    void doing.do(async () => {
      await what(name)
      await cache.invalidateQueries({ queryKey: ['operations', 'jobs'] })
    })
  return (
    <div className={style.choice}>
      {failed && <Trouble error={failed} what="That did not work." />}
      <button
        type="button"
        aria-label={`Run now: ${name}`}
        disabled={isBusy || status === 'running'}
        onClick={() => act(api.admin.runJob)}
      >
        Run now
      </button>
      {isPaused ? (
        <button type="button" aria-label={`Resume ${name}`} disabled={isBusy} onClick={() => act(api.admin.resumeJob)}>
          Resume
        </button>
      ) : (
        <button type="button" aria-label={`Pause ${name}`} disabled={isBusy} onClick={() => act(api.admin.pauseJob)}>
          Pause
        </button>
      )}
    </div>
  )
}
