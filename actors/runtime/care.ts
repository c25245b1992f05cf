import type { Clock, Pulse } from '../../kernel/clock.ts'
import { createHash } from 'node:crypto'
import type { Activation } from './activation.ts'
import type { Waiting } from './mailbox.ts'
import type { Attendance, Found, Mark, Persistence } from './persistence.ts'
import type { Command } from './turn.ts'

/** So long after it took over from a process that ended without a word, an activation marks what it is about to do. */
const carefulMs = 10_000
/** So long after a process died, those that never were written may be what it died of: nobody knows, so they are marked. */
const waryMs = 10 * 60_000
/** A message that was being handled whenever a process died, so often, is not tried again. */
const timesMax = 3
const restMs = 1_000
/** Whoever meets it again sooner did not come after a dead process: that takes longer. Two that live were at odds. */
const apartMs = 500
/** Of one document. */
const suspectsMax = 16

interface Parts {
  persistence: Persistence
  pulse: Pulse
  world: Clock
  /** This process. */
  incarnation: string
  /** Whether that process is known to live: then it has died of nothing. */
  isAlive?(incarnation: string): boolean
  attendance?: Attendance
}

interface Case {
  /** Monotonic ms. Of an actor that was never written: until it is, for then its document says who had it. */
  readonly until: number | 'written'
  /** What a process was doing when it died, and how often. */
  readonly suspects: Map<string, Mark>
  /** The document says what is under way, or was. */
  isMarked: boolean
}

/** A message met this when the process that handled it died, again and again. */
export class Deadly extends Error {
  constructor({ message }: Command, times: number) {
    super(`A process died ${times} times while it handled ${message}; it is not tried again.`)
    this.name = 'Deadly'
  }
}

/**
 * Keeps a message that kills its process from killing the next ones. Whoever takes over from the dead writes down what
 * it is going to do before it does it: what it was doing when it died is then known, tried alone, and in the end no more.
 */
export class Care {
  readonly #parts: Parts
  readonly #cases = new Map<Activation, Case>()
  #waryUntil: number
  #hasDied = false
  /** Who was here before us and said no good-bye. */
  readonly #others: Promise<readonly string[]>

  constructor(parts: Parts) {
    this.#parts = parts
    this.#waryUntil = parts.pulse.now() + waryMs
    this.#others = this.#arrived()
  }

