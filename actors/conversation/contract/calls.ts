import { z } from 'zod'
import { callStatuses } from '../../../kernel/call.ts'
import { CallContent } from '../../../kernel/content.ts'
import { instant, sensitive } from '../../../kernel/marks.ts'
import { Sent } from './message.ts'

const id = z.string().min(1).max(128)
const empty = z.object({})
const sid = z.string().max(64)
const number = sensitive(z.string().max(32))

/** What is told of a call. */
const News = CallContent.omit({ kind: true })

/** A call as the conversation follows it until it is over, and the latest that are. */
export const KnownCall = z.object({
  messageId: id,
  channelId: id,
  /** The provider's own id; null while nobody knows whether there is one. */
  sid: sid.nullable(),
  /** A member of the staff called; otherwise the person did. */
  isOurs: z.boolean(),
  at: instant(),
  status: z.enum(callStatuses),
  seconds: z.int().optional(),
  why: z.string().max(200).optional(),
})
export type KnownCall = z.infer<typeof KnownCall>

/** What came of asking the provider to call. */
export const Placed = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepted'), sid }),
  z.object({ outcome: z.literal('refused'), why: z.string().max(200) }),
  /** It may have been placed; what it tells us of it, or a look at its list, says. */
  z.object({ outcome: z.literal('unknown') }),
])
export type Placed = z.infer<typeof Placed>

/** What was recorded, at a provider that need not keep it. */
export const ToForget = z.object({ channelId: id, mediaId: z.string().max(512) })

const Place = z.object({ messageId: id, channelId: id, memberId: id, to: number, at: instant() })

export const calls = {
  /** A member of the staff calls: their own telephone rings first, and then the person's. */
  call: { input: z.object({ channelId: id.optional() }), reply: Sent },
  hangUp: { input: z.object({ messageId: id }) },
  callPlaced: { input: z.object({ messageId: id, placed: Placed }) },
  /** What the provider tells of a call, late, twice, in any order. */
  callChanged: { input: News.extend({ messageId: id, sid: sid.optional() }) },
  /** It is time to ask what became of a call of which we heard no end. */
  callDue: { input: z.object({ messageId: id }) },
  callSeen: { input: z.object({ messageId: id, news: z.array(News).max(20) }) },
  callAside: { input: empty },
}

export const callEvents = {
  /** What became of a call. */
  'message.call_changed': { stream: 'main', data: z.object({ messageId: id, content: CallContent }) },
} as const

export const callEffects = {
  /** Rings the telephone of the staff. Called twice it would ring twice. */
  placeCall: {
    input: Place,
    result: z.object({ messageId: id, placed: Placed }),
    answer: 'callPlaced',
    repeatable: false,
  },
  endCall: { input: z.object({ channelId: id, sid }), result: empty, answer: 'callAside', repeatable: true },
  /** Asks the provider what became of it. */
  lookAtCall: {
    input: z.object({ call: KnownCall }),
    result: z.object({ messageId: id, news: z.array(News).max(20) }),
    answer: 'callSeen',
    repeatable: true,
  },
  /** We have what was recorded: the provider need not keep it, where the business wants that so. */
  forgetRecording: {
    input: ToForget,
    result: empty,
    answer: 'callAside',
    repeatable: true,
  },
} as const
