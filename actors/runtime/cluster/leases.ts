import type { Pulse } from '../../../kernel/clock.ts'
import { type About, type Board, free, never, type Sighting, type Sign, signOf, type Vacant } from './board.ts'
import { Members } from './members.ts'
import { desiredOwners, shardCount } from './shards.ts'
import type { Timing } from './timing.ts'

interface Parts {
  readonly board: Board
  readonly me: string
  about(): About
  readonly timing: Timing
  /** Monotonic: no lease depends on a clock that may be set. */
  readonly pulse: Pulse
  /** Epoch ms. Only ever takes the right to answer away: a monotonic clock stands still while its machine sleeps. */
  wall(): number
  /** How often we have begun to listen. */
  line(): number
  /** These are ours no more, whoever has them. */
  lost(shards: ReadonlySet<number>): void
  /** Does what can be done before these are finished. */
  prepare(shards: ReadonlySet<number>): Promise<void>
  /** Finishes what these do here. */
  release(shards: ReadonlySet<number>): Promise<void>
  /** The last of them were given away. */
  given(): void
  /** Somebody who had actors is gone without a word. */
  died(): void
  /** Owners or members are others than before, or we may answer again. */
  changed(): void
  onError(error: unknown): void
}

const held = 1
const leaving = 2
/** As many are handed over together: their pause is that of the slowest of them. */
const sliceMax = 64
/** What comes at once is looked at once. */
const lookMs = 3

/**
 * Who lives, who should own each shard, and who does. Every member computes it by itself; the board only keeps two of
 * them from having the same. A member's right to answer (`isServing`) ends by its own clock long before anybody else
 * may take over: others count `servesMs` from when they saw the sign that it counts from before it sent it.
 */
export class Leases {
  readonly #parts: Parts
  readonly #states = new Uint8Array(shardCount)
  readonly #members: Members
  readonly counters = { lost: 0, gained: 0, given: 0, buried: 0, failedBeats: 0 }
  #owners: Uint16Array = new Uint16Array(shardCount)
  #ids = new Map<number, string>()
  #desired: string[] = []
  #generation = ''
  version = -1
  #firstLookAt = 0
  /** Monotonic ms: until when we may answer, and when we are taken for dead. */
  #servesUntil = -Infinity
  #servesUntilByWall = -Infinity
  #endsAt = -Infinity
  #beats = 0
  #failures = 0
  /** The last sign that was answered. */
  #answered = ''
  /** The sign that was sent last, and when it was sent first. */
  #said: { sign: string; sentAt: number; sentAtByWall: number } | undefined
  /** What is being finished and given away at this moment. */
  #slice: ReadonlySet<number> | undefined
  #beating: Promise<void> | undefined
  #looksAgain = false
  #handing: Promise<void> | undefined
  #isLeaving = false
  #isOver = false
  #stopTimer = () => {}
  #soonAt = Infinity

  constructor(parts: Parts) {
    this.#parts = parts
    this.#members = new Members(parts.timing)
  }

  get me() {
    return this.#parts.me
  }

  /** How many signs of life were answered. */
  get beats() {
    return this.#beats
  }

  get members() {
    return this.#members.all
  }

