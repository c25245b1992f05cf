import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState, type FormEvent } from 'react'
import { reducerOf, type StreamName } from '../../client/streams/index.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { DocsLink } from '../parts/docs-link.tsx'
import { useTitle } from '../shell/use-title.ts'
import { figure } from './cells.tsx'
import { EventTape } from './event-tape.tsx'
import style from '../parts/page.module.css'
import { recentStreams, remember } from './recent-streams.ts'
import { useReaders } from './use-operations.ts'

const isStream = (name: string): name is StreamName => reducerOf(name) !== undefined

/** What comes over one stream, as it comes: for whoever builds an app, or asks what a screen was told. */
export const EventsPage = () => {
  const { workspace } = useSession()
  const { stream = `inbox:${workspace.id}`, from } = useSearch({ strict: false })
  useTitle('Events')
  useEffect(() => {
    if (isStream(stream)) remember(workspace.id, stream)
  }, [workspace.id, stream])
  return (
    <div className={style.page}>
      <h1>Events</h1>
      <p className={style.none}>
        What each of them says, and every command: <a href="/api/v1/docs/events">Events and commands</a>. What can be
        asked by HTTP: <DocsLink>API documentation</DocsLink>.
      </p>
      <Chooser key={`${stream} ${from}`} stream={stream} from={from} />
      {isStream(stream) ? (
        <>
          <EventTape key={stream} stream={stream} from={from} />
          <Readers stream={stream} />
        </>
      ) : (
        <p className={style.none}>Streams are named after their owner: inbox:…, conversation:…, user:…, channel:…</p>
      )}
    </div>
  )
}

const Chooser = ({ stream, from }: { stream: string; from: number | undefined }) => {
  const navigate = useNavigate()
  const { workspace, user } = useSession()
  const [name, setName] = useState(stream)
  const [since, setSince] = useState(from === undefined ? '' : String(from))
  const [always, me] = [`inbox:${workspace.id}`, `user.me:${user.id}`]
  const known = [...new Set([...recentStreams(workspace.id), always, me])].filter((one) => one !== stream)
  const show = (event: FormEvent) => {
    event.preventDefault()
    const search = { stream: name.trim(), ...(since !== '' && { from: Number(since) }) }
    void navigate({ to: '/operations/events', search })
  }
  return (
    <>
      <form className={style.choice} onSubmit={show}>
        <label>
          Stream
          <input
            required
            maxLength={200}
            spellCheck={false}
            autoCapitalize="off"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <label className={style.short}>
          From number
          <input
            type="number"
            min={1}
            max={Number.MAX_SAFE_INTEGER}
            placeholder="now"
            value={since}
            onChange={({ target }) => setSince(target.value)}
          />
        </label>
        <Button type="submit">Watch</Button>
      </form>
      <nav className={style.recent} aria-label="Watched lately">
        {known.map((one) => (
          <Link key={one} to="/operations/events" search={{ stream: one }}>
            <bdi>{one}</bdi>
          </Link>
        ))}
      </nav>
    </>
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
          {data.items.map(({ session, node, name, device, since, seq }, nth) => (
            <li key={`${node} ${session} ${device ?? nth}`}>
              <b>
                <bdi>{name}</bdi>
              </b>
              , on process <bdi>{node}</bdi>, since <span className="figures">{times.clock(since)}</span>, after{' '}
              <span className="figures">{figure(seq)}</span>
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
