import type { Published } from '../../../actors/runtime/contract.ts'
import { newId } from '../../../kernel/id.ts'
import type { Applied } from '../../harness/mongo-proxy.ts'
import type { CounterState, LedgerState } from './actors.ts'

/** What a client asked, and what it heard. Times are monotonic ms of the test's process. */
export interface Operation {
  actor: string
  type: 'add' | 'view'
  commandId: string
  /** Of an addition: what it adds; of a view: the last thing that it saw. */
  tag: string | null
  n: number
  start: number
  end: number
  attempts: number
}

/** All that could be observed from outside while it happened. */
export class History {
  readonly operations: Operation[] = []
  /** When an addition was first asked for, also when nobody ever heard of it again. */
  readonly begun = new Map<string, number>()
  /** By counter: the reminders that must have rung in the end. */
  readonly reminders = new Map<string, Set<string>>()
  readonly events: { member: string; event: Published }[] = []
  readonly charges: { member: string; key: string; tag: string }[] = []
  readonly applied: Applied[] = []
  readonly faults: string[] = []
  /** What was done, for whoever has to find out what came of it. */
  readonly deeds: string[] = []
  /** Messages that may rest with the dead letters. */
  readonly buried = new Set<string>()
  /** By actor: how many were seen to wait for it at once. */
  readonly crowds = new Map<string, number>()
  readonly #commandIds = new Map<string, string>()
  readonly #began = performance.now()

  /** Who adds a tag again, comes with the same id, which says when it was first asked for. */
  commandIdOf(tag: string): string {
    const known = this.#commandIds.get(tag) ?? newId('cmd')
    this.#commandIds.set(tag, known)
    return known
  }

  remindersOf(actor: string): Set<string> {
    const known = this.reminders.get(actor) ?? new Set()
    this.reminders.set(actor, known)
    return known
  }

  waited(actor: string, count: number) {
    this.crowds.set(actor, Math.max(this.crowds.get(actor) ?? 0, count))
  }

  did(what: string) {
    this.deeds.push(`${Math.round(performance.now() - this.#began)} ms: ${what}`)
  }
}

/** What the store holds when everybody is dead. */
export interface Remains {
  counters: Map<string, CounterState & { rev: number }>
  ledgers: Map<string, LedgerState & { rev: number }>
  rows: { counter: string; n: number; tag: string }[]
  events: Published[]
  /** Who had not come to rest before they were killed. */
  busy: string[]
  letters: { message: string; error: string }[]
  /** Writes whose answers nobody saw: they may have been applied. */
  unknown: readonly Applied[]
}
