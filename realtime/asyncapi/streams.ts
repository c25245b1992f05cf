import { z } from 'zod'
import { type Shape, streamName } from '../../actors/runtime/contract.ts'
import { type Code, ofOwners } from '../socket/codes.ts'
import { eventOf, NotOpened, openedOf, signalOf } from '../socket/protocol.ts'
import type { Listed, StreamSource } from '../socket/stream.ts'
import { eventExamples, signalExamples } from './examples.ts'
import { channelRef, example, type Message } from './message.ts'
import type { Schemas } from './schemas.ts'

const changesMax = 200

/** What one stream of a `subscribe` may be refused with. */
export const notOpened: readonly Code[] = [
  'internal',
  'not_allowed',
  'no_such_stream',
  'too_many_streams',
  'gone',
  ...ofOwners,
]

interface Stream {
  key: string
  contract: Shape
  part: string
  snapshot: z.ZodType
  listed: { readonly [type: string]: Listed }
}

/** A channel for each stream: its events and signals, and what a snapshot of it is. */
export function streamsOf(contracts: readonly Shape[], sources: readonly StreamSource[], schemas: Schemas) {
  const streams = contracts.flatMap((contract) =>
    Object.keys(contract.streams).map((part) => streamOf(contract, part, sources)),
  )
  const described = streams.map((stream) => describe(stream, schemas))
  return {
    opened: z.union([...described.map(({ opened }) => opened), NotOpened]),
    channels: Object.fromEntries(described.map(({ key, channel }) => [key, channel])),
    operations: Object.fromEntries(
      described.map(({ key, address }) => [
        `hear_${key}`,
        { action: 'send', channel: channelRef(key), summary: `What happens on ${address}` },
      ]),
    ),
  }
}

/** @throws when nobody answers for a stream that a contract promises. */
function streamOf(contract: Shape, part: string, sources: readonly StreamSource[]): Stream {
  const declared = sources.find(({ kind }) => kind === contract.kind)?.streams[part]
  if (!declared) throw new Error(`realtime/streams has no ${contract.kind}, ${part}`)
  return { key: `${contract.kind}_${part}`, contract, part, snapshot: declared.shape, listed: declared.listed ?? {} }
}

function describe({ key, contract, part, snapshot, listed }: Stream, schemas: Schemas) {
  const { kind, streams, events, signals } = contract
  const address = streamName(kind, part, '{id}')
  const name = z.string().regex(new RegExp(`^${streamName(kind, part, '').replace('.', '\\.')}[\\w.-]{1,128}$`))
  const here = <T extends { stream: string; data: z.ZodType }>(all: Record<string, T>) =>
    Object.entries(all).filter(([, { stream }]) => stream === part)
  const eventSchemas = here(events).map(([type, { data }]) => ({
    type,
    schema: eventOf(name, z.literal(type), withChanges(data, listed[type])),
  }))
  const signalSchemas = here(signals).map(([type, { data }]) => ({
    type,
    schema: signalOf(name, z.literal(type), data),
  }))
  const messages: [string, Message][] = [
    ...eventSchemas.map(({ type, schema }) => event(type, schemas.name(`event.${type}`, schema), address)),
    ...signalSchemas.map(({ type, schema }) => signal(type, schemas.name(`signal.${type}`, schema), address)),
  ]
  // A type that no contract names any more keeps its place in the order, and shows nothing.
  const forgotten = eventOf(name, z.string().min(1).max(128), z.null())
  const anyEvent = z.union([...eventSchemas.map(({ schema }) => schema), forgotten])
  const [first, ...more] = signalSchemas.map(({ schema }) => schema)
  const anySignal = first ? z.union([first, ...more]) : z.never()
  const opened = openedOf(name, snapshot, anyEvent, anySignal)
  schemas.name(`${key}.opened`, opened)
  return {
    key,
    address,
    opened,
    channel: {
      address,
      title: address,
      description:
        `May be read by: ${streams[part]}. What \`subscribe\` answers for it is the schema \`${key}.opened\`; ` +
        `it may be refused with ${notOpened.map((code) => `\`${code}\``).join(', ')}.`,
      parameters: { id: { description: `The id of the ${kind}.` } },
      messages: Object.fromEntries(messages),
      'x-readers': streams[part],
      'x-codes': notOpened,
    },
  }
}

/** Whoever asks for changes finds them beside what is told whole. */
function withChanges(data: z.ZodType, listed: Listed | undefined) {
  if (!listed || !(data instanceof z.ZodObject)) return data
  return data.extend({ changes: z.array(listed.shape).max(changesMax).optional() })
}

const event = (type: string, payload: object, address: string): [string, Message] => [
  type,
  {
    name: type,
    title: `Event ${type}`,
    payload,
    ...exampleOf(eventExamples[type], (data) => ({
      stream: addressOf(address),
      seq: 42,
      id: `${addressOf(address)}:42`,
      type,
      at: '2026-11-21T09:30:00.000Z',
      data,
    })),
    'x-emit': 'event',
  },
]

const signal = (type: string, payload: object, address: string): [string, Message] => [
  type,
  {
    name: type,
    title: `Signal ${type}`,
    description: 'Only true now: no `seq`, never stored, not repeated.',
    payload,
    ...exampleOf(signalExamples[type], (data) => ({
      stream: addressOf(address),
      type,
      at: '2026-11-21T09:30:00.000Z',
      data,
    })),
    'x-emit': 'signal',
  },
]

const addressOf = (address: string) => address.replace('{id}', 'example')
const exampleOf = (data: unknown, of: (data: unknown) => unknown) =>
  data === undefined ? {} : { examples: example(of(data)) }
