import { useState } from 'react'
import type { Backup, BackupList } from '../../client/care.ts'
import type { Times } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { useNow } from '../live/use-now.ts'
import { Button } from '../parts/button.tsx'
import style from '../parts/page.module.css'
import { bytesOf, figure } from './cells.tsx'

/** What may be done about backups. */
export interface BackupDoings {
  make(): Promise<unknown>
  check(id: string): Promise<unknown>
}
interface Props {
  backups: BackupList
  times: Times
  /** Undefined for whoever may only look. */
  doings: BackupDoings | undefined
  /** What was done shows in what is read next. */
  again(): Promise<unknown>
}

const dayMs = 24 * 60 * 60_000

/** The copies of everything: when the last one was made, whether it can be restored, and one more. */
export const BackupsList = ({ backups: { items, provenAt }, times, doings, again }: Props) => (
  <>
    <Proven at={provenAt} times={times} />
    {doings && (
      <Make isRunning={items.some(({ status }) => status === 'running')} make={() => doings.make().then(again)} />
    )}
    {items.length === 0 && <p className={style.none}>There is no backup yet. The first one is made by itself.</p>}
    <ul className={style.letters}>
      {items.map((backup) => (
        <Line key={backup.id} backup={backup} times={times} check={doings?.check} />
      ))}
    </ul>
  </>
)

const Make = ({ isRunning, make }: { isRunning: boolean; make: () => Promise<unknown> }) => {
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <div className={style.choice}>
      <Button disabled={isBusy || isRunning} onClick={() => void doing.do(make)}>
        {isRunning ? 'One is being made' : 'Make one now'}
      </Button>
      {failed && <Trouble error={failed} what="No backup was begun." />}
    </div>
  )
}

/** What counts: a backup that nobody has restored is a hope. */
const Proven = ({ at, times }: { at: string | null; times: Times }) => {
  const now = useNow(30_000)
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

interface LineProps {
  backup: Backup
  times: Times
  check: BackupDoings['check'] | undefined
}
const Line = ({ backup, times, check }: LineProps) => {
  const { id, status, startedAt, why } = backup
  return (
    <li aria-labelledby={`backup-${id}`}>
      <h2 id={`backup-${id}`}>
        <span className="figures">{times.full(startedAt)}</span> <small>{states[status]}</small>
      </h2>
      {status === 'running' && <Progress backup={backup} />}
      <Facts backup={backup} times={times} />
      {backup.isOneMoment === false && <p>It is not of one moment: this MongoDB is no replica set.</p>}
      {why !== null && <p className={style.why}>{why}</p>}
      {backup.isSound === false && <p className={style.why}>{backup.verification}</p>}
      {status === 'good' && check && (
        // What was found since makes it a new one, which nobody has asked to look.
        <Check key={backup.verifiedAt} at={times.full(startedAt)} check={() => check(id)} />
      )}
    </li>
  )
}

const Facts = ({ backup, times }: Pick<LineProps, 'backup' | 'times'>) => {
  const { status, file, machine, bytes, documents, files } = backup
  const isWhole = status === 'good' || status === 'gone'
  return (
    <dl className={style.facts}>
      <Fact name="File" says={`${file}, on ${machine}`} />
      {bytes !== null && isWhole && <Fact name="Size" says={bytesOf(bytes)} />}
      {documents !== null && <Fact name="In it" says={`${figure(documents)} documents, ${figure(files ?? 0)} files`} />}
      {isWhole && <Fact name="Restored" says={restoredOf(backup, times)} />}
    </dl>
  )
}

/** How much is written is said every few seconds. */
const Progress = ({ backup: { startedAt, bytes } }: { backup: Backup }) => {
  const now = useNow(1_000)
  const seconds = Math.max(0, Math.round((now - Date.parse(startedAt)) / 1_000))
  const written = bytes === null || bytes === 0 ? '' : `, ${bytesOf(bytes)} written so far`
  return (
    <p role="status" className="figures">
      For {seconds < 120 ? `${figure(seconds)} s` : `${figure(Math.round(seconds / 60))} min`}
      {written}.
    </p>
  )
}

function restoredOf({ verifiedAt, isSound, verification }: Backup, { full }: Times) {
  if (verifiedAt === null) return 'not yet'
  return isSound === true ? `${full(verifiedAt)}: ${verification ?? ''}` : `${full(verifiedAt)}: it cannot be`
}

const Fact = ({ name, says }: { name: string; says: string }) => (
  <div>
    <dt>{name}</dt>
    <dd className="figures">{says}</dd>
  </div>
)

const Check = ({ at, check }: { at: string; check: () => Promise<unknown> }) => {
  const { failed, isBusy, ...doing } = useDoing()
  const [isAsked, setAsked] = useState(false)
  return (
    <div className={style.choice}>
      <button
        type="button"
        aria-label={`Restore to see that it can be: ${at}`}
        disabled={isBusy || isAsked}
        onClick={() => void doing.do(check).then(setAsked)}
      >
        {isAsked ? 'It is being restored into a scratch place …' : 'Restore to see that it can be'}
      </button>
      {failed && <Trouble error={failed} what="That did not work." />}
    </div>
  )
}
