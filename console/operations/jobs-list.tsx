import { useQueryClient } from '@tanstack/react-query'
import type { Job } from '../../client/admin.ts'
import type { Times } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { useNow } from '../live/use-now.ts'
import style from '../parts/page.module.css'
import { figure } from './cells.tsx'

/** What may be done about a job. */
export interface JobDoings {
  run(name: string): Promise<unknown>
  pause(name: string): Promise<unknown>
  resume(name: string): Promise<unknown>
}
interface Props {
  jobs: readonly Job[]
  times: Times
  /** Undefined for whoever may only look. */
  doings: JobDoings | undefined
}

/** What is done again and again, one after the other. */
export const JobsList = ({ jobs, times, doings }: Props) => {
  const paused = jobs.filter(({ isPaused }) => isPaused).length
  return (
    <>
      {paused > 0 && (
        <p className={style.warning} role="status">
          {paused === 1 ? 'One job is paused' : `${figure(paused)} jobs are paused`}: what it takes care of waits.
        </p>
      )}
      {jobs.length === 0 && <p className={style.none}>No process runs jobs yet.</p>}
      <ul className={style.letters}>
        {jobs.map((job) => (
          <Line key={job.name} job={job} times={times} doings={doings} />
        ))}
      </ul>
    </>
  )
}

const Line = ({ job, times, doings }: { job: Job } & Pick<Props, 'times' | 'doings'>) => {
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
      {doings && <Choice job={job} doings={doings} />}
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

const Choice = ({ job: { name, status, isPaused }, doings }: { job: Job; doings: JobDoings }) => {
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const act = (what: (name: string) => Promise<unknown>) =>
    void doing.do(async () => {
      await what(name)
      await cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes('jobs') })
    })
  return (
    <div className={style.choice}>
      {failed && <Trouble error={failed} what="That did not work." />}
      <button
        type="button"
        aria-label={`Run now: ${name}`}
        disabled={isBusy || status === 'running'}
        onClick={() => act(doings.run)}
      >
        Run now
      </button>
      {isPaused ? (
        <button type="button" aria-label={`Resume ${name}`} disabled={isBusy} onClick={() => act(doings.resume)}>
          Resume
        </button>
      ) : (
        <button type="button" aria-label={`Pause ${name}`} disabled={isBusy} onClick={() => act(doings.pause)}>
          Pause
        </button>
      )}
    </div>
  )
}
