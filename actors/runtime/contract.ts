import type { z } from 'zod'
import type { Role } from '../../kernel/role.ts'
import type { Permission } from '../../kernel/permissions.ts'

/** Who may read a stream. A name beyond the first three is a rule that the stream's own file brings. */
export type Reader = Permission | 'staff' | 'self' | `rule:${string}`

/** All that another layer may know of an actor. */
export interface Shape {
  readonly kind: string
  readonly messages: { readonly [name: string]: { readonly input: z.ZodType; readonly reply?: z.ZodType } }
  readonly streams: { readonly [name: string]: Reader }
  readonly events: { readonly [type: string]: { readonly stream: string; readonly data: z.ZodType } }
  /** What is only true now: no `seq`, never stored. */
  readonly signals: { readonly [type: string]: { readonly stream: string; readonly data: z.ZodType } }
  readonly rows: { readonly [name: string]: z.ZodObject }
  readonly effects: { readonly [name: string]: EffectShape }
}

export interface EffectShape {
  readonly input: z.ZodType
  readonly result: z.ZodType
  /** The message that brings the result back. */
  readonly answer: string
  /** False when a second call would be felt outside: after a crash its outcome is looked up, never guessed. */
  readonly repeatable: boolean
}

/** Who caused a turn. `depth` counts the automations in between, so that a loop of them ends. */
export interface Principal {
  readonly role: Role
  readonly id: string
  readonly depth: number
}

export interface Tell {
  readonly kind: string
  readonly id: string
  readonly message: string
  readonly input: unknown
}

// Made only by a contract's own words, and stamped with its kind: no actor can record another's history.
export type Happened<Kind> = { readonly kind: Kind; readonly type: string; readonly data: unknown }
export type RowWrite<Kind> = { readonly kind: Kind; readonly row: string; readonly id: string } & (
  { readonly insert: object } | { readonly set: object; readonly below?: Below }
)
/** Guards a row update by rank: it applies only where this field of the row is lower. */
export interface Below {
  readonly field: string
  readonly value: number
}
export type EffectCall<Kind> = {
  readonly kind: Kind
  readonly effect: string
  readonly key: string
  readonly input: unknown
}
export type Reminder<Kind> = {
  readonly kind: Kind
  readonly message: string
  readonly at: number
  readonly data: unknown
} & Recurrence

/** How a reminder comes again, and what becomes of it when its time went by while nothing ran. */
export interface Recurrence {
  /** A pause for the machines' sake: it goes on in the world's time while that of the workspace stands still. */
  readonly isPause?: boolean | undefined
  /** Comes again after this long (at least 100 ms), until it is replaced or forgotten. */
  readonly everyMs?: number | undefined
  /**
   * `once` (what is usual): late, and once however many were missed. `all`: late, each of them, the last 100 at most.
   * `skip`: not at all when it is later than `lateMs`, and a decision says so.
   */
  readonly missed?: 'once' | 'all' | 'skip' | undefined
  /** For `skip`: what still counts as in time, ms. A minute, unless it comes more often than that. */
  readonly lateMs?: number | undefined
}

export type MessageOf<S extends Shape> = keyof S['messages'] & string
export type EventOf<S extends Shape> = keyof S['events'] & string
/** Any event of a contract as its readers get it: narrow by `type`, and `data` is known. */
export type Heard<S extends Shape> = { [T in EventOf<S>]: { type: T; data: DataOf<S, T> } }[EventOf<S>]
export type DataOf<S extends Shape, T extends EventOf<S>> = z.output<S['events'][T]['data']>
export type InputOf<S extends Shape, M extends MessageOf<S>> = z.output<S['messages'][M]['input']>
export type ReplyOf<S extends Shape, M extends MessageOf<S>> = S['messages'][M] extends {
  reply: infer R extends z.ZodType
}
  ? z.output<R>
  : undefined

type Argument<T> = Record<never, never> extends T ? [input?: T] : [input: T]
type Speak<S extends Shape, Out extends { [M in MessageOf<S>]: unknown }> = {
  readonly [M in MessageOf<S>]: (...input: Argument<z.output<S['messages'][M]['input']>>) => Out[M]
}

export type Asks<S extends Shape> = Speak<S, { [M in MessageOf<S>]: Promise<ReplyOf<S, M>> }>
export type Tells<S extends Shape> = Speak<S, { [M in MessageOf<S>]: Tell }>

