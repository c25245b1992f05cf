import { IconArrowUp, IconClockHour4, IconSearch } from '@tabler/icons-react'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { Line } from '../../client/wire.ts'
import { useNow } from '../live/use-now.ts'
import { useKeys } from '../shell/keys.ts'
import { LineState, OfflineStrip } from '../shell/line-state.tsx'
import { useInbox } from '../shell/use-title.ts'
import style from './list.module.css'
import { Rows } from './rows.tsx'
import { span } from './times.ts'
import { useCalm } from './use-calm.ts'
import { longest, useLines } from './use-lines.ts'
import { viewOf, views, type View } from './views.ts'

/** Whose name or last words hold what is looked for. */
const finds = (wanted: string) => (line: Line) =>
  `${line.conversation.name} ${line.conversation.contact} ${line.last?.text ?? ''}`.toLocaleLowerCase().includes(wanted)

export const ConversationList = () => {
  const { view = 'open' } = useSearch({ from: '/shell/staff/inbox' })
  const { conversationId } = useParams({ strict: false })
  const [search, setSearch] = useState('')
  const list = useLines(view)
  const wanted = search.trim().toLocaleLowerCase()
  const lines = wanted === '' ? list.lines : list.lines.filter(finds(wanted))
  const calm = useCalm({ view, lines, known: list.known })
  useStepping(calm.lines, conversationId)
  const Title = conversationId ? 'h2' : 'h1'
  return (
    <section className={style.list} aria-label="Conversations">
      <header className={style.listHead}>
        <div className={style.listTitle}>
          <Title>Inbox</Title>
          <LineState />
          <Longest lines={list.known.values()} />
        </div>
        <Search search={search} setSearch={setSearch} />
        <Views view={view} />
      </header>
      {calm.newer > 0 && (
        <button type="button" className={style.newer} onClick={calm.release}>
          <IconArrowUp size={14} stroke={2} aria-hidden="true" />
          {calm.newer} newer
        </button>
      )}
      <Rows
        key={view}
        list={{ ...list, lines: calm.lines }}
        bind={calm.bind}
        here={conversationId}
        empty={
          wanted === ''
            ? viewOf[view].empty
            : `Nobody here matches “${search}”. Names and last words are looked through.`
        }
      />
      <OfflineStrip />
    </section>
  )
}

/** J and K, along the rows as they stand. */
function useStepping(lines: Line[], conversationId: string | undefined) {
  const navigate = useNavigate()
  const at = lines.findIndex((line) => line.conversationId === conversationId)
  const step = (by: 1 | -1) => {
    const next = lines[at < 0 ? 0 : Math.min(lines.length - 1, Math.max(0, at + by))]
    if (!next) return
    void navigate({
      to: '/inbox/$conversationId',
      params: { conversationId: next.conversationId },
      search: (before) => before,
    })
  }
  useKeys({ next: () => step(1), previous: () => step(-1) })
}

/** A wait that is shorter is nothing to speak of. */
const soonMs = 120_000

const Longest = ({ lines }: { lines: Iterable<Line> }) => {
  const now = useNow(30_000)
  const line = longest(lines)
  if (!line?.conversation.waitingSince) return null
  const waitsMs = now - Date.parse(line.conversation.waitingSince)
  if (waitsMs < soonMs) return null
  return (
    <Link
      to="/inbox/$conversationId"
      params={{ conversationId: line.conversationId }}
      search={(before) => before}
      className={style.longest}
      title={`${line.conversation.name} waits longest for an answer`}
    >
      <IconClockHour4 size={13} stroke={2} aria-hidden="true" />
      <span>
        Longest<span className="unseen"> wait, {line.conversation.name}:</span>{' '}
        <bdi className="figures">{span(waitsMs)}</bdi>
      </span>
    </Link>
  )
}

const Search = ({ search, setSearch }: { search: string; setSearch: (search: string) => void }) => {
  const field = useRef<HTMLInputElement>(null)
  useKeys({ search: () => field.current?.focus() })
  return (
    <label className={style.search}>
      <IconSearch size={16} stroke={1.8} aria-hidden="true" />
      <input
        ref={field}
        type="search"
        value={search}
        maxLength={100}
        placeholder="Find in this list"
        aria-label="Find in this list"
        onChange={(event) => setSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          setSearch('')
          event.currentTarget.blur()
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  )
}

const Views = ({ view }: { view: View }) => {
  const counts = useInbox().data?.counts
  return (
    <nav className={style.views} aria-label="Show">
      {views.map((one) => {
        const count = counts && viewOf[one].count(counts)
        return (
          <Link
            key={one}
            from="/inbox"
            to="."
            search={one === 'open' ? {} : { view: one }}
            aria-current={view === one ? 'true' : undefined}
          >
            {viewOf[one].name}
            {count !== undefined && count !== null && <span className="figures">{count.toLocaleString('en')}</span>}
          </Link>
        )
      })}
    </nav>
  )
}
