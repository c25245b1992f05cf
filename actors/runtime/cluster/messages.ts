import { Encoder, decodeMulti } from '@msgpack/msgpack'
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

const encoder = new Encoder({ ignoreUndefined: true })
export const encoded = (message: Message) => encoder.encode(message)

/** @throws when it is no publication of a member, or one of a version that says things we do not know */
export function* decoded(bytes: Uint8Array): Generator<Message> {
  for (const message of decodeMulti(bytes)) {
    const schema = Array.isArray(message) ? schemas[message[0] as number] : undefined
    if (!schema) throw new Error('a message of no known kind')
    yield schema.parse(message)
  }
}

/** @throws when the other side would not believe it */
export function askOf(n: number, at: { beat: number; version: number; ms: number }, command: Command): Message {
  const { to, message, input, by } = command
  for (const name of [command.id, to.workspaceId, to.kind, to.id, message, by.id])
    if (name.length > idMax) throw invalid('id_too_long', `An id has at most ${idMax} characters.`)
  const who: [string, string, number] = [by.role, by.id, by.depth]
  const where = [to.workspaceId, to.kind, to.id] as const
  const most = [kinds.ask, n, at.beat, at.version, at.ms, command.id, ...where, message, input, who] as const
  return [...most, rareOf(command)]
}

function rareOf({ id: _, to: __, message: ___, input: ____, by: _____, ...rare }: Command) {
  return Object.values(rare).some((part) => part !== undefined) ? rare : null
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
