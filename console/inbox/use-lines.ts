import { useQuery, queryOptions } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import type { ConversationFilter } from '../../client/api.ts'
import type { Filter } from '../../client/tools.ts'
import type { Line } from '../../client/wire.ts'
import { cache } from '../live/cache.ts'
import { api } from '../live/careline.ts'
import { tools } from '../live/tools.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'
import { useSession } from '../live/use-session.ts'
import { onEvent } from '../live/use-stream.ts'
import { useInbox } from '../shell/use-title.ts'
import { type Chosen, keyOf, viewOf } from './views.ts'

const pageSize = 50
const touchedMax = 2_000

type Touched = Readonly<Record<string, Line>>

// The lines that changed since the lists were read, whatever list they belong to: they lie over the pages.
const touchedQuery = queryOptions({
  queryKey: ['touched'],
  queryFn: (): Touched => ({}),
  initialData: (): Touched => ({}),
  staleTime: Infinity,
  gcTime: Infinity,
})

let hasSnapshot = false

onEvent((event, stream) => {
  if (!stream.startsWith('inbox:')) return
  if (event?.type === 'inbox.lines_changed') {
    const { lines } = event.data as { lines: Line[] }
    cache.setQueryData(touchedQuery.queryKey, (before = {}) => lines.reduce(withLine, before))
    return
  }
  // A second snapshot means that events were missed for good: then the pages are asked for again.
  if (event === undefined && hasSnapshot) {
    cache.setQueryData(touchedQuery.queryKey, {})
    void cache.invalidateQueries({ queryKey: ['pages', 'lines'] })
  }
  hasSnapshot = true
})

function withLine(before: Touched, line: Line): Touched {
  const { [line.conversationId]: _, ...others }: Record<string, Line> = before
  const ids = Object.keys(others)
  if (ids.length >= touchedMax) delete others[ids[0] ?? '']
  return { ...others, [line.conversationId]: line }
}

const teamField = (team: string): Filter =>
  team === 'none' ? { field: 'team', is: 'unknown' } : { field: 'team', is: 'is', value: team }

/** The built-in views in the language of filters: with a team, the server is asked by it. */
function filterOf({ status, assignee }: ConversationFilter, team: string): Filter {
  const parts: Filter[] = [teamField(team)]
  if (status !== undefined && status !== 'all') parts.push({ field: 'status', is: 'is', value: status })
  if (assignee === 'none') parts.push({ field: 'assignee', is: 'unknown' })
  else if (assignee !== undefined) parts.push({ field: 'assignee', is: 'is', value: assignee })
  return { all: parts }
}

const linesQuery = ({ view, team, saved }: Chosen) =>
  pagesQuery<Line>(['lines', keyOf({ view, team, saved })], (cursor) => {
    const page = { limit: pageSize, ...(cursor !== undefined && { cursor }) }
    if (saved !== undefined) return tools.inView(saved, page)
    if (team !== undefined) return tools.matching(filterOf(viewOf[view].asks, team), page)
    return api.conversations.list({ ...viewOf[view].asks, ...page })
  })

/** Every line that is known, by conversation: pages, then the snapshot of the inbox, then what changed since. */
function useKnown(pages: readonly { items: Line[] }[] | undefined) {
  const snapshot = useInbox().data?.lines
  const touched = useQuery(touchedQuery).data
  return useMemo(() => {
    const known = new Map<string, Line>()
    for (const page of pages ?? []) for (const line of page.items) known.set(line.conversationId, line)
    for (const line of snapshot ?? []) known.set(line.conversationId, line)
    for (const line of Object.values(touched)) known.set(line.conversationId, line)
    return known
  }, [pages, snapshot, touched])
}

/** The lines of what is chosen, in its order, always as they are now. */
export function useLines(chosen: Chosen) {
  const { view, team, saved } = chosen
  const list = usePages(linesQuery(chosen))
  const known = useKnown(list.pages)
  const me = useSession().user.id
  useRenewed(saved === undefined ? undefined : list.again)
  const lines = useMemo(() => {
    // What a saved view asks is the server's to answer: its pages are read again when anything has changed.
    if (saved !== undefined)
      return (list.pages ?? []).flatMap(({ items }) => items.flatMap((line) => known.get(line.conversationId) ?? []))
    const isOfTeam = ({ conversation: { teamId } }: Line) => team === undefined || (teamId ?? 'none') === team
    return [...known.values()].filter((line) => viewOf[view].keeps(line, me) && isOfTeam(line)).sort(byNewest)
  }, [known, list.pages, view, team, saved, me])
  return { ...list, known, lines }
}

const renewMs = 2_000

/** Some time after something changed, and not for each that did. */
function useRenewed(again: (() => void) | undefined) {
  const touched = useQuery(touchedQuery).data
  const held = useRef(again)
  useEffect(() => {
    held.current = again
  })
  const isAsked = again !== undefined
  useEffect(() => {
    if (!isAsked) return
    const timer = setTimeout(() => held.current?.(), renewMs)
    return () => clearTimeout(timer)
  }, [touched, isAsked])
}

const newestOf = ({ conversation: { lastMessageAt } }: Line) => lastMessageAt ?? ''

function byNewest(a: Line, b: Line) {
  if (newestOf(a) !== newestOf(b)) return newestOf(a) < newestOf(b) ? 1 : -1
  return a.conversationId < b.conversationId ? 1 : -1
}

/** Who waits longest for an answer, of the lines that are known. */
export function longest(lines: Iterable<Line>): Line | undefined {
  let first: Line | undefined
  for (const line of lines) {
    const { waitingSince, status } = line.conversation
    if (waitingSince === null || status === 'resolved') continue
    if (!first || waitingSince < (first.conversation.waitingSince ?? '')) first = line
  }
  return first
}
