import type { Redis } from 'ioredis'
import { type Pulse, processPulse } from '../../../kernel/clock.ts'
import { newId } from '../../../kernel/id.ts'
import { openRedis } from '../../../kernel/redis.ts'
import type { Waiting } from '../mailbox.ts'
import type { LocalActors, Placement } from '../placement.ts'
import type { Address } from '../turn.ts'
import { type About, type Board, namesUnder, RedisBoard } from './board.ts'
import { Leases } from './leases.ts'
import { type Line, Post } from './post.ts'
import { RedisWire } from './redis-wire.ts'
import { Routing } from './routing.ts'
import { shardCount, shardOf } from './shards.ts'
import { type Timing, timing } from './timing.ts'

export interface MemberOptions {
  /** What operators call this process. Two may have one name. */
  name: string
  role: string
  /** Of the program. */
  version: string
  /** False: it asks and is asked, but owns no actor. */
  takesActors: boolean
  /** Epoch ms, for people to read. */
  startedAt: number
  timing?: Partial<Timing>
  pulse?: Pulse
  /** Epoch ms, of the world. */
  wall?(): number
  /** Each on but in a test that shows what happens without. */
  protections?: Partial<Protections>
  /** What went wrong in passing: it is tried again. */
  onError(error: unknown): void
}
export interface Protections {
  /** Answers only with a valid lease. */
  guard: boolean
  /** Takes a publication that comes twice once. */
  deduplication: boolean
}
/** How a member reaches the others: through Redis, or a test's memory. */
export interface Ways {
  board: Board
  wire: Line
  close(): void
}
type Answer = (input: unknown) => Promise<unknown>

/** A hand-over waits as long for what is under way, ms; then its callers are sent on. */
const handOverMs = 2_000
/** So long after the last hand-over, messages to what was ours are still sent on. */
const lingerMs = 300
const questionMs = 2_000
/** Redis may pause for so long before what was said to it counts as lost, ms. */
const sayMs = 5_000

/** The actors of many processes: this one's place among them. */
export class Cluster implements Placement {
  readonly me: string
  readonly leases: Leases
  readonly #options: MemberOptions
  readonly #pulse: Pulse
  readonly #ways: Ways
  readonly #answers = new Map<string, Answer>()
  readonly #post: Post
  readonly #hasGuard: boolean
  #local!: LocalActors
  readonly #routing: Routing
  #unfinished: readonly Address[] = []
  readonly #parting = new Set<Promise<unknown>>()
  #stopTicker = () => {}

  /** Connects to Redis. `join` makes it a member. */
  static async open(url: string, prefix: string, options: MemberOptions): Promise<Cluster> {
    const me = memberId(options.name)
    const names = namesUnder(prefix)
    const { beatMs } = { ...timing, ...options.timing }
    const onError = options.onError
    const opened: Redis[] = []
    const close = () => opened.forEach((redis) => redis.disconnect())
    const open = async (use: string, commandMs?: number) => {
      const redis = await openRedis(url, { name: `${me}/${use}`, onError, ...(commandMs && { commandMs }) })
      opened.push(redis)
      return redis
    }
    try {
      // A sign of life that takes longer than the next is due is better given anew.
      const board = new RedisBoard(await open('leases', 2 * beatMs), names)
      const [speaker, listener] = [await open('speaks', sayMs), await open('listens')]
      const wire = new RedisWire({ speaker, listener, names, me })
      return new Cluster(me, { board, wire, close }, options)
    } catch (error) {
      close()
      throw error
    }
  }

