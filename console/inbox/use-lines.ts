import { useQuery, queryOptions } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Line } from '../../client/wire.ts'
import { cache } from '../live/cache.ts'
import { api } from '../live/careline.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'
import { useSession } from '../live/use-session.ts'
import { onEvent } from '../live/use-stream.ts'
import { useInbox } from '../shell/use-title.ts'
import { viewOf, type View } from './views.ts'

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

const linesQuery = (view: View) =>
  pagesQuery<Line>(['lines', view], (cursor) =>
    api.conversations.list({ ...viewOf[view].asks, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) }),
  )

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

/** The lines of one view, the newest first, always as they are now. */
export function useLines(view: View) {
  const list = usePages(linesQuery(view))
  const known = useKnown(list.pages)
  const me = useSession().user.id
  const lines = useMemo(
    () => [...known.values()].filter((line) => viewOf[view].keeps(line, me)).sort(byNewest),
    [known, view, me],
  )
  return { ...list, known, lines }
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
