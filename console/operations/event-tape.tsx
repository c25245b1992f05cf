import { useState } from 'react'
import type { StreamName } from '../../client/streams/index.ts'
import { timesIn } from '../inbox/times.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { figure } from './cells.tsx'
import style from '../parts/page.module.css'
import { type Taped, useTape } from './use-tape.ts'

const whatIn = (one: Taped) => ('event' in one ? one.event : one.signal)

/** Events and signals as they come, the newest first. */
export const EventTape = ({ stream, from }: { stream: StreamName; from: number | undefined }) => {
  const [isPaused, setPaused] = useState(false)
  const [text, setText] = useState('')
  const [type, setType] = useState('')
  const { entries, seq, notice, waiting, clear } = useTape(stream, from, isPaused)
  const types = [...new Set([...entries.map((one) => whatIn(one).type), ...(type === '' ? [] : [type])])].sort()
  const words = text.trim().toLowerCase()
  const shown = entries.filter(
    (one) =>
      (type === '' || whatIn(one).type === type) &&
      (words === '' || JSON.stringify(whatIn(one)).toLowerCase().includes(words)),
  )
  return (
    <section aria-labelledby="tape">
      <h2 id="tape">As they come{seq !== undefined && <small className="figures"> up to {figure(seq)}</small>}</h2>
      {notice !== undefined && (
        <p className={style.warning} role="status">
          {notice}
        </p>
      )}
      <div className={style.choice}>
        <label>
          Only what contains
          <input type="search" maxLength={200} value={text} onChange={({ target }) => setText(target.value)} />
        </label>
        <label className={style.short}>
          Type
          <select value={type} onChange={({ target }) => setType(target.value)}>
            <option value="">All</option>
            {types.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <Button aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          {isPaused ? `Go on${waiting > 0 ? ` (${figure(waiting)})` : ''}` : 'Pause'}
        </Button>
        <Button disabled={entries.length === 0} onClick={clear}>
          Clear
        </Button>
      </div>
      <p className={style.none} aria-live="polite">
        {said(entries.length, shown.length)}
      </p>
      <ol className={style.tape} reversed>
        {shown.map((one) => (
          <Entry key={one.nth} entry={one} />
        ))}
      </ol>
    </section>
  )
}

function said(all: number, shown: number) {
  if (all === 0) return 'Nothing has come yet. Write something, and it is here.'
  if (shown === all) return `${figure(all)} on the tape`
  return `${figure(shown)} of ${figure(all)} on the tape`
}

const Entry = ({ entry }: { entry: Taped }) => {
  const what = whatIn(entry)
  const times = timesIn(useSession().workspace.timezone)
  const copying = useDoing()
  const [isCopied, setCopied] = useState(false)
  const json = JSON.stringify(what, null, 2)
  const copy = async () => setCopied(await copying.do(() => navigator.clipboard.writeText(json)))
  return (
    <li data-signal={'signal' in entry || undefined}>
      <details>
        <summary>
          <b>{what.type}</b> <span className="figures">{'event' in entry ? figure(entry.event.seq) : 'signal'}</span>{' '}
          <time className="figures" dateTime={what.at}>
            {times.instant(what.at)}
          </time>
        </summary>
        <pre className={style.state} tabIndex={0} aria-label={`What ${what.type} says`}>
          {json}
        </pre>
        <Button onClick={() => void copy()}>{isCopied ? 'Copied' : 'Copy'}</Button>
        {copying.failed && <p className={style.why}>This browser does not let it be copied: select it and copy it.</p>}
      </details>
    </li>
  )
}
