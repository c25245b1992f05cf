import { busy } from '../../../kernel/problem.ts'
import type { Waiting } from '../mailbox.ts'
import type { LocalActors } from '../placement.ts'
import { late, Moved, unanswered, unplaced } from '../refusals.ts'
import { Arrivals, Ask } from './asks.ts'
import type { Leases } from './leases.ts'
import * as messages from './messages.ts'
import type { Post } from './post.ts'
import { shardOf } from './shards.ts'

/** What one other member was asked and has not answered, and what came from it. */
interface Peer {
  asked: number
  readonly pending: Map<number, Pending>
  readonly arrivals: Arrivals
  /** When it was last seen to be leaving, monotonic ms. */
  leftAt: number
}
interface Pending {
  /** Nothing: a question, not an actor's message. */
  readonly ask: Ask | undefined
  readonly deadline: number
  /** On which of the receiver's lines it was said. */
  readonly line: number
  resolve(reply: unknown): void
  reject(error: unknown): void
}

interface Parts {
  readonly leases: Leases
  readonly post: Post
  readonly local: Pick<LocalActors, 'take' | 'load'>
  now(): number
  /** Whether what is owned here may be answered for at this moment. */
  isServing(): boolean
  /** Answers what another member asks of this one. */
  answer(name: string, input: unknown): Promise<unknown>
  /** Whether a publication that comes twice is taken once. Off only in a test that shows why. */
  readonly deduplicates: boolean
  readonly beatMs: number
}

const pendingMax = 10_000
const parkedMax = 10_000
/** Longer than a failover takes. Who waits longer is told to come again. */
const parkMs = 5_000
/** Who leaves in good order answers what it was still asked: so long after it was seen for the last time, ms. */
const farewellMs = 1_500
/** How much older than its deadline a message may be by our count of beats: the asker's count is of its last look. */
const slackBeats = 6

/** Takes each message to its actor's owner. What cannot go anywhere now waits until owners change, but not for long. */
export class Routing {
  readonly #parts: Parts
  readonly #peers = new Map<string, Peer>()
  #parked: Ask[] = []
  #isClosed = false
  readonly counters = { asked: 0, answered: 0, moved: 0, lost: 0, repeated: 0 }

  constructor(parts: Parts) {
    this.#parts = parts
  }

  route(waiting: Waiting) {
    this.#place(new Ask(waiting, { shard: shardOf(waiting.command.to), since: this.#parts.now() }, this.#again))
  }