  constructor(me: string, ways: Ways, options: MemberOptions) {
    this.me = me
    this.#ways = ways
    this.#options = options
    this.#pulse = options.pulse ?? processPulse
    this.#hasGuard = options.protections?.guard ?? true
    const { onError } = options
    this.#post = new Post({
      me,
      wire: ways.wire,
      receive: (from, message) => this.#routing.receive(from, message),
      failed: (member, asks, isUnsent) => this.#routing.failed(member, asks, isUnsent),
      onError,
    })
    this.leases = new Leases({
      board: ways.board,
      me,
      about: () => ({ ...aboutOf(options), incarnation: this.#local.incarnation }),
      timing: { ...timing, ...options.timing },
      pulse: this.#pulse,
      wall: options.wall ?? Date.now,
      line: () => ways.wire.line,
      lost: (shards) => this.#lost(shards),
      prepare: (shards) => this.#local.prepare((address) => shards.has(shardOf(address))),
      release: (shards) => this.#release(shards),
      given: () => this.#given(),
      died: () => this.#local.died(),
      changed: () => this.#changed(),
      onError,
    })
    this.#routing = new Routing({
      leases: this.leases,
      post: this.#post,
      local: { take: (waiting) => this.#local.take(waiting), load: (address) => this.#local.load(address) },
      now: () => this.#pulse.now(),
      isServing: () => this.isServing(),
      answer: (name, input) => this.#answer(name, input),
      deduplicates: options.protections?.deduplication ?? true,
      beatMs: options.timing?.beatMs ?? timing.beatMs,
    })
  }

  attach(local: LocalActors) {
    this.#local = local
  }

  /** Becomes a member, and soon owns its share. Rejects when Redis does not answer. */
  async join() {
    await this.#ways.wire.listen({
      message: this.#post.received,
      notice: () => this.leases.look(),
      again: () => {
        this.#routing.missed()
        this.leases.look()
      },
      failed: this.#options.onError,
    })
    await this.leases.join()
    this.#stopTicker = this.#pulse.every(this.#options.timing?.beatMs ?? timing.beatMs, () => this.#routing.tick())
  }

  isServing() {
    return !this.#hasGuard || this.leases.isServing()
  }

  route(waiting: Waiting) {
    this.#routing.route(waiting)
  }

  wake(address: Address) {
    this.#routing.wake(address)
  }

  isAlive(incarnation: string) {
    for (const { id, about } of this.leases.members.values())
      if (about.incarnation === incarnation) return this.leases.isAlive(id)
    return false
  }

  /** Resolves when nothing is owned here, and nobody still believes that it is. */
  async leave() {
    await this.leases.leave()
    await Promise.all(this.#parting)
    await new Promise<void>((done) => this.#pulse.later(lingerMs, done))
  }

  /** After `leave`, when nothing is to be said any more. */
  close() {
    this.#stopTicker()
    this.#ways.close()
    this.#routing.close()
  }

  /** Whoever asks this member `name` gets what `answer` says. */
  answers(name: string, answer: Answer) {
    this.#answers.set(name, answer)
  }

  /** What one member answers. Rejects with its Problem, or when it does not answer in time. */
  ask(member: string, name: string, input: unknown = null, withinMs = questionMs): Promise<unknown> {
    return this.#routing.question(member, name, input, withinMs)
  }

  /** What this member knows of all. */
  inspect() {
    const { leases } = this
    const shards = new Map<string, number>()
    let unowned = 0
    for (let shard = 0; shard < shardCount; shard++) {
      const owner = leases.ownerOf(shard)
      if (owner === undefined) unowned++
      else shards.set(owner, (shards.get(owner) ?? 0) + 1)
    }
    return {
      me: this.me,
      isServing: leases.isServing(),
      members: [...leases.members.values()].map(({ id, about }) => ({ id, ...about, shards: shards.get(id) ?? 0 })),
      shards: { total: shardCount, unowned },
    }
  }

  /** Who owns this actor, as far as this member knows. */
  ownerOf(address: Address) {
    const shard = shardOf(address)
    return { shard, member: this.leases.ownerOf(shard) }
  }

  get counters() {
    const { lost, gained, given, buried, failedBeats } = this.leases.counters
    const { asked, answered, moved, lost: unanswered, repeated } = this.#routing.counters
    const { owned } = this.leases
    const { waiting } = this.#routing
    return { owned, waiting, lost, gained, given, buried, failedBeats, asked, answered, moved, unanswered, repeated }
  }

  async #answer(name: string, input: unknown) {
    const answer = this.#answers.get(name)
    if (!answer) throw new Error(`this member has no answer to ${name}`)
    return answer(input)
  }

  #lost(shards: ReadonlySet<number>) {
    if (this.#hasGuard) this.#local.end((address) => shards.has(shardOf(address)))
  }

  async #release(shards: ReadonlySet<number>) {
    const { unfinished, parted } = await this.#local.handOver((address) => shards.has(shardOf(address)), handOverMs)
    this.#unfinished = unfinished
    const parting = parted.catch(this.#options.onError).finally(() => this.#parting.delete(parting))
    this.#parting.add(parting)
  }

  /** What has something due or under way should not wait until somebody asks for it. */
  #given() {
    for (const address of this.#unfinished) this.#routing.wake(address)
    this.#unfinished = []
  }

  #changed() {
    if (this.isServing()) this.#local.resume()
    this.#routing.replace()
  }
}

/** Readable, and one of its kind: a second process of this name is somebody else. */
const memberId = (name: string) => `${name}.${newId('m').slice(-12)}`

const aboutOf = ({ name, role, version, startedAt, takesActors }: MemberOptions): About => {
  return { name, role, version, startedAt, takesActors, isLeaving: false }
}
