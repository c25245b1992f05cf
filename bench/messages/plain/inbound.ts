import type { Server } from 'socket.io'
import { isDuplicate } from '../../../store/connection.ts'
import type { Webhook } from '../webhooks.ts'
import type { Conversation, Counts, Models } from './models.ts'

export interface Parts {
  models: Models
  io: Server
}
type Said = Webhook['entry'][number]['changes'][number]['value']

const windowMs = 24 * 60 * 60_000

/** Resolves when the raw event is kept; the answer goes on when the message is handled. Nothing for a repetition. */
export async function keep({ models }: Parts, webhook: Webhook, handle: (value: Said) => Promise<void>) {
  const { value } = webhook.entry[0]?.changes[0] ?? {}
  const _id = value?.messages[0]?.id
  if (!value || !_id) return undefined
  try {
    await models.WebhookEvent.create({ _id, raw: JSON.stringify(webhook), receivedAt: new Date() })
  } catch (error) {
    if (isDuplicate(error)) return undefined
    throw error
  }
  return async () => {
    await handle(value)
    await models.WebhookEvent.updateOne({ _id }, { processedAt: new Date() })
  }
}

/** A person's message: the person, the conversation, the message, the counts; then everybody's screen. */
export async function receive({ models, io }: Parts, { messages, contacts }: Said) {
  const [said] = messages
  if (!said) return
  const now = new Date()
  const { from: phone, id: providerId, text } = said
  const name = contacts[0]?.profile.name ?? ''
  const heard = { name, lastMessageAt: now, lastText: text.body.slice(0, 80), status: 'open' as const }
  const [conversation] = await Promise.all([
    models.Conversation.findOneAndUpdate(
      { phone },
      { $set: { ...heard, windowExpiresAt: new Date(now.getTime() + windowMs) }, $inc: { unread: 1, messageCount: 1 } },
      { upsert: true, returnDocument: 'after', lean: true },
    ),
    models.Person.updateOne({ phone }, { $set: { name, lastSeenAt: now } }, { upsert: true }),
  ])
  if (!conversation) return // Not after an upsert.
  const { _id: conversationId, messageCount: n, unread } = conversation
  const [message, counts] = await Promise.all([
    new models.Message({
      conversationId,
      n,
      direction: 'in',
      authorId: phone,
      text: text.body,
      status: 'received',
      providerId,
      at: now,
    }).save(),
    countsAfter(models, { open: n === 1 ? 1 : 0, unread: unread === 1 ? 1 : 0 }),
  ])
  show(io, conversation, message.toObject(), counts)
}

/** Only a conversation that was new or read before changes them. */
export async function countsAfter({ Counts }: Models, by: { open: number; unread: number }) {
  if (by.open === 0 && by.unread === 0) return undefined
  return Counts.findByIdAndUpdate('inbox', { $inc: by }, { upsert: true, returnDocument: 'after', lean: true })
}

export function show(io: Server, conversation: Conversation, message: object, counts: Counts | undefined | null) {
  io.to(`conversation:${String(conversation._id)}`).emit('message', { message, conversation })
  io.to('inbox').emit('line', { conversation, ...(counts && { counts }) })
}