  /** This process ends in peace. */
  async close() {
    const dead = (await this.#others).filter((one) => !this.#isAlive(one))
    await this.#parts.attendance?.depart([this.#parts.incarnation, ...dead])
  }

  /** Some process died, and nobody knows of what. */
  died() {
    this.#hasDied = true
    this.#waryUntil = this.#parts.pulse.now() + waryMs
  }

  async #isWary() {
    if (this.#parts.pulse.now() >= this.#waryUntil) return false
    if (this.#hasDied) return true
    return (await this.#others).some((one) => !this.#isAlive(one))
  }

  async #arrived() {
    try {
      return (await this.#parts.attendance?.arrive(this.#parts.incarnation)) ?? []
    } catch {
      this.died() // Nobody knows, so perhaps.
      return []
    }
  }

  #isAlive(incarnation: string) {
    return incarnation === this.#parts.incarnation || this.#parts.isAlive?.(incarnation) === true
  }

  /** What was found of an actor, if anything, says whether its next batches need care. */
  async loaded(activation: Activation, found: Found | undefined) {
    const { formerOwner, marks = [] } = found ?? {}
    const isLeft = formerOwner !== undefined && !this.#isAlive(processOf(formerOwner))
    const isNeeded = isLeft || marks.length > 0 || (activation.rev === 0 && (await this.#isWary()))
    if (isNeeded) this.#begin(activation, marks)
  }

  get size() {
    return this.#cases.size
  }

  #begin(activation: Activation, marks: readonly Mark[]) {
    const left = marks.map((mark) => (this.#isAlive(mark.by) ? { ...mark, times: mark.times - 1 } : mark))
    const suspects = new Map(left.filter(({ times }) => times > 0).map((mark) => [mark.id, mark]))
    const until = activation.rev === 0 ? 'written' : this.#parts.pulse.now() + carefulMs
    this.#cases.set(activation, { until, suspects, isMarked: marks.length > 0 })
  }

  /** Whether its next batch needs care. */
  isNeeded(activation: Activation) {
    const one = this.#cases.get(activation)
    if (!one) return false
    if (one.suspects.size > 0 || this.#isOpen(one, activation)) return true
    if (!one.isMarked) this.#cases.delete(activation)
    return false
  }

  #isOpen({ until }: Case, { rev }: Activation) {
    return until === 'written' ? rev === 0 : this.#parts.pulse.now() < until
  }

  end(activation: Activation) {
    this.#cases.delete(activation)
  }

  /**
   * Writes down what comes next, and answers how many of those that wait it is. A suspect is alone, after a rest.
   * Rejects as a commit does.
   */
  async prepare(activation: Activation, waiting: readonly Waiting[]): Promise<number> {
    const one = this.#cases.get(activation)
    if (!one) return waiting.length
    const ids = waiting.map(({ command }) => markOf(command))
    const times = timesOf(one, ids[0])
    if (times >= timesMax) return 1
    const next = ids.findIndex((id) => timesOf(one, id) > 0)
    const free = next < 0 ? ids.length : next
    const count = times > 0 ? 1 : free
    if (times > 1) await new Promise<void>((go) => this.#parts.pulse.later(this.#restOf(ids[0] ?? '', times), go))
    const marks = ids.slice(0, count).flatMap((id) => (id === undefined ? [] : [this.#mark(id, one.suspects.get(id))]))
    if (marks.length === 0 || (times === 0 && !this.#isOpen(one, activation))) return count
    one.isMarked = true
    const others = suspectsOf(one).filter(({ id }) => id !== ids[0])
    await this.#parts.persistence.mark(activation, [...marks, ...others])
    return count
  }

  /** Another one for each: an innocent that rested as long as the one that kills would be there each time it does. */
  #restOf(id: string, times: number): number {
    const chance = createHash('sha256').update(`${this.#parts.incarnation}/${id}`).digest().readUInt32BE() / 2 ** 32
    return Math.round(restMs * (times - 1) * (1 + chance))
  }

  #mark(id: string, before: Mark | undefined): Mark {
    const { incarnation: by, world } = this.#parts
    const at = world.now()
    const isSoon = before !== undefined && at >= before.at && at - before.at < apartMs
    return { id, by, at, times: (before?.times ?? 0) + (isSoon ? 0 : 1) }
  }

  /** Why this message must not be tried. */
  refusal(activation: Activation, { command }: Waiting): Deadly | undefined {
    const times = timesOf(this.#cases.get(activation), markOf(command))
    return times >= timesMax ? new Deadly(command, times) : undefined
  }

  /** It was handled, and the process lives. */
  survived(activation: Activation, { command }: Waiting) {
    const id = markOf(command)
    if (id !== undefined) this.#cases.get(activation)?.suspects.delete(id)
  }

  /** Takes back what was marked, where nothing else is to be written. */
  async clear(activation: Activation, marks: readonly Mark[]) {
    await this.#parts.persistence.mark(activation, marks)
  }

  /** What the next write says instead of what was marked; undefined where nothing was. */
  leftOf(activation: Activation): Mark[] | undefined {
    const one = this.#cases.size > 0 ? this.#cases.get(activation) : undefined
    if (!one?.isMarked) return undefined
    one.isMarked = false
    return suspectsOf(one)
  }
}

/** An activation's name is its process's, a dot, and a number. */
const processOf = (owner: string) => owner.slice(0, owner.lastIndexOf('.'))

const suspectsOf = ({ suspects }: Case): Mark[] => [...suspects.values()].slice(-suspectsMax)

const timesOf = (one: Case | undefined, id: string | undefined) =>
  id === undefined ? 0 : (one?.suspects.get(id)?.times ?? 0)

/** By what a message is known when it comes again. A plain question is not: nobody asks it again by himself. */
function markOf({ id, input, isRetried, told, reminder, completes }: Command): string | undefined {
  if (isRetried || told || reminder || completes !== undefined) return id
  const text = JSON.stringify(input) ?? '{}'
  return text === '{}' ? undefined : `${id}#${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`
}
