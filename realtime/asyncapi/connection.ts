import type { z } from 'zod'
import type { Code } from '../socket/codes.ts'
import * as protocol from '../socket/protocol.ts'
import { connectionExamples } from './examples.ts'
import { asked, channelRef, example, messageRef } from './message.ts'
import type { Schemas } from './schemas.ts'

const channel = 'connection'

/** What the server says by itself. */
const said = {
  hello: { schema: protocol.Hello, title: 'The first thing that the server says' },
  reset: {
    schema: protocol.Reset,
    title: 'Subscribe to this stream again, with since',
    description: '`slow_consumer`: more than 1 MiB waited unread. `gap`: the server cannot say what was missed.',
  },
  revoked: {
    schema: protocol.Revoked,
    title: 'The sign-in is over, or with a stream the permission to read it',
    description: 'With `error.retryable`, come back with a fresh token.',
    codes: ['session_revoked', 'token_expired', 'not_allowed'],
  },
  goaway: {
    schema: protocol.Goaway,
    title: 'This process is leaving',
    description: 'Reconnect after `afterMs` and a random part of `jitterMs`, both ms.',
  },
} as const

/** What the connection itself may be refused with: `connect_error`, whose `data` is an Error. */
const refusals: readonly Code[] = ['unauthorized', 'too_many_sockets', 'going_away', 'try_again', 'internal']

const greeting = {
  connect: { schema: protocol.Handshake, title: 'Connect: auth of the Socket.IO handshake' },
  connect_error: {
    schema: protocol.NotConnected,
    title: 'The connection is refused',
    description: 'With `data.retryable` after `data.retryAfterMs`, else with another token.',
  },
}

/** What a client asks, but for commands. `opened` is what `subscribe` answers for one stream. */
const asks = (opened: z.ZodType) => ({
  subscribe: {
    schema: protocol.Subscribe,
    title: 'Follow streams, each from where the client stands or with a snapshot',
    answer: protocol.done({ streams: opened.array().min(1).max(protocol.batchMax) }),
    codes: ['slow_consumer'] as const,
  },
  unsubscribe: {
    schema: protocol.Unsubscribe,
    title: 'Leave streams',
    answer: protocol.done(protocol.answers.unsubscribe),
    codes: [],
  },
  token: {
    schema: protocol.Token,
    title: 'Go on with a fresh token, without a reconnect',
    answer: protocol.done(protocol.answers.token),
    codes: ['unauthorized', 'not_allowed', 'try_again'] as const,
  },
  presence: {
    schema: protocol.Presence,
    title: 'Say how available this device is',
    answer: protocol.done(protocol.answers.presence),
    codes: [],
  },
  received: {
    schema: protocol.Received,
    title: 'Say that an event has reached its person',
    answer: protocol.done(protocol.answers.received),
    codes: [],
  },
})

/** The connection itself: how it begins, goes on and ends, and which streams it follows. */
export function connectionOf(opened: z.ZodType, schemas: Schemas) {
  const asking = Object.entries(asks(opened))
  const refused = schemas.name('Refused', protocol.Refused)
  schemas.name('Error', protocol.Refusal)
  const messages = [
    ...Object.entries({ ...greeting, ...said }).map(([name, { schema, ...shown }]) =>
      heard(name, schemas.name(name, schema), shown),
    ),
    ...asking.map(([name, { schema, title }]) => heard(name, schemas.name(name, schema), { title })),
    ...asking.map(([name, { answer }]) => answered(name, schemas.name(`${name}.done`, answer))),
    ['refused', { name: 'refused', title: 'It was not done', payload: refused, examples: examplesOf('refused') }],
  ]
  return {
    channels: {
      [channel]: {
        address: '/',
        title: 'Connection',
        messages: Object.fromEntries(messages) as Record<string, object>,
      },
    },
    operations: {
      connect: {
        action: 'receive',
        channel: channelRef(channel),
        summary: greeting.connect.title,
        description: `May be refused with ${refusals.map((code) => `\`${code}\``).join(', ')}.`,
        messages: [messageRef(channel, 'connect')],
        reply: {
          channel: channelRef(channel),
          messages: [messageRef(channel, 'hello'), messageRef(channel, 'connect_error')],
        },
        'x-codes': refusals,
      },
      ...Object.fromEntries(Object.entries(said).map(([name, one]) => [name, saying(name, one)])),
      ...Object.fromEntries(
        asking.map(([name, { title, codes }]) => [
          name,
          asked({ channel, message: name, answer: `${name}.done`, summary: title, codes }),
        ]),
      ),
    },
  }
}

const saying = (name: string, { title, codes }: { title: string; codes?: readonly Code[] }) => ({
  action: 'send',
  channel: channelRef(channel),
  summary: title,
  messages: [messageRef(channel, name)],
  ...(codes && { 'x-codes': codes }),
})

const heard = (name: string, payload: object, shown: { title: string; description?: string; codes?: unknown }) => {
  const { title, description } = shown
  return [
    name,
    { name, title, ...(description && { description }), payload, examples: examplesOf(name), 'x-emit': name },
  ]
}

const answered = (name: string, payload: object) => [
  `${name}.done`,
  { name: `${name}.done`, title: `The answer to ${name}`, payload, examples: examplesOf(`${name}.done`) },
]

const examplesOf = (name: string) => example(connectionExamples[name as keyof typeof connectionExamples])
