import { z } from 'zod'

// Each message of the protocol, once: the gateway decodes by these schemas, and the AsyncAPI document shows them. What
// goes over single streams and what commands take is in the contracts. docs/protocol.md says how it all plays together.

/** Streams in one message. */
export const batchMax = 128
const eventsMax = 10_000 // As far back as a log can answer at once.
const count = z.int().nonnegative()
const streamName = z.string().min(1).max(200)
const instantText = z.iso.datetime()
const id = z.string().min(1).max(128)
const token = z.string().min(1).max(8_192)

/** `changes`: of what this client was told before, it need only hear what changed. */
const Wish = z.object({ stream: streamName, since: count.optional(), changes: z.boolean().optional() })

/** What a client connects with: `auth` of Socket.IO. */
export const Handshake = z.object({ token, device: z.string().max(128).optional() })

export const Subscribe = z.object({
  streams: z.array(Wish).min(1).max(batchMax),
})
export const Unsubscribe = z.object({ streams: z.array(streamName).min(1).max(batchMax) })
export const CommandRequest = z.object({
  id: z.string().regex(/^[\x21-\x7e]{1,128}$/),
  name: z.string().min(1).max(128),
  input: z.unknown(),
  expect: z.object({ stream: streamName, seq: count }).optional(),
})
export const Token = z.object({ token })
export const Presence = z.object({ status: z.enum(['online', 'away', 'busy']) })
export const Received = z.object({ stream: streamName, seq: count })

/** An error as every edge shows it (`kernel/problem.ts`). */
export const Refusal = z.object({
  code: z.string().min(1).max(64),
  title: z.string().min(1).max(1_000),
  retryable: z.boolean(),
  /** From now, ms. */
  retryAfterMs: z.number().nonnegative().optional(),
  /** Which fields are wrong, and why. */
  errors: z
    .array(z.object({ path: z.string().max(1_000), message: z.string().max(1_000) }))
    .max(20)
    .optional(),
  /** Who has what was asked for, where only one can have it. */
  holderId: id.optional(),
})

/** What a connection is refused with: Socket.IO's `connect_error`. */
export const NotConnected = z.object({ message: z.literal('refused'), data: Refusal })

export const Hello = z.object({
  v: z.literal(1),
  node: z.string().min(1).max(128),
  now: instantText,
  session: id,
  /** When the token ends. */
  expiresAt: instantText.optional(),
  limits: z.object({ streams: count, payloadBytes: count, commandsPerSecond: count }),
  user: z.object({ id, role: z.string().min(1).max(32), workspaceId: id }),
})
export const Reset = z.object({ stream: streamName, reason: z.string().min(1).max(64) })
/** Of one stream, or of the whole sign-in. */
export const Revoked = z.object({ stream: streamName.optional(), error: Refusal })
export const Goaway = z.object({ reason: z.string().min(1).max(64), afterMs: count, jitterMs: count })

/** An entry of a stream's log. */
export const eventOf = (stream: z.ZodType, type: z.ZodType, data: z.ZodType) =>
  z.object({ stream, seq: z.int().positive(), id, type, at: instantText, data })
export const signalOf = (stream: z.ZodType, type: z.ZodType, data: z.ZodType) =>
  z.object({ stream, type, at: instantText, data })

/** What `subscribe` answers for one stream. */
export const openedOf = (stream: z.ZodType, snapshot: z.ZodType, events: z.ZodType, signals: z.ZodType) => {
  const now = { stream, seq: count, signals: z.array(signals).max(eventsMax) }
  return z.union([z.object({ ...now, snapshot }), z.object({ ...now, events: z.array(events).max(eventsMax) })])
}
export const NotOpened = z.object({ stream: streamName, error: Refusal })

/** Where a command's events end: at this `seq` of this stream the client has seen what it did. */
export const Effect = z.object({ stream: streamName, seq: count })

/** The acknowledgement of a message that the server does. */
export const done = <Answer extends z.ZodRawShape>(answer: Answer) => z.object({ ok: z.literal(true), ...answer })
export const Refused = z.object({ ok: z.literal(false), error: Refusal })

/** What else the answers say, by the message that they answer. */
export const answers = {
  unsubscribe: {},
  token: { expiresAt: instantText.optional() },
  presence: {},
  received: {},
}
