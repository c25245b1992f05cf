import type { ConversationFilter } from '../../client/api.ts'
import type { Counts, Line } from '../../client/wire.ts'

export const views = ['open', 'unassigned', 'mine', 'resolved', 'all'] as const
export type View = (typeof views)[number]

export const isView = (value: unknown): value is View => views.some((view) => view === value)

interface Kept {
  name: string
  asks: ConversationFilter
  keeps: (line: Line, me: string) => boolean
  count: (counts: Counts) => number | null
  empty: string
}

/** What is shown: one of these, of all teams or of one; or a view that somebody saved, by its id. */
export interface Chosen {
  view: View
  team?: string | undefined
  saved?: string | undefined
}

export const keyOf = ({ view, team, saved }: Chosen) => saved ?? (team === undefined ? view : `${view}/${team}`)

const isOpen = ({ conversation: { status } }: Line) => status !== 'resolved'

export const viewOf: Record<View, Kept> = {
  open: {
    name: 'Open',
    asks: { status: 'open' },
    keeps: isOpen,
    count: ({ open }) => open,
    empty: 'Nobody waits. New messages appear here by themselves.',
  },
  unassigned: {
    name: 'Unassigned',
    asks: { status: 'open', assignee: 'none' },
    keeps: (line) => isOpen(line) && line.conversation.assigneeId === null,
    count: ({ unassigned }) => unassigned,
    empty: 'Everybody has somebody. What is new and not taken appears here.',
  },
  mine: {
    name: 'Mine',
    asks: { status: 'open', assignee: 'me' },
    keeps: (line, me) => isOpen(line) && line.conversation.assigneeId === me,
    count: () => null,
    empty: 'Nothing is assigned to you. Press A in a conversation to take it.',
  },
  resolved: {
    name: 'Resolved',
    asks: { status: 'resolved' },
    keeps: (line) => !isOpen(line),
    count: ({ resolved }) => resolved,
    empty: 'Nothing is resolved yet. Press E in a conversation that is done.',
  },
  all: {
    name: 'All',
    asks: { status: 'all' },
    keeps: () => true,
    count: ({ open, resolved }) => open + resolved,
    empty: 'Nobody has written yet. A message on a connected channel starts the first conversation.',
  },
}
