import { z } from 'zod'
import { conversation, ConversationStatus } from '../../actors/conversation/contract.ts'
import { Outgoing } from '../../kernel/content.ts'
import { sensitive } from '../../kernel/marks.ts'
import type { Code } from '../socket/codes.ts'

const id = z.string().min(1).max(128)
const of = z.object({ conversationId: id })
const { send, note, retry, read, assign, take, setStatus } = conversation.messages
const nothing = z.object({})

export interface CommandShape {
  readonly input: z.ZodType
  readonly result: z.ZodType
  /** Only true now: not kept by a client that is offline, and not repeated. */
  readonly isFleeting: boolean
  /** What it may be refused with, besides what every command may be refused with. */
  readonly codes: readonly Code[]
}

const kept = <Input extends z.ZodType, Result extends z.ZodType>(input: Input, result: Result, codes: Code[]) => ({
  input,
  result,
  isFleeting: false as const,
  codes: ['conversation_missing', ...codes] as const,
})
const fleeting = <Input extends z.ZodType>(input: Input) => ({
  input,
  result: nothing,
  isFleeting: true as const,
  codes: ['not_subscribed', 'conversation_missing'] as const,
})

/** What a client can ask for over its socket. The name is `{noun}.{verb}`, as in events. */
export const commandShapes = {
  'message.send': kept(of.extend({ content: Outgoing, channelId: id.optional(), replyTo: id.optional() }), send.reply, [
    'address_missing',
    'wa_window_closed',
  ]),
  'message.read': kept(of.extend({ upTo: z.int().nonnegative() }), read.reply, []),
  'message.retry': kept(z.object({ messageId: id }), retry.reply, [
    'message_missing',
    'not_failed',
    'address_missing',
    'wa_window_closed',
  ]),
  'note.add': kept(of.extend({ text: sensitive(z.string().min(1).max(4_096)) }), note.reply, []),
  'conversation.assign': kept(of.extend({ assigneeId: id.nullable() }), assign.reply, []),
  'conversation.take': kept(of, take.reply, ['already_taken']),
  'conversation.set_status': kept(of.extend({ status: ConversationStatus }), setStatus.reply, []),
  'conversation.typing': fleeting(of.extend({ on: z.boolean() })),
  'conversation.viewing': fleeting(of.extend({ on: z.boolean() })),
} as const satisfies Record<string, CommandShape>

export type CommandShapes = typeof commandShapes
export type CommandName = keyof CommandShapes
