import type { OutboxEntry } from '../../client/connect.ts'
import type { CommandInput, Message, ShownError } from '../../client/wire.ts'
import { isWritten } from '../live/written.ts'
import type { Times } from './times.ts'

/** One line of a thread. */
export interface Item {
  key: string
  message: Message
  /** Said where it begins a day. */
  day: string | null
  /** Begins a group: somebody else speaks, or after a while. */
  isNew: boolean
  isLast: boolean
  /** Still on its way to the server, or refused by it. */
  waiting: { id: string; refused: ShownError | null } | null
}

const groupMs = 10 * 60_000
const clockSkewMs = 5_000

interface Given {
  messages: readonly Message[]
  outbox: readonly OutboxEntry[]
  conversationId: string
  /** Who is signed in. */
  me: string
  times: Times
  now: number
}

/** What is drawn: the stream, and below it what the outbox still holds. Nothing is drawn twice. */
export function itemsOf({ messages, outbox, conversationId, me, times, now }: Given): Item[] {
  const shown = new Set<string>()
  const own = outbox.flatMap((entry) => {
    const message = messageOf(entry, conversationId, me)
    if (!message || isShown(entry, message, messages, shown)) return []
    return [{ message, waiting: { id: entry.id, refused: entry.state === 'refused' ? (entry.error ?? null) : null } }]
  })
  const all = [...messages.map((message) => ({ message, waiting: null })), ...own]
  return all.map(({ message, waiting }, index) => {
    const before = all[index - 1]?.message
    const next = all[index + 1]?.message
    const day = times.day(message.at, now)
    return {
      key: message._id,
      message,
      waiting,
      day: before && times.day(before.at, now) === day ? null : day,
      isNew: !before || !goTogether(before, message),
      isLast: !next || !goTogether(message, next) || times.day(next.at, now) !== day,
    }
  })
}

const goTogether = (a: Message, b: Message) =>
  a.direction === b.direction && a.author.id === b.author.id && Date.parse(b.at) - Date.parse(a.at) < groupMs

/** What was given to the outbox, as the message that it will be. */
function messageOf(entry: OutboxEntry, conversationId: string, me: string): Message | undefined {
  if (!isWritten(entry)) return undefined
  const input = entry.input as CommandInput<'message.send'> | CommandInput<'note.add'>
  if (input.conversationId !== conversationId) return undefined
  const isNote = 'text' in input
  return {
    _id: entry.id,
    conversationId,
    n: Number.MAX_SAFE_INTEGER,
    direction: isNote ? 'note' : 'out',
    author: { kind: 'staff', id: me },
    episodeId: '',
    channelId: null,
    content: isNote ? { kind: 'text', text: input.text } : input.content,
    replyTo: isNote ? null : (input.replyTo ?? null),
    status: 'pending',
    error: null,
    reactions: { person: null, staff: null },
    at: new Date(entry.at).toISOString(),
    editedAt: null,
    deletedAt: null,
  }
}

/** The event of a message can come before the answer to its command: then both are here for a moment. */
function isShown(entry: OutboxEntry, made: Message, messages: readonly Message[], taken: Set<string>): boolean {
  if (entry.state === 'refused') return false
  const result = entry.result as { messageId?: string } | undefined
  const content = JSON.stringify(made.content)
  const twin = messages.findLast(
    (one) =>
      !taken.has(one._id) &&
      (one._id === result?.messageId ||
        (entry.sentAt !== undefined &&
          one.author.id === made.author.id &&
          one.direction === made.direction &&
          Date.parse(one.at) > entry.at - clockSkewMs &&
          JSON.stringify(one.content) === content)),
  )
  if (twin) taken.add(twin._id)
  return twin !== undefined
}
