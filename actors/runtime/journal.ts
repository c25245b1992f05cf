import { Problem } from '../../kernel/problem.ts'
import { type Clock, type Pulse, processPulse, systemClock } from '../../kernel/clock.ts'
import type { Activation, Answer } from './activation.ts'
import type { Address, Command } from './turn.ts'

/** A message that an actor took, and what became of it. */
export interface Noted {
  readonly workspaceId: string
  readonly kind: string
  readonly id: string
  readonly messageId: string
  readonly message: string
  readonly by: string
  /** What brought it about, where another actor, a reminder or an effect did. */
  readonly cause: string | null
  /** Epoch ms. */
  readonly at: number
  /** From its turn to its answer, the write included. */
  readonly ms: number
  readonly outcome: 'done' | 'refused' | 'failed'
  readonly code: string | null
}

const notedMax = 4_096
const slowestMax = 50
const hourMs = 60 * 60_000

/** The latest messages of a process, and the slowest of the last hour. For people who look; nothing depends on it. */
export class Journal {
  readonly #latest: Noted[] = []
  #next = 0
  #slowest: Noted[] = []
  /** When the batch began that an actor is at, monotonic ms. */
  readonly #began = new Map<Activation, number>()
  readonly #clock: Clock
  readonly #pulse: Pulse

  constructor(clock: Clock = systemClock, pulse: Pulse = processPulse) {
    this.#clock = clock
    this.#pulse = pulse
  }

  /** It begins a batch, or goes on with one. */
  begin(activation: Activation) {
    if (!this.#began.has(activation)) this.#began.set(activation, this.#pulse.now())
  }

  /** Its batch was answered; `lost` where the write failed. */
  over(activation: Activation, answers: readonly Answer[], lost?: unknown) {
    const began = this.#began.get(activation)
    if (began === undefined) return
    this.#began.delete(activation)
    const ms = Math.round((this.#pulse.now() - began) * 1_000) / 1_000
    this.#note(activation.address, answers, { ms, now: this.#clock.now(), lost })
  }

  #note(to: Address, answers: readonly Answer[], { ms, now, lost }: { ms: number; now: number; lost: unknown }) {
    for (const { waiting, error } of answers) {
      const noted = notedOf(to, waiting.command, error ?? lost, now, ms)
      this.#latest[this.#next] = noted
      this.#next = (this.#next + 1) % notedMax
      const last = this.#slowest.at(-1)
      if (this.#slowest.length < slowestMax || !last || ms > last.ms) this.#addSlow(noted, now)
    }
  }

  /** Of one actor, the newest first. */
  of({ workspaceId, kind, id }: Address, limit: number): Noted[] {
    const found: Noted[] = []
    for (let back = 1; back <= this.#latest.length && found.length < limit; back++) {
      const one = this.#latest[(this.#next - back + notedMax) % notedMax]
      if (one && one.id === id && one.kind === kind && one.workspaceId === workspaceId) found.push(one)
    }
    return found
  }

  slowest(workspaceId: string): Noted[] {
    const now = this.#clock.now()
    return this.#slowest.filter((one) => one.workspaceId === workspaceId && one.at > now - hourMs)
  }

  #addSlow(noted: Noted, now: number) {
    this.#slowest = [...this.#slowest.filter(({ at }) => at > now - hourMs), noted]
      .sort((one, other) => other.ms - one.ms)
      .slice(0, slowestMax)
  }
}

function notedOf({ workspaceId, kind, id }: Address, command: Command, error: unknown, at: number, ms: number): Noted {
  const { message, by } = command
  const refusal = error instanceof Problem ? ('refused' as const) : ('failed' as const)
  return {
    workspaceId,
    kind,
    id,
    messageId: command.id,
    message,
    by: `${by.role}/${by.id}`,
    cause: causeOf(command),
    at,
    ms,
    outcome: error === undefined ? 'done' : refusal,
    code: error === undefined ? null : codeOf(error),
  }
}

function causeOf({ id, told, reminder, completes, chain }: Command): string | null {
  if (told) return told.sender
  if (reminder) return `reminder ${reminder.key}`
  if (completes !== undefined) return `effect ${id}`
  return chain?.at(-1) ?? null
}

function codeOf(error: unknown) {
  if (error instanceof Problem) return error.code
  return error instanceof Error ? error.name.slice(0, 64) : 'error'
}
