/** Whose server: Careline, Socket.IO as it comes, or the bare `ws`. */
export type Side = 'ours' | 'socketio' | 'ws'

export interface StartOptions {
  directory: string
  /** So many members of the staff, and so many sign-ins of all of them together, each with a token of its own. */
  people: number
  signIns: number
  /** Where two processes are one service. */
  redis?: string
  store?: string
  /** What the first process of a service made. */
  made?: Made
}

/** What every process of a service knows. */
export interface Made {
  workspaceId: string
  tokens: string[]
  conversationId: string
  /** Nobody reads this one. */
  quietId: string
  /** Three, the one that all watch first; each with the `seq` that it had when all was quiet. */
  streams: { stream: string; since: number }[]
}

export interface Place extends Made {
  url: string
}

export interface Usage {
  cpuMs: number
  /** Of the thread that runs the server; the rest is the store's thread, the collector, the disk. */
  mainMs: number
  /** After a collection: what objects and buffers hold. */
  heldBytes: number
  rssBytes: number
}

/** What the two that are not ours sign their tokens with, with the algorithm that we use. */
export const secret = 'the secret of the servers beside ours'
export const pingMs = 15_000

export function usage(isCollected = false): Usage {
  if (isCollected) for (let nth = 0; nth < 3; nth++) globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  const main = process.threadCpuUsage()
  const { heapUsed, external, rss } = process.memoryUsage()
  return {
    cpuMs: (user + system) / 1_000,
    mainMs: (main.user + main.system) / 1_000,
    heldBytes: heapUsed + external,
    rssBytes: rss,
  }
}

/** An event of ours, with every field that it has: what the others send has the same size. */
export const eventOf = (stream: string, seq: number, text: string) => {
  const at = new Date().toISOString()
  const conversationId = stream.slice('conversation:'.length)
  return {
    stream,
    seq,
    id: `${stream}:${seq}`,
    type: 'message.created',
    at,
    data: {
      message: {
        _id: `msg_${String(seq).padStart(32, '0')}`,
        conversationId,
        n: seq,
        direction: 'note',
        author: { kind: 'staff', id: 'mem_01936b0e7c7a70008000000000000001' },
        episodeId: 'eps_01936b0e7c7a70008000000000000001',
        channelId: null,
        content: { kind: 'text', text },
        replyTo: null,
        status: 'sent',
        error: null,
        reactions: { person: null, staff: null },
        at,
        editedAt: null,
        deletedAt: null,
      },
      conversation: {
        userId: 'usr_one',
        name: 'one',
        contact: '+4915one',
        status: 'open',
        assigneeId: null,
        episode: { id: 'eps_01936b0e7c7a70008000000000000001', openedAt: at },
        unread: 1,
        waitingSince: at,
        channelId: 'ch_bench',
        windowExpiresAt: at,
        automationPausedUntil: null,
        humanRev: 0,
        messageCount: seq,
        lastMessageAt: at,
      },
    },
  }
}
