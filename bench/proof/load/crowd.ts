import { io, type Socket } from 'socket.io-client'
import { dialects, type Heard } from '../../messages/dialects.ts'
import { nowUs } from '../../messages/webhooks.ts'
import { paced } from '../../pace.ts'
import { answer } from '../../program.ts'
import type { Opened } from './server.ts'

/** Times in µs, each from when it was due. */
export interface Seen {
  came: number
  twice: number
  sent: number
  refused: number
  screenUs: number[]
  /** When each of them was due, of the machine's clock. */
  dueUs: number[]
  takenUs: number[]
  sentUs: number[]
}

const { listen, follow, reply } = dialects.ours
const seen: Seen = { came: 0, twice: 0, sent: 0, refused: 0, screenUs: [], dueUs: [], takenUs: [], sentUs: [] }
const known = new Set<number>()
const dueOf = new Map<string, number>()
const early = new Set<string>()
/** The staff, and whom each of them follows. */
const desks: { socket: Socket; conversations: string[] }[] = []
let end = () => {}
let given = 0

function hear(heard: Heard) {
  if (heard.kind === 'sent') return left(heard.messageId)
  const [, seq, dueUs] = (heard.kind === 'message' && /^(\d+) (\d+)$/.exec(heard.text ?? '')) || []
  if (seq === undefined) return
  if (known.has(Number(seq))) seen.twice++
  else seen.came++
  known.add(Number(seq))
  seen.screenUs.push(nowUs() - Number(dueUs))
  seen.dueUs.push(Number(dueUs))
}

/** Events and acknowledgements overtake one another. */
function left(messageId: string) {
  const dueUs = dueOf.get(messageId)
  if (dueUs === undefined) return void early.add(messageId)
  dueOf.delete(messageId)
  seen.sent++
  seen.sentUs.push(nowUs() - dueUs)
}

async function say(nth: number, dueUs: number) {
  const { socket, conversations } = desks[nth % desks.length]!
  const conversationId = conversations[Math.floor(nth / desks.length) % conversations.length] ?? ''
  try {
    const messageId = await reply(socket, conversationId, 'Of course, we are looking forward to seeing you then.')
    seen.takenUs.push(nowUs() - dueUs)
    dueOf.set(messageId, dueUs)
    if (early.delete(messageId)) left(messageId)
  } catch (error) {
    seen.refused++
    process.stderr.write(`${String(error)}\n`)
  }
}

answer({
  async start({ url, inbox, tokens, conversations }: Opened & { conversations: string[] }) {
    for (const [nth, token] of tokens.entries()) {
      const socket = io(url, { transports: ['websocket'], auth: { token }, forceNew: true })
      await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject))
      listen(socket, hear)
      const theirs = conversations.filter((_, conversation) => conversation % tokens.length === nth)
      await follow(socket, theirs, inbox)
      desks.push({ socket, conversations: theirs })
    }
  },
  pace({ perSecond }: { perSecond: number }) {
    end = paced(perSecond, (dueUs) => void say(given++, dueUs))
  },
  rest() {
    end()
    return given
  },
  seen: () => seen,
  stop: () => desks.forEach(({ socket }) => void socket.disconnect()),
})
