import type { Message } from '../../actors/conversation/contract/message.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import type { MailThread } from '../../providers/sender.ts'
import type { OpenChannel } from '../../store/settings/channels.ts'
import type { Place } from '../preferences.ts'

interface Parts {
  /** The latest messages of a conversation, oldest first. */
  latest(workspaceId: string, conversationId: string, limit: number): Promise<Message[]>
  businessOf(workspaceId: string): string
  /** Where the person says that no more of this is to come. */
  unsubscribeUrl(place: Place): Promise<string>
}

/** So far back a thread's mails are looked for; beyond, a new one begins. */
const lookedAt = 50

/** In which thread a mail of ours stands: that of the latest mail, under its subject. */
export const threads =
  ({ latest, businessOf, unsubscribeUrl }: Parts) =>
  async (channel: OpenChannel, conversationId: string, messageId: string): Promise<MailThread> => {
    const { workspaceId, fields } = channel
    const messages = await latest(workspaceId, conversationId, lookedAt)
    const own = messages.find(({ _id }) => _id === messageId)
    const before = messages.filter(({ _id }) => _id !== messageId).toReversed()
    const mails = before.flatMap(({ content }) => (content.kind === 'email' ? [content] : []))
    const came = mails.find(({ mailId }) => mailId !== undefined)
    const subject = mails.find((one) => one.subject !== '')?.subject ?? ''
    const { mailId, references = [] } = came ?? {}
    return {
      subject,
      signature: fields['signature'] ?? '',
      business: businessOf(workspaceId),
      ...(mailId !== undefined && { inReplyTo: mailId, references: [...references, mailId] }),
      ...(own?.author.kind === 'automation' && { isAutomatic: true }),
      // Answers and what was ordered carry none: nobody ends those by one click (RFC 8058 is for bulk).
      ...(own?.class === 'marketing' && {
        unsubscribeUrl: await unsubscribeUrl({
          workspaceId,
          userId: conversationId.slice(conversationIdOf('').length),
          channel: 'email',
          purpose: 'marketing',
        }),
      }),
    }
  }
