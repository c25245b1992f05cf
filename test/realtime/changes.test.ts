import { expect } from 'chai'
import fc from 'fast-check'
import { conversation } from '../../actors/conversation/contract.ts'
import { LiveStream } from '../../client/live-stream.ts'
import { reducers } from '../../client/streams/index.ts'
import type { Header, Line } from '../../client/wire.ts'
import { Changes } from '../../realtime/socket/changes.ts'
import type { WireEvent } from '../../realtime/socket/wire.ts'
import { inboxStreams } from '../../realtime/streams/inbox.ts'
import { asOpened } from '../harness/verify-stream.ts'
import { until } from '../harness/until.ts'
import { type Floor, type Hall, openFloor } from './floor.ts'

const stream = 'inbox:w1'
const type = 'inbox.lines_changed'
const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 9, minute)).toISOString()
const counts = { open: 0, unassigned: 0, unread: 0, resolved: 0 }

/** The conversations as they are, and the stream that tells of them. Between two events they may change more than once. */
class Inbox {
  readonly truth: Line[]
  readonly log: WireEvent[] = []
  readonly changes = new Changes([inboxStreams], () => true)
  readonly readers: Reader[] = []

  constructor(size: number) {
    const conversation = { tags: [], seen: {}, sla: null, unread: 0, status: 'open', lastMessageAt: at(0) }
    this.truth = Array.from({ length: size }, (_, nth) => ({
      conversationId: `c${nth}`,
      conversation: conversation as unknown as Header,
      last: null,
    }))
  }

  change(nth: number, values: Partial<Header>, last?: Line['last']) {
    const before = this.truth[nth]!
    this.truth[nth] = {
      ...before,
      conversation: { ...before.conversation, ...values },
      last: last === undefined ? before.last : last,
    }
  }

  tell(...nths: number[]) {
    const seq = this.log.length + 1
    const lines = nths.map((nth) => this.truth[nth]!)
    const event = { stream, seq, id: `${stream}:${seq}`, type, at: at(0), data: { lines, counts } }
    this.log.push(event)
    const shorter = this.changes.of('w1/inbox', event)
    for (const reader of this.readers) reader.hear(shorter && reader.after < shorter.first ? shorter.event : event)
  }

  /** What it shows may be newer than the last event, and is then told by none. */
  get snapshot() {
    return { counts, lines: this.truth.filter(({ conversation: { status } }) => status === 'open') }
  }
}

class Reader {
  readonly #inbox: Inbox
  readonly live = new LiveStream(stream, reducers.inbox)
  /** What the server knows: after which event it has heard each. */
  after = Infinity
  isCut = false
  changes = 0
  readonly wrong: string[] = []

  constructor(inbox: Inbox) {
    this.#inbox = inbox
    inbox.readers.push(this)
    this.live.listeners.add(({ event }) => {
      if (!event) return
      const { lines } = event.data as { lines: Line[] }
      const told = (inbox.log[event.seq - 1]!.data as { lines: Line[] }).lines
      for (const line of lines) {
        const as = told.find(({ conversationId }) => conversationId === line.conversationId)
        if (JSON.stringify(as, order) !== JSON.stringify(line, order)) this.wrong.push(`${event.seq}`)
      }
    })
    this.come(true)
  }

  hear(event: WireEvent) {
    if (this.isCut) return
    this.changes += ((event.data as { changes?: unknown[] }).changes ?? []).length
    this.live.take(event)
  }

  come(isAnew: boolean) {
    this.isCut = false
    const { log, snapshot } = this.#inbox
    this.after = log.length
    const { seq } = this.live
    if (isAnew || seq === undefined) this.live.answer({ stream, seq: log.length, snapshot })
    else this.live.answer({ stream, seq: log.length, events: log.slice(seq) })
  }
}

const order = (_: string, value: unknown) =>
  value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value

const nth = fc.nat(5)
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const), nth, minute: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('mark' as const), nth, unread: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), nth, isOpen: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('tell' as const), nths: fc.uniqueArray(nth, { minLength: 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), who: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('come' as const), who: fc.nat(2), isAnew: fc.boolean() }) },
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

function take(inbox: Inbox, one: Step) {
  if (one.do === 'write') {
    const last = { messageId: `m${one.minute}`, text: 'x', kind: 'text', direction: 'in', hasFailed: false } as const
    inbox.change(one.nth, { lastMessageAt: at(one.minute) }, last)
  } else if (one.do === 'mark') inbox.change(one.nth, { unread: one.unread, seen: { [`ana${one.unread}`]: 1 } })
  else if (one.do === 'settle') inbox.change(one.nth, { status: one.isOpen ? 'open' : 'resolved' })
  else if (one.do === 'tell') inbox.tell(...one.nths)
  else if (one.do === 'cut') inbox.readers[one.who]!.isCut = true
  else inbox.readers[one.who]!.come(one.isAnew)
}

