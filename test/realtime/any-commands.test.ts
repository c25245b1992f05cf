import { expect } from 'chai'
import fc from 'fast-check'
import { channel } from '../../actors/channel/contract.ts'
import { conversation } from '../../actors/conversation/contract.ts'
import { user } from '../../actors/user/contract.ts'
import type { Client, StreamName } from '../../client/connect.ts'
import { ApiProblem } from '../../client/problem.ts'
import { asOpened, caughtUp, reached } from '../harness/verify-stream.ts'
import { type Floor, type Hall, openFloor } from './floor.ts'

const text = fc.string({ minLength: 1, maxLength: 20 }).filter((said) => said.trim() !== '')
const nth = fc.nat({ max: 5 })
const step = fc.oneof(
  fc.record({ do: fc.constant('say' as const), text }),
  fc.record({ do: fc.constant('edit' as const), nth, text }),
  fc.record({ do: fc.constant('withdraw' as const), nth }),
  fc.record({ do: fc.constant('react' as const), nth, emoji: fc.constantFrom('👍', null) }),
  fc.record({ do: fc.constant('send' as const), text }),
  fc.record({ do: fc.constant('status' as const), nth, status: fc.constantFrom('delivered', 'read', 'failed') }),
  fc.record({ do: fc.constant('retry' as const), nth }),
  fc.record({ do: fc.constant('note' as const), text }),
  fc.record({ do: fc.constant('read' as const), nth }),
  fc.record({ do: fc.constant('assign' as const), to: fc.constantFrom('ana', 'ben', null) }),
  fc.record({ do: fc.constant('take' as const) }),
  fc.record({ do: fc.constant('resolve' as const), status: fc.constantFrom('open', 'pending', 'resolved') }),
  fc.record({ do: fc.constant('rename' as const), name: text }),
  fc.record({ do: fc.constant('pace' as const), perSecond: fc.integer({ min: 500, max: 1_000 }) }),
  // What is not a command, and must change nothing: somebody is cut, or comes.
  fc.record({ do: fc.constant('cut' as const) }),
  fc.record({ do: fc.constant('come' as const) }),
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

let people = 0

/** One conversation of a new person, seen by somebody never cut, somebody who is, and newcomers. */
class Play {
  readonly #floor: Floor
  readonly #hall: Hall
  readonly #person: Awaited<ReturnType<Floor['person']>>
  readonly #heard: string[] = []
  readonly #sent: string[] = []
  readonly streams: StreamName[]
  readonly steady: Client
  readonly traveller: Client
  readonly newcomers: Client[] = []

  private constructor(floor: Floor, hall: Hall, person: Awaited<ReturnType<Floor['person']>>) {
    this.#floor = floor
    this.#hall = hall
    this.#person = person
    const { userId, stream } = person
    this.streams = [stream, 'inbox:w1', `user:${userId}`, `user.me:${userId}`, 'channel:chn_1']
    // Who reads the person's own stream must be that person; here a member of the staff has their id.
    this.steady = hall.client(`staff:${userId}`)
    this.traveller = hall.client(`staff:${userId}`)
  }

  static async begin(floor: Floor, hall: Hall): Promise<Play> {
    const play = new Play(floor, hall, await floor.person(`P${++people}`))
    play.#heard.push(await play.#person.say('hello'))
    await floor.settled()
    for (const client of [play.steady, play.traveller]) await play.open(client)
    return play
  }

  async open(client: Client) {
    await Promise.all(this.streams.map((stream) => client.open(stream).ready()))
  }

  async take(one: Step) {
    const { conversationId } = this.#person
    const thread = this.#floor.machine().at(conversation, conversationId)
    const heard = (at: number) => this.#heard[at % this.#heard.length] ?? ''
    const sent = (at: number) => this.#sent[at % this.#sent.length] ?? 'msg_none'
    switch (one.do) {
      case 'say':
        return void this.#heard.push(await this.#person.say(one.text))
      case 'edit':
        return thread.edit({ messageId: heard(one.nth), content: { kind: 'text', text: one.text }, at: Date.now() })
      case 'withdraw':
        return thread.withdraw({ messageId: heard(one.nth), at: Date.now() })
      case 'react':
        return thread.react({ messageId: heard(one.nth), emoji: one.emoji })
      case 'status':
        return thread.statusChanged({
          messageId: sent(one.nth),
          status: one.status,
          error: null,
          providerId: null,
        })
      case 'rename':
        return this.#floor.machine().at(user, this.#person.userId).update({ name: one.name })
      case 'pace':
        return this.#floor
          .machine()
          .at(channel, 'chn_1')
          .configure({ limits: { perSecond: one.perSecond, burst: 1_000, pairMs: 0 } })
      case 'cut':
        return this.traveller.cut()
      case 'come':
        return void this.newcomers.push(this.#hall.client(`staff:${this.#person.userId}`))
      default:
        return this.#command(one, conversationId, sent)
    }
  }

  /** What staff do goes over the socket of whoever is never cut. */
  async #command(
    one: Extract<Step, { do: 'send' | 'retry' | 'note' | 'read' | 'assign' | 'take' | 'resolve' }>,
    conversationId: string,
    sent: (at: number) => string,
  ) {
    const { steady } = this
    switch (one.do) {
      case 'send': {
        const { messageId } = await steady.command('message.send', {
          conversationId,
          content: { kind: 'text', text: one.text },
        })
        return void this.#sent.push(messageId)
      }
      case 'retry':
        return steady.command('message.retry', { messageId: sent(one.nth) })
      case 'note':
        return steady.command('note.add', { conversationId, text: one.text })
      case 'read':
        return steady.command('message.read', { conversationId, upTo: one.nth })
      case 'assign':
        return steady.command('conversation.assign', { conversationId, assigneeId: one.to })
      case 'take':
        return steady.command('conversation.take', { conversationId })
      case 'resolve':
        return steady.command('conversation.set_status', { conversationId, status: one.status })
    }
  }

  close() {
    for (const client of [this.steady, this.traveller, ...this.newcomers]) client.close()
  }
}

describe('socket: any sequence of commands', () => {
  let floor: Floor
  let hall: Hall
  before(async () => {
    floor = await openFloor()
    hall = await floor.gateway({ limits: { commandsPerSecond: 1_000, recentEvents: 4 } })
  })
  after(async () => {
    await hall.close()
    await floor.close()
  })

  it('leaves every stream the same for who was never cut, who was, who came in between, and who comes now', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const play = await Play.begin(floor, hall)
        for (const one of steps)
          await play.take(one)?.catch((error: unknown) => {
            // Some of them make no sense when they come: what is refused changes nothing.
            if (!(error instanceof ApiProblem || (error as { kind?: string }).kind)) throw error
          })
        await floor.settled()
        const late = hall.client(`staff:${play.streams[2]?.slice('user:'.length)}`)
        const clients = [late, play.steady, play.traveller, ...play.newcomers]
        await Promise.all(clients.map((client) => play.open(client)))
        for (const stream of play.streams) {
          const handles = clients.map((client) => client.open(stream))
          const head = handles[0]?.seq() ?? 0
          await Promise.all(clients.map(caughtUp))
          await Promise.all(handles.map((handle) => reached(handle, head)))
          const [truth, ...others] = handles.map((handle) => asOpened(handle.state()))
          for (const other of others) expect(other, stream).to.deep.equal(truth)
        }
        late.close()
        play.close()
      }),
      { numRuns: 10, seed: 6 },
    )
    expect(floor.errors).to.deep.equal([])
  })
})
