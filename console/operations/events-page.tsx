import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { reducerOf, type StreamName } from '../../client/streams/index.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useSession } from '../live/use-session.ts'
import { useTitle } from '../shell/use-title.ts'
import style from './operations.module.css'
import { useReaders } from './use-operations.ts'
import { type Taped, useTape } from './use-tape.ts'

const isStream = (name: string): name is StreamName => reducerOf(name) !== undefined

/** What comes over one stream, as it comes: for whoever builds an app, or asks what a screen was told. */
export const EventsPage = () => {
  const { workspace, user } = useSession()
  const { stream = `inbox:${workspace.id}` } = useSearch({ strict: false })
  useTitle('Events')
  return (
    <div className={style.page}>
      <h1>Events</h1>
      <Chooser key={stream} stream={stream} known={[`inbox:${workspace.id}`, `user.me:${user.id}`]} />
      {isStream(stream) ? (
        <>
          <Readers stream={stream} />
          <TapeView stream={stream} />
        </>
      ) : (
        <p className={style.none}>Streams are named after their owner: inbox:…, conversation:…, user:…, channel:…</p>
      )}
    </div>
  )
}

const Chooser = ({ stream, known }: { stream: string; known: readonly string[] }) => {
  const navigate = useNavigate()
  const [name, setName] = useState(stream)
  const show = (event: FormEvent) => {
    event.preventDefault()
    void navigate({ to: '/operations/events', search: { stream: name.trim() } })
  }
  return (
    <form className={style.choice} onSubmit={show}>
      <label>
        Stream
        <input
          required
          maxLength={200}
          list="streams"
          spellCheck={false}
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <datalist id="streams">
        {known.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <button type="submit">Watch</button>
    </form>
  )
}

/** Which sockets read it, on any process. */
const Readers = ({ stream }: { stream: string }) => {
  const { data, error, refetch } = useReaders(stream)
  const times = timesIn(useSession().workspace.timezone)
  return (
    <section aria-labelledby="readers">
      <h2 id="readers">Who reads it</h2>
      {error && !data && <Trouble error={error} what="The readers cannot be counted." again={() => void refetch()} />}
      {data && (
        <ul className={style.plain}>
          {data.items.map(({ session, node, name, device, since }) => (
            <li key={`${node} ${session} ${device ?? ''}`}>
              <b>
                <bdi>{name}</bdi>
              </b>
              , on process <bdi>{node}</bdi>, since <span className="figures">{times.clock(since)}</span>
              {device !== null && (
                <>
                  , device <bdi>{device}</bdi>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {data?.items.length === 0 && <p className={style.none}>No socket reads it.</p>}
    </section>
  )
}

const TapeView = ({ stream }: { stream: StreamName }) => {
  const [isPaused, setPaused] = useState(false)
  const [filter, setFilter] = useState('')
  const { entries, seq, error } = useTape(stream, isPaused)
  const wanted = filter.trim().toLowerCase()
  const shown = wanted === '' ? entries : entries.filter((one) => JSON.stringify(one).toLowerCase().includes(wanted))
  return (
    <section aria-labelledby="tape">
      <h2 id="tape">
        As they come
        {seq !== undefined && (
          <>
            {' '}
            <small className="figures">after {seq.toLocaleString('en')}</small>
          </>
        )}
      </h2>
      {error && <p className={style.warning}>{error.title}</p>}
      <div className={style.choice}>
        <label>
          Only what contains
          <input type="search" maxLength={200} value={filter} onChange={({ target }) => setFilter(target.value)} />
        </label>
        <button type="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          {isPaused ? 'Go on' : 'Pause'}
        </button>
      </div>
      {shown.length === 0 && <p className={style.none}>Nothing has come yet. Write something, and it is here.</p>}
      <ol className={style.tape} reversed>
        {shown.map((one) => (
          <Entry key={one.nth} entry={one} />
        ))}
      </ol>
    </section>
  )
}

const Entry = ({ entry }: { entry: Taped }) => {
  const what = 'event' in entry ? entry.event : entry.signal
  const times = timesIn(useSession().workspace.timezone)
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(JSON.stringify(what, null, 2))
    setCopied(true)
  }
  return (
    <li data-signal={'signal' in entry || undefined}>
      <details>
        <summary>
          <b>{what.type}</b> <span className="figures">{'event' in entry ? entry.event.seq : 'signal'}</span>{' '}
          <time className="figures" dateTime={what.at}>
            {times.clock(what.at)}
          </time>
        </summary>
        <pre className={style.state} tabIndex={0} aria-label={`What ${what.type} says`}>
          {JSON.stringify(what, null, 2)}
        </pre>
        <button type="button" className={style.more} onClick={() => void copy()}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </details>
    </li>
  )
}