  /** Rejects when the board cannot be reached. */
  async join() {
    await this.#beat()
    if (this.#failures > 0) throw new Error('the cluster’s Redis does not take signs of life')
    this.#stopTimer = this.#parts.pulse.every(this.#parts.timing.beatMs, this.#tick)
  }

  isServing() {
    return this.#parts.pulse.now() < this.#servesUntil && this.#parts.wall() < this.#servesUntilByWall
  }

  /** Nobody answers our signs, and by now we are taken for dead: what we owned is not answered here. */
  get isCutOff() {
    return this.#failures > 0 && this.#parts.pulse.now() >= this.#endsAt
  }

  owns(shard: number) {
    return this.#states[shard] === held
  }

  isHandingOver(shard: number) {
    return this.#states[shard] === leaving
  }

  get owned() {
    return this.#states.reduce((sum, state) => sum + (state === 0 ? 0 : 1), 0)
  }

  ownerOf(shard: number): string | undefined {
    return this.#ids.get(this.#owners[shard] ?? never)
  }

  /** Whether this member was heard of lately. */
  isAlive(id: string) {
    return this.#members.isAlive(id, this.#parts.pulse.now())
  }

  /** What is known now may be old: looks again at once. */
  look() {
    if (this.#isOver) return
    if (this.#beating) this.#looksAgain = true
    else this.#lookIn(lookMs)
  }

  /** Gives all that is owned to the others, and says good-bye. */
  async leave() {
    this.#isLeaving = true
    await this.#quietly(() => this.#beatNow())
    await this.#handing
    await this.#quietly(() => this.#handOver())
    this.#isOver = true
    this.#stopTimer()
    await this.#beating
    // First, for nobody knows how soon after it others take what no heir could be given.
    this.#servesUntil = -Infinity
    this.#drop(this.#all())
    await this.#quietly(() => this.#parts.board.leave(this.me, this.#generation))
  }

  readonly #tick = () => {
    if (this.isCutOff) {
      this.#drop(this.#all())
      this.version = -1 // Perhaps they are still ours when somebody answers again: then we have to hear it.
    }
    void this.#beat()
  }

  /** One at a time. */
  #beat(): Promise<void> {
    return (this.#beating ??= this.#alone(() => this.#beatOnce()))
  }

  async #alone(run: () => Promise<void>) {
    try {
      if (!this.#isOver) await run()
    } finally {
      this.#beating = undefined
      if (this.#looksAgain) {
        this.#looksAgain = false
        this.look()
      }
    }
  }

  /** Not the one that is under way: what it answers may be old. */
  async #beatNow() {
    while (this.#beating) await this.#beating
    await this.#beat()
  }

  async #beatOnce() {
    const { board, pulse, wall, timing } = this.#parts
    const sentAt = pulse.now()
    const sentAtByWall = wall()
    const sign = this.#sign(sentAt)
    // One that was said before may have been heard then: others count from there, and so do we.
    const said = this.#said?.sign === signOf(sign.beat) ? this.#said : { sign: signOf(sign.beat), sentAt, sentAtByWall }
    this.#said = said
    let sighting: Sighting
    try {
      sighting = await board.beat(sign)
    } catch (error) {
      this.#failures++
      this.counters.failedBeats++
      if (this.#failures === 1) this.#parts.onError(error)
      return
    }
    this.#failures = 0
    this.#beats++
    this.#answered = said.sign
    if (!sighting.isMember) {
      this.#wasBuried()
      return
    }
    const wasServing = this.isServing()
    const isOther = this.#read(sighting, sentAt) || this.#keepWhatWasNotGiven()
    this.#servesUntil = said.sentAt + timing.servesMs
    this.#servesUntilByWall = said.sentAtByWall + timing.servesMs
    this.#endsAt = said.sentAt + timing.expiryMs
    if (said.sentAt < sentAt) this.#looksAgain = true
    if (isOther || !wasServing) this.#parts.changed()
    this.#decide()
  }

  #sign(sentAt: number): Sign {
    const { me, about, line } = this.#parts
    return {
      me,
      about: { ...about(), isLeaving: this.#isLeaving },
      // The same again until it was answered: whoever hears nothing must not be heard to live.
      beat: { n: this.#beats + 1, line: line() },
      generation: this.#generation,
      version: this.version,
      // Whoever may still answer has not been succeeded: what the board forgot is still ours.
      held: sentAt < this.#servesUntil ? this.#all(held) : new Set(),
    }
  }

  #wasBuried() {
    this.#servesUntil = -Infinity
    this.#drop(this.#all())
    this.#generation = ''
    this.version = -1
    this.#looksAgain = true
  }

  /** Answers whether members or owners are others than before. */
  #read(sighting: Sighting, sentAt: number) {
    const { generation, version, table } = sighting
    const at = this.#parts.pulse.now()
    if (generation !== this.#generation) this.#firstLookAt = at
    this.#generation = generation
    // Nothing is new since what it knew when it asked; but meanwhile it may have let go of all that.
    if (!table && this.version !== version) this.#looksAgain = true
    else this.version = version
    // Who leaves in good order gives signs to the end.
    const silent = this.#members.silentTakers(at)
    this.#members.observe(sighting, sentAt, at)
    if (!table) return false
    if (silent.some((id) => !this.#members.all.has(id))) this.#parts.died()
    this.#owners = table.owners
    this.#ids = new Map([...table.numbers].map(([id, number]) => [number, id]))
    this.#desired = desiredOwners(this.#members.takers)
    this.#compare(table.numbers.get(this.me) ?? never)
    return true
  }

  #compare(number: number) {
    const gone = new Set<number>()
    for (let shard = 0; shard < shardCount; shard++) {
      const isOurs = number !== never && this.#owners[shard] === number
      if (isOurs && this.#states[shard] === 0) {
        this.#states[shard] = held
        this.counters.gained++
      } else if (!isOurs && this.#states[shard] !== 0) gone.add(shard)
    }
    this.#drop(gone)
  }

  #drop(shards: ReadonlySet<number>) {
    if (shards.size === 0) return
    for (const shard of shards) {
      if (this.#states[shard] === held) this.counters.lost++
      this.#states[shard] = 0
    }
    this.#parts.lost(shards)
  }

  #all(state?: number) {
    const all = new Set<number>()
    for (let shard = 0; shard < shardCount; shard++)
      if (state === undefined ? this.#states[shard] !== 0 : this.#states[shard] === state) all.add(shard)
    return all
  }

  /** Still ours after we tried to give it away: it did not come to that. Answers whether there was any. */
  #keepWhatWasNotGiven() {
    const kept = [...this.#all(leaving)].filter((shard) => !this.#slice?.has(shard))
    for (const shard of kept) this.#states[shard] = held
    return kept.length > 0
  }

  /** After each look: who is dead, what is vacant and ours, what is ours and another's. */
  #decide() {
    const { board, pulse } = this.#parts
    const at = pulse.now()
    for (const { id, sign } of this.#members.silent(at)) {
      if (id === this.me) continue
      this.counters.buried++
      void this.#quietly(() => board.bury(this.me, this.#generation, id, sign))
    }
    this.#lookIn(this.#members.nextEnd(at) - at)
    const vacant = this.#vacant(at)
    if (vacant.length > 0) void this.#quietly(() => board.take(this.me, this.#generation, vacant))
    this.#handing ??= this.#quietly(() => this.#handOver()).finally(() => (this.#handing = undefined))
  }

  /** Before the next beat, or not at all. */
  #lookIn(ms: number) {
    if (ms >= this.#parts.timing.beatMs) return
    const at = this.#parts.pulse.now() + ms
    if (at >= this.#soonAt) return
    this.#soonAt = at
    this.#parts.pulse.later(Math.ceil(ms), () => {
      if (this.#soonAt !== at) return // An earlier look came first.
      this.#soonAt = Infinity
      void this.#beat()
    })
  }

  #vacant(at: number): Vacant[] {
    const { servesMs, marginMs } = this.#parts.timing
    // Who owned these before the board forgot it may still answer: for as long as that, nobody takes them.
    const quietUntil = this.#firstLookAt + servesMs + marginMs
    const isQuiet = at < quietUntil
    const found: Vacant[] = []
    for (let shard = 0; shard < shardCount; shard++) {
      const state = this.#owners[shard]
      if (this.#desired[shard] !== this.me || (state !== free && state !== never)) continue
      if (state === free) found.push({ shard, state: free })
      else if (!isQuiet) found.push({ shard, state: never })
      else this.#lookIn(quietUntil - at)
    }
    return found
  }

  /** Slice after slice: what is in hand is paused, what is not goes on. */
  async #handOver() {
    for (;;) {
      const [heir, shards] = this.#nextSlice()
      if (!shards) return
      await this.#parts.prepare(shards)
      if ([...shards].some((shard) => this.#states[shard] !== held)) continue // Meanwhile all may be otherwise.
      this.#slice = shards
      for (const shard of shards) this.#states[shard] = leaving
      try {
        await this.#parts.release(shards)
        while (this.#beating) await this.#beating
        await (this.#beating = this.#alone(() => this.#give(heir, [...shards])))
      } finally {
        this.#slice = undefined
      }
      this.#parts.given()
    }
  }

  /** Whether it was given, or nobody knows: the next beat that is answered says whose they are. Until then nobody's. */
  async #give(heir: string | undefined, shards: readonly number[]) {
    const { board, onError } = this.#parts
    try {
      await board.give({ me: this.me, generation: this.#generation, sign: this.#answered }, heir, shards)
      this.counters.given += shards.length
    } catch (error) {
      onError(error)
    }
    this.#slice = undefined
    await this.#beatOnce()
  }

  /** Some that one other member should have, and that member; or nobody, where we leave and are the last. */
  #nextSlice(): [heir: string | undefined, shards: ReadonlySet<number> | undefined] {
    const at = this.#parts.pulse.now()
    let heir: string | undefined
    const shards = new Set<number>()
    for (let shard = 0; shard < shardCount && shards.size < sliceMax; shard++) {
      if (this.#states[shard] !== held) continue
      const desired = this.#desired[shard]
      if (desired === this.me || (desired === undefined ? !this.#isLeaving : !this.#members.isAlive(desired, at)))
        continue
      if (shards.size === 0) heir = desired
      if (desired === heir) shards.add(shard)
    }
    return [heir, shards.size > 0 ? shards : undefined]
  }

  /** What fails here is tried again after the next look. */
  async #quietly(run: () => Promise<unknown>) {
    try {
      await run()
    } catch (error) {
      this.#parts.onError(error)
    }
  }
}
