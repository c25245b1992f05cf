import { patienceMs } from '../../harness/until.ts'
import { type Add, ledgerOf, type View } from './actors.ts'
import type { History } from './history.ts'
import { type Member, Refused } from './member.ts'

interface How {
  /** Who is asked; nobody in particular where this is left out. */
  via?: Member
  /** Silence for so long counts as no answer, ms. */
  timeoutMs?: number
}
export interface Adding extends How {
  tag: string
  remindMs?: number | null
  charges?: boolean
}

const againMs = 15
const insistMs = patienceMs
const pause = (ms: number) => new Promise((later) => setTimeout(later, ms))

/** Whom to ask, and where what they say is kept. */
interface Asked {
  readonly history: History
  readonly running: readonly Member[]
}

/** What a client asks of the counters, with all that it hears noted down. */
export class Asks {
  readonly #fleet: Asked
  #turn = 0

  constructor(fleet: Asked) {
    this.#fleet = fleet
  }

  /** The number that the addition became. Who adds a tag again, comes again with the same command. Rejects with `Refused`. */
  async add(actor: string, adding: Adding): Promise<number> {
    return (await this.#add(actor, adding, (ask) => ask(1))).n
  }

  /** The same by somebody who comes again with the same command until there is an answer. */
  async insistOnAdding(actor: string, adding: Adding): Promise<number> {
    return (await this.#add(actor, adding, insist)).n
  }

  async view(actor: string, how: How = {}): Promise<View> {
    return this.#view(actor, how, (ask) => ask(1))
  }

  async insistOnViewing(actor: string, how: How = {}): Promise<View> {
    return this.#view(actor, how, insist)
  }

  /** Anything else; nothing of it is noted. */
  async ask<Reply>(
    kind: 'counter' | 'ledger',
    actor: string,
    message: string,
    { input = {}, commandId, ...how }: How & { input?: unknown; commandId?: string } = {},
  ): Promise<Reply> {
    const asked = { kind, actor, message, input, commandId }
    return this.#choose(how, 1).order<Reply>({ do: 'ask', asked }, how.timeoutMs)
  }

  async #add(actor: string, { tag, remindMs = null, charges = false, ...how }: Adding, manner: Manner) {
    const { history } = this.#fleet
    const commandId = history.commandIdOf(tag)
    const start = history.begun.get(tag) ?? performance.now()
    history.begun.set(tag, start)
    const input: Add = { tag, remindMs, charges, ledger: ledgerOf(actor) }
    const asked = { kind: 'counter', actor, message: 'add', input, commandId } as const
    let attempts = 0
    const reply = (await manner((attempt) => {
      attempts = attempt
      return this.#choose(how, attempt).order({ do: 'ask', asked }, how.timeoutMs)
    })) as { n: number }
    const { n } = reply
    history.operations.push({ actor, type: 'add', commandId, tag, n, start, end: performance.now(), attempts })
    if (remindMs !== null) history.remindersOf(actor).add(`r${n}`)
    return reply
  }

  async #view(actor: string, how: How, manner: Manner): Promise<View> {
    const asked = { kind: 'counter', actor, message: 'view', input: {}, commandId: undefined } as const
    let attempts = 0
    // A view that was tried again saw what was so at its last attempt.
    let start = 0
    const reply = (await manner((attempt) => {
      attempts = attempt
      start = performance.now()
      return this.#choose(how, attempt).order({ do: 'ask', asked }, how.timeoutMs)
    })) as View
    const seen = { actor, type: 'view', commandId: '', tag: reply.last, n: reply.n, start, attempts } as const
    this.#fleet.history.operations.push({ ...seen, end: performance.now() })
    return reply
  }

  /** Everybody is asked in turn; who insists asks another each time. */
  #choose({ via }: How, attempt: number): Member {
    if (via && attempt === 1) return via
    const { running } = this.#fleet
    const member = running[this.#turn++ % Math.max(1, running.length)]
    if (!member) throw new Refused({ code: 'down', message: 'nobody runs', retryable: true })
    return member
  }
}

type Manner = (ask: (attempt: number) => Promise<unknown>) => Promise<unknown>

const insist: Manner = async (ask) => {
  const until = performance.now() + insistMs
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(attempt)
    } catch (error) {
      if (!(error instanceof Refused) || error.code === 'stale_command' || performance.now() > until) throw error
      await pause(againMs)
    }
  }
}
