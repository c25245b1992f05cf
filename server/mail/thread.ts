import type { Message } from '../../actors/conversation/contract/message.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { mailIdOf } from '../../providers/mail/compose.ts'
import type { MailThread } from '../../providers/sender.ts'
import type { OpenChannel } from '../../store/settings/channels.ts'
import type { Place } from '../preferences.ts'

interface Parts {
  /** The latest messages of a conversation, oldest first. */
  latest(workspaceId: string, conversationId: string, limit: number): Promise<Message[]>
  businessOf(workspaceId: string): string
  /** Where the person says that no more of this is to come. */
  unsubscribe(place: Place): Promise<{ url: string; says: string }>
}

/** So far back a thread's mails are looked for; beyond, a new one begins. */
const lookedAt = 50

/** In which thread a mail of ours stands: that of the latest mail, under its subject. */
export const threads =
  ({ latest, businessOf, unsubscribe }: Parts) =>
  async (channel: OpenChannel, conversationId: string, messageId: string): Promise<MailThread> => {
    const { workspaceId, fields } = channel
    const messages = await latest(workspaceId, conversationId, lookedAt)
    const own = messages.find(({ _id }) => _id === messageId)
    const before = messages.filter(({ _id }) => _id !== messageId).toReversed()
    return {
      ...threadOf(before, channel),
      signature: fields['signature'] ?? '',
      business: businessOf(workspaceId),
      ...(own?.author.kind === 'automation' && { isAutomatic: true }),
      // Answers and what was ordered carry none: nobody ends those by one click (RFC 8058 is for bulk).
      ...(own?.class === 'marketing' && {
        unsubscribe: await unsubscribe({
          workspaceId,
          userId: conversationId.slice(conversationIdOf('').length),
          channel: 'email',
          purpose: 'marketing',
        }),
      }),
    }
  }

/** `before`: the latest first. */
function threadOf(before: readonly Message[], channel: OpenChannel) {
  const mails = before.flatMap(({ content }) => (content.kind === 'email' ? [content] : []))
  const subject = mails.find((one) => one.subject !== '')?.subject ?? ''
  const { mailId, references = [] } = mails.find((one) => one.mailId !== undefined) ?? {}
  const ours = sentSince(before, channel)
  const inReplyTo = mailId ?? ours.at(-1)
  if (inReplyTo === undefined) return { subject }
  return { subject, inReplyTo, references: [...references, ...(mailId === undefined ? [] : [mailId]), ...ours] }
}

const wasSent = ['sent', 'delivered', 'read']

/** Mails of ours after the last that came, the oldest first: a second one without an answer stands under the first. */
function sentSince(before: readonly Message[], { id, fields }: OpenChannel): string[] {
  const end = before.findIndex(({ content }) => content.kind === 'email' && content.mailId !== undefined)
  return before
    .slice(0, end < 0 ? undefined : end)
    .filter(({ direction, channelId, status }) => direction === 'out' && channelId === id && wasSent.includes(status))
    .map(({ _id }) => mailIdOf(_id, fields['mailbox'] ?? ''))
    .toReversed()
}
