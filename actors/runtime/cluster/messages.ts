import { Decoder, Encoder } from '@msgpack/msgpack'
import { z } from 'zod'
import { invalid, Problem, type ProblemKind } from '../../../kernel/problem.ts'
import { Moved } from '../refusals.ts'
import type { Address, Command } from '../turn.ts'

// What members say to one another: a MessagePack sequence, each message an array whose first item says what it is.
// Redis hands over whatever somebody publishes there, so everything is checked before it is believed.

const idMax = 512
const id = z.string().min(1).max(idMax)
const number = z.int().min(0)
const chainMax = 64

const By = z.tuple([z.string().max(32), id, number])
/** The parts of a command that not every command has. */
type Rare = Omit<Command, 'id' | 'to' | 'message' | 'input' | 'by'>
const Rare = z.strictObject({
  isRetried: z.boolean().optional(),
  issuedAt: z.number().optional(),
  told: z.strictObject({ sender: id, n: number, after: number.optional() }).optional(),
  reminder: z.strictObject({ key: id, at: z.number() }).optional(),
  completes: number.optional(),
  forgets: id.optional(),
  chain: z.array(z.string().max(2_048)).max(chainMax).readonly().optional(),
} satisfies { [Part in keyof Rare]-?: z.ZodType })

export const kinds = { ask: 0, reply: 1, problem: 2, fault: 3, moved: 4, question: 5, wake: 6, hello: 7 } as const

const Ask = z.tuple([
  z.literal(kinds.ask),
  /** Counts what this sender asks of this receiver. */
  number,
  /** The receiver's beat and the version of the board as the sender knew them. */
  number,
  number,
  /** How long it may take, ms. */
  number,
  // The command: its id, workspace, kind, actor, message, input, who, the rest.
  id,
  id,
  id,
  id,
  id,
  z.unknown(),
  By,
  Rare.nullable(),
])
const Reply = z.tuple([z.literal(kinds.reply), number]).rest(z.unknown())
const Told = z.tuple([
  z.literal(kinds.problem),
  number,
  z.enum([
    'malformed',
    'unauthorized',
    'forbidden',
    'missing',
    'conflict',
    'stale',
    'too_large',
    'unsupported',
    'invalid',
    'limited',
    'busy',
  ] satisfies ProblemKind[]),
  z.string().max(200),
  z.string().max(8_192),
  z.looseObject({}),
])
const Fault = z.tuple([z.literal(kinds.fault), number, z.string().max(200), z.string().max(8_192)])
const MovedAway = z.tuple([z.literal(kinds.moved), number])
const Question = z.tuple([z.literal(kinds.question), number, id, z.unknown()])
const Wake = z.tuple([z.literal(kinds.wake), z.array(z.tuple([id, id, id])).max(1_000)])
/** The first message of each publication: from whom. */
const Hello = z.tuple([z.literal(kinds.hello), id])

const schemas = [Ask, Reply, Told, Fault, MovedAway, Question, Wake, Hello] as const
export type Message = z.output<(typeof schemas)[number]>

// Made once: to make them takes longer than to read or write a reply.
const encoder = new Encoder({ ignoreUndefined: true })
const decoder = new Decoder()
/** A copy in Node's pool: an `ArrayBuffer` of its own, which `encode` makes, costs more than what is put into it. */
export const encoded = (message: Message) => Buffer.from(encoder.encodeSharedRef(message))

const isId = (of: unknown) => typeof of === 'string' && of.length > 0 && of.length <= idMax
const isNumber = (of: unknown) => Number.isSafeInteger(of) && (of as number) >= 0
const isBy = (of: unknown) =>
  Array.isArray(of) && of.length === 3 && `${of[0]}`.length <= 32 && of.slice(0, 2).every(isId) && isNumber(of[2])

/**
 * What nearly all of them are: an ask without any rare part, a reply, and who speaks. A look says so for a tenth of what
 * their schemas cost, and is never laxer than they are; what it does not know passes its schema.
 */
