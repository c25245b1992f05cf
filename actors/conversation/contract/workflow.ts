import { z } from 'zod'
import { instant, sensitive } from '../../../kernel/marks.ts'
import { Label } from '../../../kernel/person.ts'
import { AiMode, ConversationStatus, Priority, Tags, tagsMax } from './header.ts'
import { Mentions, Sent } from './message.ts'

const id = z.string().min(1).max(128)
const empty = z.object({})

const Standing = z.object({ status: ConversationStatus, snoozedUntil: instant().nullable() })
const unread = z.int().nonnegative()

/** What staff do with a conversation besides talking. */
export const workflow = {
  /**
   * `until` is asked for, and taken, with `snoozed` alone: when it comes back by itself. `reason` stands in the thread.
   */
  setStatus: {
    input: z.object({
      status: ConversationStatus,
      until: instant().optional(),
      reason: sensitive(z.string().trim().min(1).max(500)).optional(),
    }),
    reply: Standing,
  },
  /** A reminder: what was put off is due. */
  wake: { input: z.object({ until: instant() }) },
  setPriority: { input: z.object({ priority: Priority }), reply: z.object({ priority: Priority }) },
  tag: {
    input: z.object({
      add: z.array(Label).max(tagsMax).optional(),
      remove: z.array(Label).max(tagsMax).optional(),
    }),
    reply: z.object({ tags: Tags }),
  },
  setTeam: { input: z.object({ teamId: id.nullable() }), reply: z.object({ teamId: id.nullable() }) },
  assign: { input: z.object({ assigneeId: id.nullable() }), reply: z.object({ assigneeId: id.nullable() }) },
  /** Of many who take it at once, one has it, and the others are told who (`already_taken`). */
  take: { input: empty, reply: z.object({ assigneeId: id }) },
  /** This member has seen everything up to this message: `unread` is what none has seen, `mine` what this one has not. */
  read: { input: z.object({ upTo: z.int().nonnegative() }), reply: z.object({ unread, mine: unread }) },
  /** Staff only: the person never sees it. The edge makes sure that whom it mentions works here. */
  note: {
    input: z.object({ text: sensitive(z.string().min(1).max(4_096)), mentions: Mentions.optional() }),
    reply: Sent,
  },
  /** A reminder: a promise is nearly broken, or is. */
  slaDue: { input: empty },
  setAiMode: { input: z.object({ aiMode: AiMode }), reply: z.object({ aiMode: AiMode }) },
}
