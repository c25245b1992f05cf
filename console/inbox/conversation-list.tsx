import { IconArrowUp, IconClockHour4, IconMessagePlus, IconSearch } from '@tabler/icons-react'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { Line } from '../../client/wire.ts'
import { useNow } from '../live/use-now.ts'
import { IconButton } from '../parts/button.tsx'
import { useWriteTo } from '../people/use-write-to.ts'
import { onceOnline } from '../parts/once-online.ts'
import { useKeys } from '../shell/keys.ts'
import { LineState, OfflineStrip } from '../shell/line-state.tsx'
import { toRow } from './kept-focus.ts'
import style from './list.module.css'
import { Rows } from './rows.tsx'
import { span } from './times.ts'
import { useCalm } from './use-calm.ts'
import { longest, useLines } from './use-lines.ts'
import { selection, useSelection } from './selection.ts'
import { Views } from './view-bar.tsx'
import { type Chosen, keyOf, viewOf } from './views.ts'

const Somebody = lazy(() =>
  onceOnline(() => import('../people/somebody.tsx')).then((part) => ({ default: part.Somebody })),
)
// With the first that is selected, and not before.
const BulkBar = lazy(() => import('./bulk-bar.tsx').then((part) => ({ default: part.BulkBar })))

const emptyOf = ({ view, team, saved }: Chosen) =>
  team === undefined && saved === undefined ? viewOf[view].empty : 'Nothing is in this view now.'

/** Whose name or last words hold what is looked for. */
const finds = (wanted: string) => (line: Line) =>
  `${line.conversation.name} ${line.conversation.contact} ${line.last?.text ?? ''}`.toLocaleLowerCase().includes(wanted)

export const ConversationList = () => {
  const { view = 'open', team, saved } = useSearch({ from: '/shell/staff/inbox' })
  const chosen = { view, team, saved }
  const { conversationId } = useParams({ strict: false })
  const [search, setSearch] = useState('')
  const list = useLines(chosen)
  const selected = useSelection()
  const wanted = search.trim().toLocaleLowerCase()
  const lines = wanted === '' ? list.lines : list.lines.filter(finds(wanted))
  const calm = useCalm({ view: keyOf(chosen), lines, known: list.known })
  useStepping(calm.lines, conversationId)
  const Title = conversationId ? 'h2' : 'h1'
  return (
    <section className={style.list} aria-label="Conversations">
      <header className={style.listHead}>
        <div className={style.listTitle}>
          <Title>Inbox</Title>
          <LineState />
          <Longest lines={list.known.values()} />
          <WriteFirst />
        </div>
        <Search search={search} setSearch={setSearch} />
        {wanted.length > 1 && (
          <Link className={style.everywhere} to="/search" search={{ q: search.trim() }}>
            Search “{search.trim()}” in all that was said
          </Link>
        )}
        <Views chosen={chosen} />
      </header>
      {calm.newer > 0 && (
        <button type="button" className={style.newer} onClick={calm.release}>
          <IconArrowUp size={14} stroke={2} aria-hidden="true" />
          {calm.newer} newer
        </button>
      )}
      {selected.size > 0 && (
        <Suspense>
          <BulkBar selected={selected} known={list.known} />
        </Suspense>
      )}
      <Rows
        key={keyOf(chosen)}
        list={{ ...list, lines: calm.lines }}
        bind={calm.bind}
        here={conversationId}
        empty={
          wanted === '' ? emptyOf(chosen) : `Nobody here matches “${search}”. Names and last words are looked through.`
        }
      />
      <OfflineStrip />
    </section>
  )
}

/** To somebody who has not written, or not for long. */
const WriteFirst = () => {
  const [isOpen, setOpen] = useState(false)
  const write = useWriteTo()
  useKeys({ write: () => setOpen(true) })
  return (
    <>
      <IconButton says="Write to somebody" className={style.write} onClick={() => setOpen(true)}>
        <IconMessagePlus size={18} stroke={1.7} />
      </IconButton>
      {isOpen && (
        <Suspense>
          <Somebody title="Write to somebody" verb="Write to them" chosen={write} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}

/** J and K, along the rows as they stand; X selects. Keys come faster than pages: what counts is where they lead. */
function useStepping(lines: Line[], conversationId: string | undefined) {
  const navigate = useNavigate()
  const aim = useRef(conversationId)
  useEffect(() => {
    aim.current = conversationId
  }, [conversationId])
  const step = (by: 0 | 1 | -1) => {
    const at = lines.findIndex((line) => line.conversationId === aim.current)
    return lines[at < 0 ? 0 : Math.min(lines.length - 1, Math.max(0, at + by))]?.conversationId
  }
  const go = (by: 1 | -1) => {
    const next = step(by)
    if (next === undefined) return
    aim.current = next
    void navigate({
      to: '/inbox/$conversationId',
      params: { conversationId: next },
      search: (before) => before,
    })
  }
  useKeys({
    next: () => go(1),
    previous: () => go(-1),
    select: () => {
      const id = step(0)
      if (id !== undefined) selection.toggle(id)
    },
  })
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
          if (event.key === 'Escape') setSearch('')
          if (event.key !== 'Escape' && event.key !== 'Enter') return
          event.preventDefault()
          event.currentTarget.blur()
          toRow()
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  )
}
