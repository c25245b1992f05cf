import { type z } from 'zod'
import { type Published, type Shape, streamName } from '../../actors/runtime/contract.ts'
import { memorySchema, toWire } from '../../kernel/codec.ts'

/** An event as sockets get it. */
export interface WireEvent {
  stream: string
  seq: number
  id: string
  type: string
  at: string
  data: unknown
}

export interface WireSignal {
  stream: string
  type: string
  at: string
  data: unknown
}

/** A value on its way out: what its schema does not name stays here. */
export const outward = (schema: z.ZodType, value: unknown) => toWire(schema, memorySchema(schema).parse(value))

/** `conversation:c1` is kind `conversation`, stream `main`, id `c1`; undefined for what is no name. */
export function parseStream(name: string) {
  const [, kind, part = 'main', id] = /^([a-z_]+)(?:\.([a-z_]+))?:([\w.-]{1,128})$/.exec(name) ?? []
  return kind !== undefined && id !== undefined ? { kind, part, id } : undefined
}

/** Events and signals in their wire form, by the contracts that declare them. */
export class Wire {
  readonly #events = new Map<string, z.ZodType>()
  readonly #signals = new Map<string, { kind: string; part: string; data: z.ZodType }>()

  constructor(contracts: readonly Shape[]) {
    for (const { kind, events, signals } of contracts) {
      for (const [type, { data }] of Object.entries(events)) this.#events.set(`${kind}/${type}`, data)
      for (const [type, { stream, data }] of Object.entries(signals))
        this.#signals.set(type, { kind, part: stream, data })
    }
  }

  event({ _id: id, stream, seq, type, at, data }: Published): WireEvent {
    const schema = this.#events.get(`${parseStream(stream)?.kind}/${type}`)
    // An event that no contract names any more keeps its place in the order, and shows nothing.
    return { stream, seq, id, type, at: iso(at), data: schema ? toWire(schema, data) : null }
  }

  /** @throws when no contract has such a signal, or the value is not one. */
  signal(type: string, actorId: string, at: number, value: unknown): WireSignal {
    const declared = this.#signals.get(type)
    if (!declared) throw new Error(`no contract has a signal ${type}`)
    const { kind, part, data } = declared
    return { stream: streamName(kind, part, actorId), type, at: iso(at), data: outward(data, value) }
  }
}

const iso = (ms: number) => new Date(ms).toISOString()
