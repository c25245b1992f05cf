import { phoneNumberId } from '../webhooks.ts'
import { countsAfter, type Parts, show } from './inbound.ts'

interface Reply {
  conversationId: string
  text: string
}

/** A member of the staff answers. Resolves when the answer is kept; it is sent after that. */
export async function reply(parts: Parts & { provider: string; token: string }, staffId: string, wish: Reply) {
  const { models, io } = parts
  const { conversationId, text } = wish
  const now = new Date()
  const before = await models.Conversation.findByIdAndUpdate(
    conversationId,
    {
      $set: { unread: 0, waitingSince: null, lastMessageAt: now, lastText: text.slice(0, 80) },
      $inc: { messageCount: 1 },
    },
    { returnDocument: 'before', lean: true },
  )
  if (!before) throw new Error('There is no such conversation.')
  const conversation = {
    ...before,
    unread: 0,
    lastMessageAt: now,
    messageCount: before.messageCount + 1,
    lastText: text,
  }
  const [message, counts] = await Promise.all([
    new models.Message({
      conversationId,
      n: conversation.messageCount,
      direction: 'out',
      authorId: staffId,
      text,
      status: 'pending',
      at: now,
    }).save(),
    countsAfter(models, { open: 0, unread: before.unread > 0 ? -1 : 0 }),
  ])
  show(io, conversation, message.toObject(), counts)

  const send = async () => {
    const providerId = await deliver(parts, before.phone, text)
    await models.Message.updateOne({ _id: message._id }, { status: 'sent', providerId })
    io.to(`conversation:${conversationId}`).emit('status', { messageId: message.id, status: 'sent' })
  }
  return { messageId: message.id, send }
}

async function deliver({ provider, token }: { provider: string; token: string }, to: string, text: string) {
  const response = await fetch(`${provider}/${phoneNumberId}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messaging_product: 'whatsapp', to, type: 'text', text: { body: text } }),
    signal: AbortSignal.timeout(10_000),
  })
  if (!response.ok) throw new Error(`The provider said ${response.status}.`)
  const { messages } = (await response.json()) as { messages: { id: string }[] }
  return messages[0]?.id
}