  /** Puts a question to one process, itself included. */
  question(member: string, name: string, input: unknown, withinMs: number): Promise<unknown> {
    if (member === this.#parts.leases.me) return this.#parts.answer(name, input)
    return new Promise((resolve, reject) => {
      const { n, peer, line } = this.#next(member)
      const deadline = this.#parts.now() + withinMs
      peer.pending.set(n, { ask: undefined, deadline, line, resolve, reject })
      this.#parts.post.send(member, messages.questionOf(n, name, input), n)
    })
  }

  /** Owners are others than before: what waits for that goes on. */
  replace() {
    const { leases, now } = this.#parts
    for (const [id, peer] of this.#peers) {
      const isLeaving = leases.members.get(id)?.about.isLeaving
      if (isLeaving !== undefined) peer.leftAt = isLeaving ? now() : -Infinity
    }
    const parked = this.#parked
    this.#parked = []
    for (const ask of parked) this.#place(ask)
  }

  /** Asks whose time is over, and those that nobody will answer. */
  tick() {
    const { leases, now } = this.#parts
    const at = now()
    if (leases.isCutOff) this.missed() // Whatever they answer, we do not hear it.
    for (const [id, peer] of this.#peers) {
      const member = leases.members.get(id)
      for (const [n, pending] of peer.pending) {
        if (pending.deadline <= at) this.#settle(peer, n)?.reject(late())
        else if (member ? member.beat.line !== pending.line : at - peer.leftAt > farewellMs) this.#lost(peer, n)
      }
      // Its numbers are kept: who was taken for dead may come back, and goes on with them.
      if (!member) peer.arrivals.rest()
    }
    const isLate = (ask: Ask) => ask.deadline <= at || ask.since + parkMs <= at
    for (const ask of this.#parked.filter(isLate)) ask.reject(unplaced())
    this.#parked = this.#parked.filter((ask) => !isLate(ask))
    this.replace()
  }

  /** Nothing comes or goes any more. */
  close() {
    this.#isClosed = true
    this.missed()
    for (const ask of this.#parked.splice(0)) ask.reject(unplaced())
  }

  /** Something that was said to us may be lost. */
  missed() {
    for (const peer of this.#peers.values()) for (const n of [...peer.pending.keys()]) this.#lost(peer, n)
  }

  failed(member: string, asks: readonly number[], isUnsent: boolean) {
    const peer = this.#peers.get(member)
    if (!peer) return
    for (const n of asks)
      if (!isUnsent) this.#lost(peer, n)
      else this.#sentBack(member, this.#settle(peer, n))
  }

  receive(from: string, message: messages.Message) {
    if (this.#isClosed) return // A connection that is being closed may still bring what was under way.
    switch (message[0]) {
      case messages.kinds.ask:
        return this.#asked(from, message)
      case messages.kinds.question:
        return void this.#questioned(from, message[1], message[2], message[3])
      case messages.kinds.wake:
        for (const [workspaceId, kind, id] of message[1]) this.wake({ workspaceId, kind, id })
        return
      case messages.kinds.hello:
        return
      default:
        this.#answered(from, message)
    }
  }

  wake(address: { workspaceId: string; kind: string; id: string }) {
    const { leases, local, post } = this.#parts
    const shard = shardOf(address)
    const owner = leases.ownerOf(shard)
    if (leases.owns(shard)) local.load(address)
    else if (owner !== undefined && owner !== leases.me) post.send(owner, messages.wakeOf([address]))
  }

  /** Those that wait for an owner. */
  get waiting() {
    return this.#parked.length
  }

  readonly #again = (ask: Ask) => {
    this.counters.moved++
    this.#place(ask)
  }

  #place(ask: Ask) {
    const { leases, local } = this.#parts
    const { shard, command } = ask
    // The result of an effect is what a hand-over waits for.
    const isAwaited = command.completes !== undefined && leases.isHandingOver(shard)
    if (isAwaited) return local.take(ask)
    if (leases.owns(shard)) {
      // Perhaps others own it by now: to load it would take it away from them.
      if (this.#parts.isServing()) local.take(ask)
      else this.#park(ask)
      return
    }
    if (ask.isForeign) {
      if (ask.version > leases.version) this.#park(ask)
      else ask.reject(new Moved())
      return
    }
    const owner = leases.ownerOf(shard)
    if (owner === undefined || owner === leases.me || leases.isCutOff) this.#park(ask)
    else this.#send(owner, ask)
  }

  #park(ask: Ask) {
    const { leases } = this.#parts
    if (leases.isCutOff || this.#isClosed) return ask.reject(unplaced())
    if (this.#parked.length >= parkedMax)
      return ask.reject(busy('too_much_waits', 'Too much is waiting at the moment.'))
    this.#parked.push(ask)
    leases.look()
  }

  #send(owner: string, ask: Ask) {
    const { leases, post, now } = this.#parts
    const { n, peer, line, beat } = this.#next(owner)
    if (peer.pending.size >= pendingMax) return ask.reject(busy('too_much_waits', 'Too much is waiting at the moment.'))
    const ms = Math.max(1, Math.trunc(ask.deadline - now()))
    const version = Math.max(0, leases.version) // It may be unknown at this moment.
    this.counters.asked++
    try {
      post.send(owner, messages.askOf(n, { beat, version, ms }, ask.command), n)
    } catch (error) {
      return ask.reject(error) // What MessagePack cannot say is a fault of whoever says it.
    }
    const { deadline } = ask
    const settle = { resolve: (reply: unknown) => ask.resolve(reply), reject: (error: unknown) => ask.reject(error) }
    peer.pending.set(n, { ask, deadline, line, ...settle })
  }

  #next(member: string) {
    const peer = this.#peerOf(member)
    const { line = 0, n: beat = 0 } = this.#parts.leases.members.get(member)?.beat ?? {}
    return { n: peer.asked++, peer, line, beat }
  }

  #peerOf(member: string) {
    let peer = this.#peers.get(member)
    if (!peer)
      this.#peers.set(member, (peer = { asked: 0, pending: new Map(), arrivals: new Arrivals(), leftAt: -Infinity }))
    return peer
  }

  #settle(peer: Peer, n: number) {
    const pending = peer.pending.get(n)
    peer.pending.delete(n)
    return pending
  }

  /** It may have happened: only what is known by its id is said again. */
  #lost(peer: Peer, n: number) {
    const pending = this.#settle(peer, n)
    if (!pending) return
    this.counters.lost++
    if (pending.ask) pending.ask.lost()
    else pending.reject(unanswered())
  }

  #answered(from: string, message: messages.Message) {
    const peer = this.#peers.get(from)
    const pending = peer && this.#settle(peer, message[1] as number)
    if (!pending) return
    const error = messages.errorOf(message)
    if (!error) return pending.resolve(message[0] === messages.kinds.reply ? message[2] : undefined)
    if (error instanceof Moved) this.#sentBack(from, pending)
    else pending.reject(error)
  }

  /** It was not taken. Where its shard is still that member's, another owner will be known when owners change. */
  #sentBack(member: string, pending: Pending | undefined) {
    if (!pending?.ask || this.#parts.leases.ownerOf(pending.ask.shard) !== member) {
      pending?.reject(new Moved())
      return
    }
    this.counters.moved++
    this.#park(pending.ask)
  }

  #asked(from: string, asked: messages.Ask) {
    const { leases, post, now, deduplicates, beatMs } = this.#parts
    const [, n, beat, version, ms] = asked
    const say = (message: messages.Message) => post.send(from, message)
    const arrival = this.#peerOf(from).arrivals.take(n)
    if (arrival === 'known' && deduplicates) return void this.counters.repeated++
    // Out of its order: it was not taken, and its sender may say it again.
    if (arrival === 'late' && deduplicates) return say([messages.kinds.moved, n])
    // Nobody waits for it any more: somewhere on its way it stood still.
    if ((leases.beats - beat - slackBeats) * beatMs > ms) return void this.counters.repeated++
    this.counters.answered++
    const command = messages.commandOf(asked)
    const waiting: Waiting = {
      command,
      deadline: now() + ms,
      resolve(reply) {
        try {
          say(messages.replyOf(n, reply))
        } catch (error) {
          say(messages.refusalOf(n, error))
        }
      },
      reject: (error) => say(messages.refusalOf(n, error)),
    }
    this.#place(new Ask(waiting, { shard: shardOf(command.to), since: now(), version }, this.#again))
  }

  async #questioned(from: string, n: number, name: string, input: unknown) {
    const { post, answer } = this.#parts
    try {
      post.send(from, messages.replyOf(n, await answer(name, input)))
    } catch (error) {
      post.send(from, messages.refusalOf(n, error))
    }
  }
}
