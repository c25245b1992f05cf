import { z } from 'zod'
import { instant, sensitive } from '../../../kernel/marks.ts'
import { ConversationStatus, Header, Preview } from './header.ts'
import { Message } from './message.ts'

const id = z.string().min(1).max(128)
const count = z.int().nonnegative()
const name = sensitive(z.string().max(200))
const empty = z.object({})

/** What a conversation brings along that becomes part of another one. */
export const Brought = z.object({
  from: id,
  name,
  contact: name,
  status: ConversationStatus,
  addresses: z.record(id, sensitive(z.string().max(254))),
  windows: z.record(id, instant()),
  channelId: id.nullable(),
  messageCount: count,
  received: count,
  unread: count,
  waitingSince: instant().nullable(),
  lastMessageAt: instant().nullable(),
  last: Preview.nullable(),
})
export type Brought = z.infer<typeof Brought>

/** Of a conversation whose person was merged with another one, or took another one in. */
export const Joining = z.object({
  /** Where it went on, and what is put back when they are parted again. */
  into: z
    .object({
      conversationId: id,
      userId: id,
      was: Brought.pick({ status: true, lastMessageAt: true, unread: true, messageCount: true }),
    })
    .nullable(),
  /** What was taken in, the latest last; the messages up to number `most` are both conversations' together. */
  taken: z.array(Brought.extend({ most: count })).max(20),
})
export type Joining = z.infer<typeof Joining>
export const notJoined: Joining = { into: null, taken: [] }

/** The messages of two threads in one order, or of one in two; the latest of them are shown. */
const Rearranged = z.object({ from: id, isJoined: z.boolean(), messages: z.array(Message).max(50) })

export const joining = {
  /** The person was merged with this one: their thread goes on in theirs. */
  joinInto: { input: z.object({ userId: id, name }) },
  takeIn: { input: Brought.extend({ userId: id }) },
  /** The merge was undone. */
  letGo: { input: z.object({ from: id }) },
  standAlone: { input: empty },
  rearranged: { input: Rearranged },
  /** The person was erased: nothing here says who it was, and nothing leaves. */
  erasePerson: { input: empty },
}

export const joiningEvents = {
  /** Another thread became part of this one, or left it: the latest messages as they are now. */
  'conversation.rearranged': {
    stream: 'main' as const,
    data: z.object({ conversation: Header, messages: z.array(Message).max(50) }),
  },
}

export const joiningEffects = {
  /** Numbers the messages anew: both threads as one, in the order of their times; or each by itself again. */
  rearrange: {
    input: z.object({ from: id, into: id, most: count, isJoined: z.boolean(), userId: id }),
    result: Rearranged,
    answer: 'rearranged' as const,
    repeatable: true as const,
  },
}