function isUsual(message: readonly unknown[]) {
  switch (message[0]) {
    case kinds.ask:
      return isUsualAsk(message)
    case kinds.reply:
      return message.length <= 3 && isNumber(message[1])
    case kinds.hello:
      return message.length === 2 && isId(message[1])
    default:
      return false
  }
}

function isUsualAsk(ask: readonly unknown[]) {
  if (ask.length !== 13 || ask[12] !== null || !isBy(ask[11])) return false
  for (let at = 1; at < 10; at++) if (!(at < 5 ? isNumber(ask[at]) : isId(ask[at]))) return false
  return true
}

/**
 * What is in a publication. A message that cannot be believed, as one of a newer version may be, is told to `bad` and left
 * out. @throws when these are no messages at all: where the next one begins is then not known
 */
export function* decoded(bytes: Uint8Array, bad: (error: unknown) => void): Generator<Message> {
  for (const message of decoder.decodeMulti(bytes)) {
    if (!Array.isArray(message)) throw new Error('not what a member says')
    const known = read(message)
    if (known?.success) yield known.data
    else bad(known?.error ?? new Error('a message of no known kind'))
  }
}

const read = (message: readonly unknown[]) =>
  isUsual(message)
    ? { success: true as const, data: message as unknown as Message }
    : schemas[message[0] as number]?.safeParse(message)

/** @throws when the other side would not believe it */
export function askOf(n: number, at: { beat: number; version: number; ms: number }, command: Command): Message {
  const { to, message, input, by } = command
  for (const name of [command.id, to.workspaceId, to.kind, to.id, message, by.id])
    if (name.length > idMax) throw invalid('id_too_long', `An id has at most ${idMax} characters.`)
  const who: [string, string, number] = [by.role, by.id, by.depth]
  const { beat, version, ms } = at
  const rare = rareOf(command)
  return [kinds.ask, n, beat, version, ms, command.id, to.workspaceId, to.kind, to.id, message, input, who, rare]
}

const rareParts = Object.keys(Rare.shape) as (keyof Rare)[]
function rareOf(command: Command): Rare | null {
  let rare: { [part: string]: unknown } | null = null
  for (const part of rareParts) {
    const value = command[part]
    if (value !== undefined && value !== false) (rare ??= {})[part] = value
  }
  return rare
}

export function commandOf(ask: Ask): Command {
  const [, , , , , commandId, workspaceId, kind, actorId, message, input, [role, by, depth], rare] = ask
  return {
    id: commandId,
    to: { workspaceId, kind, id: actorId },
    message,
    input,
    by: { role: role as Command['by']['role'], id: by, depth },
    ...(rare as Rare | null),
  }
}
export type Ask = z.output<typeof Ask>

/** A reply that is not there stays so: `null` is another one. */
export const replyOf = (n: number, reply: unknown): Message =>
  reply === undefined ? [kinds.reply, n] : [kinds.reply, n, reply]

/** What the asker's own process would have thrown. */
export function refusalOf(n: number, error: unknown): Message {
  if (error instanceof Moved) return [kinds.moved, n]
  if (error instanceof Problem)
    return [kinds.problem, n, error.kind, error.code, error.message.slice(0, 8_192), { ...error.advice }]
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return [kinds.fault, n, name.slice(0, 200), message.slice(0, 8_192)]
}

export function errorOf(message: Message): Error | undefined {
  switch (message[0]) {
    case kinds.moved:
      return new Moved()
    case kinds.problem:
      return new Problem(message[2], message[3], message[4], message[5])
    case kinds.fault:
      return Object.assign(new Error(message[3]), { name: message[2] })
    default:
      return undefined
  }
}

export const wakeOf = (addresses: readonly Address[]): Message => [
  kinds.wake,
  addresses.map(({ workspaceId, kind, id: actorId }) => [workspaceId, kind, actorId]),
]
export const questionOf = (n: number, name: string, input: unknown): Message => [kinds.question, n, name, input]
export const helloOf = (me: string): Message => [kinds.hello, me]
