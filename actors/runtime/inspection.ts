import { mask, toMasked } from '../../kernel/codec.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Activation } from './activation.ts'
import type { Active } from './active.ts'
import type { Actor } from './change.ts'
import type { Journal, Noted } from './journal.ts'
import type { Persistence } from './persistence.ts'
import type { Quarantine } from './quarantine.ts'
import type { Address, Document, Entry } from './turn.ts'
import { weigh } from './weight.ts'

interface Parts {
  actors: readonly Actor[]
  persistence: Persistence
  active: Active
  quarantine: Quarantine
  journal: Journal | undefined
}

export interface ActorLine {
  kind: string
  id: string
  status: string
  waiting: number
  rev: number
  out: number
  reminders: number
}

export interface ActorView extends ActorLine {
  /** Why it cannot be used; null where it can. */
  unavailable: { code: string; title: string } | null
  version: number
  /** About as many as its state takes in its document. */
  bytes: number
  state: unknown
  reminderList: { key: string; message: string; at: number }[]
  outbox: { n: number; type: 'tell' | 'effect'; what: string; to: string | null }[]
  last: Omit<Noted, 'workspaceId'>[]
}

const listMax = 1_000
const lastMax = 100
const atRest = { status: 'at rest', waiting: 0 }

/** What operators may see of the actors of one process. Nothing of it is secret: what is sensitive is masked. */
export class Inspection {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Those in memory, by kind and id, and those that cannot be. */
  lines(workspaceId: string): ActorLine[] {
    const lines: ActorLine[] = []
    for (const activation of this.#parts.active.values())
      if (activation.address.workspaceId === workspaceId && isThere(activation)) lines.push(lineOf(activation))
    for (const { address } of this.#parts.quarantine.values())
      if (address.workspaceId === workspaceId)
        lines.push({
          kind: address.kind,
          id: address.id,
          status: 'unavailable',
          waiting: 0,
          rev: 0,
          out: 0,
          reminders: 0,
        })
    return lines.sort((one, other) => compare(one.kind, other.kind) || compare(one.id, other.id))
  }

  kinds(workspaceId: string) {
    const kinds = new Map<string, { kind: string; active: number; waiting: number; unavailable: number }>()
    for (const { kind, status, waiting } of this.lines(workspaceId)) {
      const counted = kinds.get(kind) ?? { kind, active: 0, waiting: 0, unavailable: 0 }
      kinds.set(kind, counted)
      counted.waiting += waiting
      if (status === 'unavailable') counted.unavailable++
      else counted.active++
    }
    return [...kinds.values()]
  }

  slowest(workspaceId: string) {
    return (this.#parts.journal?.slowest(workspaceId) ?? []).map(ofWorkspace)
  }

  /** One actor, in memory or at rest. Undefined where it was never written. */
  async view(address: Address): Promise<ActorView | undefined> {
    const { actors, active, quarantine } = this.#parts
    const actor = actors.find(({ contract }) => contract.kind === address.kind)
    if (!actor) return undefined
    const activation = active.get(address)
    if (activation && activation.status !== 'loading' && isThere(activation))
      return this.#shown(actor, address, activation, { ...lineOf(activation), version: actor.version ?? 1 })
    const held = quarantine.of(address)
    if (held) return this.#unavailable(address, held.problem)
    return this.#atRest(actor, address)
  }

  async #atRest(actor: Actor, address: Address) {
    try {
      const found = await this.#parts.persistence.peek(address)
      if (!found) return undefined
      const { document, rev, version } = found
      const line = { ...address, ...atRest, rev, out: document.out.size, reminders: document.reminders.size, version }
      return this.#shown(actor, address, document, line)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return this.#unavailable(address, error)
    }
  }

  #shown(actor: Actor, address: Address, document: Document, line: ActorLine & { version: number }): ActorView {
    const { kind, id, status, waiting, rev, out, reminders, version } = line
    return {
      ...{ kind, id, status, waiting, rev, out, reminders, version },
      unavailable: null,
      bytes: weigh(document.state),
      state: stateOf(actor, document.state),
      reminderList: [...document.reminders].slice(0, listMax).map(([key, { message, at }]) => ({ key, message, at })),
      outbox: [...document.out.values()].slice(0, listMax).map(entryOf),
      last: this.#last(address),
    }
  }

  #unavailable(address: Address, { code, message: title }: Problem): ActorView {
    const { kind, id } = address
    const empty = { waiting: 0, rev: 0, out: 0, reminders: 0, version: 0, bytes: 0, state: null }
    const lists = { reminderList: [], outbox: [], last: this.#last(address) }
    return { kind, id, status: 'unavailable', ...empty, ...lists, unavailable: { code, title } }
  }

  #last(address: Address) {
    return (this.#parts.journal?.of(address, lastMax) ?? []).map(ofWorkspace)
  }
}

/** Whoever is asked for what never was makes no actor of it. */
const isThere = ({ rev, status }: Activation) => rev > 0 || status !== 'idle'

function lineOf({ address: { kind, id }, status, waiting, rev, out, reminders }: Activation): ActorLine {
  return { kind, id, status, waiting, rev, out: out.size, reminders: reminders.size }
}

/** A state that is not what its schema says could hold a secret anywhere: then nothing of it is shown. */
function stateOf(actor: Actor, state: object): unknown {
  const isKnown = Object.keys(state).every((field) => isDeclared(actor, field))
  return isKnown ? toMasked(actor.state, state) : mask
}

function isDeclared({ state }: Actor, field: string) {
  const { shape } = state as { shape?: Record<string, unknown> }
  return shape === undefined || field in shape
}

function entryOf(entry: Entry) {
  const { n, type } = entry
  if (type === 'effect') return { n, type, what: entry.effect, to: null }
  return { n, type, what: entry.message, to: `${entry.to.kind}/${entry.to.id}` }
}

function ofWorkspace({ workspaceId: _, ...noted }: Noted) {
  return noted
}

const compare = (one: string, other: string) => (one < other ? -1 : Number(one > other))