/** The words in which an actor says what a turn brought about. They only make data; the runtime acts on it. */
export interface Words<S extends Shape> {
  event<T extends EventOf<S>>(type: T, data: z.output<S['events'][T]['data']>): Happened<S['kind']>
  insert<R extends keyof S['rows'] & string>(
    row: R,
    value: z.output<S['rows'][R]> & { _id: string },
  ): RowWrite<S['kind']>
  update<R extends keyof S['rows'] & string>(
    row: R,
    id: string,
    set: Partial<z.output<S['rows'][R]>>,
    below?: Below,
  ): RowWrite<S['kind']>
  effect<E extends keyof S['effects'] & string>(
    effect: E,
    key: string,
    input: z.output<S['effects'][E]['input']>,
  ): EffectCall<S['kind']>
  remind<M extends MessageOf<S>>(
    message: M,
    at: number,
    data: z.output<S['messages'][M]['input']>,
    recurrence?: Recurrence,
  ): Reminder<S['kind']>
  tell(id: string): Tells<S>
}

/** Only these messages can take an effect's result back. */
type Takers<Messages extends Shape['messages'], Result extends z.ZodType> =
  | { [M in keyof Messages]: z.output<Result> extends z.output<Messages[M]['input']> ? M : never }[keyof Messages]
  | 'a message whose input is the result'

/** The actors of one workspace, on behalf of one caller. Nobody outside the runtime gets anything wider. */
export interface Workspace {
  readonly id: string
  at<S extends Shape>(contract: S, id: string): Asks<S>
  /** The same for a repeated request, so that a retried creation finds what the first one made. */
  newId(prefix: string): string
}

/** `{kind}:{id}` for the stream called main, `{kind}.{stream}:{id}` for any other. */
export const streamName = (kind: string, stream: string, id: string) =>
  stream === 'main' ? `${kind}:${id}` : `${kind}.${stream}:${id}`

/** An event as it is kept and sent: `seq` is dense per stream, `_id` is `{stream}:{seq}`. */
export interface Published {
  readonly _id: string
  readonly workspaceId: string
  readonly stream: string
  readonly seq: number
  readonly type: string
  readonly at: number
  readonly data: unknown
}

/** What the edges may ask of the log. */
export interface EventLog {
  /** The `seq` of the latest event whose rows are down; 0 where there was none. */
  head(workspaceId: string, stream: string): Promise<number>
  /** The events after `since`; nothing where some are past the retention, or more than a client should replay. */
  after(workspaceId: string, stream: string, since: number): Promise<Published[] | undefined>
  /** Every event of this process after its commit, in the order of each stream. The answer ends it. */
  follow(listen: (event: Published) => void): () => void
}

export function contract<
  const Kind extends string,
  const Messages extends Shape['messages'],
  const Streams extends Shape['streams'] = Record<never, Reader>,
  const Events extends { [type: string]: { stream: keyof Streams & string; data: z.ZodType } } = Record<never, never>,
  const Signals extends { [type: string]: { stream: keyof Streams & string; data: z.ZodType } } = Record<never, never>,
  const Rows extends Shape['rows'] = Record<never, never>,
  const Effects extends Shape['effects'] = Record<never, never>,
>(shape: {
  kind: Kind
  messages: Messages
  streams?: Streams
  events?: Events
  signals?: Signals
  rows?: Rows
  effects?: Effects & { [E in keyof Effects]: { answer: Takers<Messages, Effects[E]['result']> } }
}) {
  type S = {
    kind: Kind
    messages: Messages
    streams: Streams
    events: Events
    signals: Signals
    rows: Rows
    effects: Effects
  }
  const { kind } = shape
  const whole = { streams: {}, events: {}, signals: {}, rows: {}, effects: {}, ...shape } as unknown as S
  const words: Words<S> = {
    event: (type, data) => ({ kind, type, data }),
    insert: (row, value) => ({ kind, row, id: value._id, insert: value }),
    update: (row, id, set, below) => ({ kind, row, id, set, ...(below && { below }) }),
    effect: (effect, key, input) => ({ kind, effect, key, input }),
    remind: (message, at, data, recurrence) => ({ kind, message, at, data, ...recurrence }),
    tell: (id) => speak<S, Tells<S>>(whole, (message, input): Tell => ({ kind, id, message, input })),
  }
  return { ...whole, ...words }
}

type Say = (message: string, input: unknown) => unknown
type Speaker = new (say: Say) => object
const speakers = new WeakMap<Shape, Speaker>()

/** One method per message, so that an editor finds and renames a message from any of its callers. */
export function speak<S extends Shape, Spoken extends Asks<S> | Tells<S>>(contract: S, say: Say) {
  const Speaks = speakers.get(contract) ?? speakerOf(contract)
  return new Speaks(say) as Spoken
}

const nothingGiven = Object.freeze({})

// A class per contract: a call costs one small object, not one closure per message.
function speakerOf(contract: Shape): Speaker {
  class Speaks {
    readonly say: Say
    constructor(say: Say) {
      this.say = say
    }
  }
  for (const name of Object.keys(contract.messages))
    Object.defineProperty(Speaks.prototype, name, {
      value(this: Speaks, input: unknown = nothingGiven) {
        return this.say(name, input)
      },
    })
  speakers.set(contract, Speaks)
  return Speaks
}
