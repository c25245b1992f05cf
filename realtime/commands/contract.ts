import { z } from 'zod'
import { attention } from '../../actors/attention/contract.ts'
import { conversation } from '../../actors/conversation/contract.ts'
import { Outgoing } from '../../kernel/content.ts'
import { OwnWords } from '../../kernel/own-words.ts'
import { personCodes } from '../../kernel/consent.ts'
import { templateCodes } from '../../kernel/template-known.ts'
import type { Code } from '../socket/codes.ts'

const id = z.string().min(1).max(128)
const of = z.object({ conversationId: id })
const { write, send, note, retry, read, assign, take, setStatus, setPriority, tag, setTeam } = conversation.messages
const { schedule, reschedule, cancelScheduled, pauseAutomation, resumeAutomation, setAiMode } = conversation.messages
const { settleDraft, askRating } = conversation.messages
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
  codes: ['conversation_missing', 'conversation_merged', ...codes] as const,
})
const fleeting = <Input extends z.ZodType>(input: Input) => ({
  input,
  result: nothing,
  isFleeting: true as const,
  codes: ['not_subscribed', 'conversation_missing'] as const,
})

/** What a client can ask for over its socket. The name is `{noun}.{verb}`, as in events. */
export const commandShapes = {
  /** Somebody who is looked after writes, in the app. */
  'own_message.send': kept(OwnWords, write.reply, [
    'app_not_connected',
    'not_carried',
    'no_such_choice',
    'file_missing',
  ]),
  'own_message.read': kept(z.object({ upTo: z.int().nonnegative() }), nothing, []),
  'message.send': kept(of.extend({ content: Outgoing, channelId: id.optional(), replyTo: id.optional() }), send.reply, [
    'address_missing',
    'wa_window_closed',
    ...personCodes,
    'not_carried',
    'text_too_long',
    'address_suppressed',
    'consent_missing',
    'frequency_cap',
    ...templateCodes,
  ]),
  'message.read': kept(of.extend({ upTo: z.int().nonnegative() }), read.reply, []),
  'message.retry': kept(z.object({ messageId: id }), retry.reply, [
    'message_missing',
    'not_failed',
    'address_missing',
    'wa_window_closed',
    ...personCodes,
    'address_suppressed',
    'consent_missing',
    'quiet_hours',
    'frequency_cap',
    'pair_rate',
    'not_carried',
    'text_too_long',
    ...templateCodes,
  ]),
  'note.add': kept(of.extend(note.input.shape), note.reply, ['invalid_request']),
  'conversation.assign': kept(of.extend({ assigneeId: id.nullable() }), assign.reply, []),
  'conversation.take': kept(of, take.reply, ['already_taken']),
  'conversation.set_status': kept(of.extend(setStatus.input.shape), setStatus.reply, ['wrong_status', 'invalid_time']),
  'conversation.set_priority': kept(of.extend(setPriority.input.shape), setPriority.reply, []),
  'conversation.tag': kept(of.extend(tag.input.shape), tag.reply, ['too_many_tags']),
  'conversation.set_team': kept(of.extend(setTeam.input.shape), setTeam.reply, []),
  'conversation.pause_automation': kept(of.extend(pauseAutomation.input.shape), pauseAutomation.reply, []),
  'conversation.resume_automation': kept(of, resumeAutomation.reply, []),
  'conversation.set_ai_mode': kept(of.extend(setAiMode.input.shape), setAiMode.reply, []),
  'message.schedule': kept(of.extend(schedule.input.shape), schedule.reply, ['invalid_time', 'too_many_scheduled']),
  'message.reschedule': kept(of.extend(reschedule.input.shape), reschedule.reply, ['not_scheduled', 'invalid_time']),
  'message.cancel': kept(of.extend(cancelScheduled.input.shape), cancelScheduled.reply, ['not_scheduled']),
  'draft.settle': kept(of.extend(settleDraft.input.shape), settleDraft.reply, []),
  'rating.ask': kept(of, askRating.reply, ['nothing_to_rate', 'already_asked']),
  'attention.look': { ...kept(attention.messages.look.input, attention.messages.look.reply, []), codes: [] },
  'conversation.typing': fleeting(of.extend({ on: z.boolean() })),
  'conversation.viewing': fleeting(of.extend({ on: z.boolean() })),
} as const satisfies Record<string, CommandShape>

export type CommandShapes = typeof commandShapes
export type CommandName = keyof CommandShapes