describe('socket: what is told of a line that was told before', () => {
  it('ends as a fresh snapshot, whoever joins when, and is whole again wherever it is heard', () => {
    let changes = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), (steps) => {
        const inbox = new Inbox(6)
        for (let readers = 0; readers < 3; readers++) new Reader(inbox)
        for (const one of steps) take(inbox, one)
        inbox.tell(0, 1, 2, 3, 4, 5)
        for (const reader of inbox.readers) {
          if (reader.isCut) reader.come(false)
          expect(reader.live.hasHole).to.equal(false)
          const lines = [...(reader.live.state as { lines: Line[] }).lines].sort(byId)
          expect(lines).to.deep.equal(inbox.snapshot.lines)
          expect(reader.wrong).to.deep.equal([])
          changes += reader.changes
        }
      }),
      { numRuns: 80, seed: 20261122 },
    )
    expect(changes, 'something was told as changes').to.be.greaterThan(800)
  })

  it('builds on nothing that a client has forgotten, however many lines there are', () => {
    const size = 2_600
    const inbox = new Inbox(size)
    const reader = new Reader(inbox)
    let chance = 20261122
    const any = () => (chance = (chance * 16_807) % 2_147_483_647) % size
    for (let n = 0; n < 120; n++) {
      const some = [...new Set(Array.from({ length: 100 }, any))]
      // The others are told without a change: the server passes over them, and to the client they come whole again.
      for (const one of some.slice(0, 50)) inbox.change(one, { unread: n })
      inbox.tell(...some)
    }
    expect(reader.live.hasHole).to.equal(false)
    expect(reader.wrong).to.deep.equal([])
    expect(reader.changes).to.be.greaterThan(1_000)
  })

  it('is told whole after a hole, also to those who have heard it', () => {
    const inbox = new Inbox(1)
    inbox.tell(0)
    inbox.change(0, { unread: 1 })
    inbox.log.push({ ...inbox.log[0]!, seq: 2 }) // This process never had it.
    const event = { ...inbox.log[0]!, seq: 3, data: { lines: inbox.truth, counts } }
    expect(inbox.changes.of('w1/inbox', event)).to.equal(undefined)
  })

  it('is nothing at all where nothing has changed, and whole once it is told after long', () => {
    const inbox = new Inbox(2)
    const reader = new Reader(inbox)
    inbox.tell(0)
    inbox.tell(0)
    expect(inbox.changes.of('w1/inbox', { ...inbox.log[1]!, seq: 3 })?.event.data).to.deep.equal({
      counts,
      lines: [],
      changes: [],
    })
    inbox.log.push({ ...inbox.log[1]!, seq: 3 })
    reader.live.take(inbox.log[2]!)
    for (let n = 0; n < 300; n++) inbox.tell(1)
    const before = reader.changes
    inbox.change(0, { unread: 9 })
    inbox.tell(0)
    expect(reader.changes).to.equal(before)
  })
})

const byId = (one: Line, other: Line) => (one.conversationId < other.conversationId ? -1 : 1)

describe('socket: an inbox of which a client hears changes', () => {
  let floor: Floor
  let hall: Hall
  before(async () => {
    floor = await openFloor()
    hall = await floor.gateway()
  })
  after(async () => {
    await hall.close()
    await floor.close()
  })
  const told = ({ heard }: { heard: { event: string; message: any }[] }) =>
    heard.filter(({ event, message }) => event === 'event' && message.type === type).map(({ message }) => message.data)

  it('is told only those, and whoever did not ask for it, or has just come, whole lines', async () => {
    const pat = await floor.person('Pat')
    await pat.say('one')
    await floor.settled()
    const [asked, old] = [await hall.socket('staff:ana'), await hall.socket('staff:ben')]
    await asked.ask('subscribe', { streams: [{ stream, changes: true }] })
    await old.ask('subscribe', { streams: [{ stream }] })
    await pat.say('two')
    await until(() => told(asked).length === 1)
    expect(told(asked)[0].lines, 'the first one is whole').to.deep.equal(told(old)[0].lines)

    const late = await hall.socket('staff:cem')
    await late.ask('subscribe', { streams: [{ stream, changes: true }] })
    await floor.machine().at(conversation, pat.conversationId).assign({ assigneeId: 'ana' })
    await until(() =>
      [asked, old, late].every((one) => told(one).length > 0 && told(one).at(-1).counts.unassigned === 0),
    )
    expect(told(asked).at(-1).lines).to.deep.equal([])
    expect(told(asked).at(-1).changes).to.deep.equal([
      { conversationId: pat.conversationId, conversation: { assigneeId: 'ana' } },
    ])
    for (const whole of [old, late]) {
      expect(told(whole).at(-1).lines[0].conversation).to.include({ name: 'Pat', assigneeId: 'ana' })
      expect(told(whole).at(-1)).not.to.have.property('changes')
    }

    // A snapshot may take the place of what it heard: from then on nothing of that counts.
    await asked.ask('subscribe', { streams: [{ stream, changes: true }] })
    const before = told(asked).length
    await floor.machine().at(conversation, pat.conversationId).assign({ assigneeId: null })
    await until(() => told(asked).length > before)
    expect(told(asked).at(-1).lines[0].conversation).to.include({ name: 'Pat', assigneeId: null })
  })

  it('shows the reference client whole lines, as they are', async () => {
    const una = await floor.person('Una')
    await una.say('one')
    const client = hall.client('staff:ana')
    const handle = client.open(stream)
    await handle.ready()
    const lines: Line[] = []
    handle.subscribe(({ event }) => void lines.push(...((event?.data as { lines: Line[] } | undefined)?.lines ?? [])))
    for (const assigneeId of ['ana', null, 'ben']) {
      await floor.machine().at(conversation, una.conversationId).assign({ assigneeId })
      await until(() => lines.at(-1)?.conversation.assigneeId === assigneeId)
      expect(lines.at(-1)?.conversation).to.include({ name: 'Una', status: 'open' })
    }
    await floor.settled()
    const newcomer = await hall.client('staff:ben').open(stream).ready()
    expect(asOpened(handle.state())).to.deep.equal(asOpened(newcomer))
  })
})
