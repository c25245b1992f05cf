import type { Socket } from 'socket.io-client'
import type { Side } from './place.ts'

/** What a socket of the staff hears, in the words of neither side. */
export type Heard =
  | { kind: 'message'; conversationId: string; text: string | undefined }
  | { kind: 'line'; conversationId: string; text: string | undefined }
  | { kind: 'sent'; messageId: string }

interface Dialect {
  listen(socket: Socket, hear: (what: Heard) => void): void
  /** Follows these conversations, and the inbox where it is named. */
  follow(socket: Socket, conversations: string[], inbox: string | undefined): Promise<void>
  /** Resolves with the message's id when the server has it. */
  reply(socket: Socket, conversationId: string, text: string): Promise<string>
}

interface ToldLine {
  conversationId: string
  last?: { text: string } | null
}
interface OurEvent {
  type: string
  data: {
    message?: { conversationId: string; content: { text?: string } }
    lines?: ToldLine[]
    changes?: ToldLine[]
    messageId?: string
    status?: string
  }
}
interface PlainEvent {
  message?: { conversationId: string; text: string }
  conversation: { _id: string; lastText: string }
}
type Answer = { ok: boolean; messageId?: string; result?: { messageId: string }; streams?: { error?: unknown }[] }

const fine = (answer: Answer) => {
  const refused = answer.streams?.find(({ error }) => error !== undefined)
  if (!answer.ok || refused) throw new Error(`the server refused: ${JSON.stringify(refused ?? answer)}`)
  return answer
}
const ask = async (socket: Socket, name: string, ...given: unknown[]) =>
  fine((await socket.timeout(120_000).emitWithAck(name, ...given)) as Answer)

let commands = 0

/** In a rush the screen may hear at once that it was delivered, or read. */
const isOut = (status: string | undefined) => status === 'sent' || status === 'delivered' || status === 'read'

const ours: Dialect = {
  listen(socket, hear) {
    const out = new Set<string>()
    socket.on('event', ({ type, data: { message, lines, changes = [], messageId, status } }: OurEvent) => {
      if (type === 'message.created' && message)
        hear({ kind: 'message', conversationId: message.conversationId, text: message.content.text })
      else if (type === 'inbox.lines_changed' && lines)
        for (const line of [...lines, ...changes])
          hear({ kind: 'line', conversationId: line.conversationId, text: line.last?.text })
      else if (messageId && isOut(status) && !out.has(messageId)) {
        out.add(messageId)
        hear({ kind: 'sent', messageId })
      }
    })
  },
  async follow(socket, conversations, inbox) {
    const names = conversations.map((id) => `conversation:${id}`)
    const followed = [...names, ...(inbox === undefined ? [] : [`inbox:${inbox}`])]
    const streams = followed.map((stream) => ({ stream, changes: true })) // As the console does.
    if (streams.length > 0) await ask(socket, 'subscribe', { streams })
  },
  async reply(socket, conversationId, text) {
    const input = { conversationId, content: { kind: 'text', text } }
    const id = `${process.pid}-${++commands}`
    return (await ask(socket, 'command', { id, name: 'message.send', input })).result?.messageId ?? ''
  },
}

const plain: Dialect = {
  listen(socket, hear) {
    socket.on('message', ({ message }: PlainEvent) =>
      hear({ kind: 'message', conversationId: message?.conversationId ?? '', text: message?.text }),
    )
    socket.on('line', ({ conversation: { _id, lastText } }: PlainEvent) =>
      hear({ kind: 'line', conversationId: _id, text: lastText }),
    )
    socket.on('status', ({ messageId }: { messageId: string }) => hear({ kind: 'sent', messageId }))
  },
  async follow(socket, conversations, inbox) {
    const names = conversations.map((id) => `conversation:${id}`)
    await ask(socket, 'subscribe', [...names, ...(inbox === undefined ? [] : ['inbox'])])
  },
  async reply(socket, conversationId, text) {
    return (await ask(socket, 'reply', { conversationId, text })).messageId ?? ''
  },
}

export const dialects: Record<Side, Dialect> = { ours, searched: ours, plain }
