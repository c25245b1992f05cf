import type { z } from 'zod'
import { Problem } from '../../kernel/problem.ts'
import type { Settings } from '../../kernel/settings.ts'
import type {
  EffectCall,
  Happened,
  InputOf,
  MessageOf,
  Principal,
  Reminder,
  ReplyOf,
  RowWrite,
  Shape,
  Tell,
} from './contract.ts'

/** Why something automatic was done, or was not. Staff read it. */
export interface Decision {
  rule: `${string}@${number}`
  outcome: string
  facts: { [name: string]: string | number | boolean | null }
}

/**
 * A refusal that is remembered: nothing changes, and why is written down all the same, where somebody waits for the
 * answer. What nobody waits for (a tell, a reminder) is not refused but handled: the runtime would try it again.
 */
export class Refused extends Problem {
  readonly decisions: readonly Decision[]

  constructor({ kind, code, message, advice }: Problem, decisions: readonly Decision[]) {
    super(kind, code, message, advice)
    this.decisions = decisions
  }
}

interface Parts<Kind, State> {
  state: State
  events?: Happened<Kind>[]
  rows?: RowWrite<Kind>[]
  tells?: Tell[]
  effects?: EffectCall<Kind>[]
  /** By key: sets, replaces, or forgets with null. One that fires is forgotten before its handler runs. */
  reminders?: { [key: string]: Reminder<Kind> | null }
  decisions?: Decision[]
}

/** Everything that one message brings about. It is written as a whole, and nothing of it leaves before that. */
export type Change<S extends Shape, State, Reply = undefined> = Parts<S['kind'], State> &
  ([Reply] extends [undefined] ? { reply?: undefined } : { reply: Reply })

/** All that a handler may know besides its state and its input. Any other clock, id or chance is a defect. */
export interface Given {
  readonly now: number
  readonly id: string
  readonly workspaceId: string
  /** The workspace's settings as this process knows them now. */
  readonly settings: Settings
  readonly by: Principal
  /** Of a command that may be repeated, the same each time: doing it again makes nothing new. */
  newId(prefix: string): string
  random(): number
  /** Where a reminder brought this message: when it was due, and how many of its kind were missed before it. */
  readonly reminder?: { readonly key: string; readonly at: number; readonly missed: number } | undefined
}

export type Handlers<S extends Shape, State> = {
  [M in MessageOf<S>]: (state: State, input: InputOf<S, M>, given: Given) => Change<S, State, ReplyOf<S, M>>
}

// TypeScript lets a returned literal carry unknown properties: without this, `reminder: …` would change nothing, silently.
type Exact<S extends Shape, H> = {
  [M in keyof H]: M extends MessageOf<S>
    ? H[M] extends (...given: never[]) => infer Returned
      ? Extra<Returned> extends never
        ? H[M]
        : { 'a Change has no part called': Extra<Returned> }
      : never
    : { 'the contract has no message called': M }
}
type Extra<Returned> = Returned extends unknown
  ? Exclude<keyof Returned, keyof Parts<string, unknown> | 'reply'>
  : never

export interface Actor<S extends Shape = Shape, State = unknown, H = Handlers<S, State>> {
  contract: S
  state: z.ZodType<State>
  initial: State
  /** Of the state's schema: 1 unless said. A document of a later one is left alone, one of an earlier is upgraded. */
  version?: number
  migrations?: Migrations
  on: H
}

/** `{2: s => …}` makes a state of version 1 one of version 2. A state that rests is upgraded when it is loaded. */
// What an earlier schema was is written nowhere any more: each step knows what it takes.
export type Migrations = { readonly [to: number]: (state: never) => object }

export function actor<S extends Shape, Schema extends z.ZodType, H extends Handlers<S, z.output<Schema>>>(
  contract: S,
  behaviour: {
    state: Schema
    initial: NoInfer<z.output<Schema>>
    version?: number
    migrations?: Migrations
    on: H & Exact<S, H>
  },
) {
  const { version = 1, migrations = {} } = behaviour
  for (let to = 2; to <= version; to++)
    if (!migrations[to]) throw new Error(`${contract.kind} is of version ${version} and has no migration to ${to}`)
  return { contract, ...behaviour }
}
