import { z } from 'zod'
import { Purpose, Terms } from '../../../kernel/consent.ts'
import { instant, sensitive } from '../../../kernel/marks.ts'

const id = z.string().min(1).max(128)

/** Who asks, and about what, `booking` and `bk_17` say: whoever listens to `question.closed` knows its own by it. */
export const AskedFor = z.object({ kind: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/), ref: id })
export const Choice = z.object({
  id: z.string().regex(/^[\w.-]{1,64}$/),
  /** WhatsApp's bound for a row of a list. */
  title: z.string().trim().min(1).max(24),
})

/** What a person was asked and has not answered. There is one at most: a later one takes its place. */
export const Question = z.object({
  questionId: id,
  for: AskedFor,
  choices: z.array(Choice).min(1).max(10),
  messageId: id,
  askedAt: instant(),
  expiresAt: instant(),
})
export type Question = z.infer<typeof Question>

/** How a question ended: with a choice; too late; by a later one; taken back; or it could not be asked. */
export const Ending = z.enum(['answered', 'expired', 'replaced', 'withdrawn', 'not_asked'])

const Closed = z.object({
  questionId: id,
  for: AskedFor,
  outcome: Ending,
  choiceId: z.string().max(64).nullable(),
  /** The message that answered it. */
  messageId: id.nullable(),
})

/** A word with a meaning of its own, and which it was. */
const Word = z.object({
  messageId: id,
  word: z.enum(['stop', 'start', 'help', 'skip', 'done']),
  /** Of the list that it stands in, ISO 639. */
  language: z.string().max(8),
})

export const understanding = {
  /** What the person's own actor knows of what may be said to them. */
  terms: { input: Terms },
  /** Puts a question with its choices to the person; the answer comes as `question.closed`. */
  ask: {
    input: z.object({
      for: AskedFor,
      text: sensitive(z.string().trim().min(1).max(1_024)),
      choices: z
        .array(Choice)
        .min(1)
        .max(10)
        .refine((all) => new Set(all.map((one) => one.id)).size === all.length, 'Each choice has an id of its own.'),
      /** Until when an answer counts. */
      expiresAt: instant(),
      class: Purpose.default('transactional'),
      channelId: id.optional(),
    }),
    /** `why` is the code of what kept it from being asked. */
    reply: z.object({ questionId: id, isAsked: z.boolean(), why: z.string().max(64).nullable() }),
  },
  /** It need not be answered any more. */
  withdrawQuestion: { input: z.object({ questionId: id }), reply: z.object({ isWithdrawn: z.boolean() }) },
  /** A reminder: nobody answered in time. */
  questionDue: { input: z.object({ questionId: id }) },
}

export const understandingEvents = {
  'question.asked': { stream: 'main' as const, data: z.object({ question: Question }) },
  'question.closed': { stream: 'main' as const, data: Closed },
  'word.heard': { stream: 'main' as const, data: Word },
}
