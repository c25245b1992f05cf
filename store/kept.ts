import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { memorySchema } from '../kernel/codec.ts'
import { type Published, type RowWrite, type Shape, streamName } from '../actors/runtime/contract.ts'
import type { Address, DecisionRow } from '../actors/runtime/turn.ts'

/** What a commit brings beside its document, with the revision that it made. */
export interface Brought {
  rev: number
  rows: readonly RowWrite<string>[]
  events: readonly Published[]
  decisions: readonly DecisionRow[]
}

/**
 * The same as it rests in the document until it is down. It is written with almost every message, so nothing stands in
 * it twice: what an event shows of a row of the same commit is said by the row's place.
 */
export interface Kept extends Omit<Brought, 'events'> {
  events: readonly (KeptEvent | Published)[]
}
interface KeptEvent extends Pick<Published, 'type' | 'seq' | 'at' | 'data'> {
  /** By field of the data. */
  rows?: Record<string, number>
}

type Fields = Record<string, unknown>

export function keptOf(contract: Shape, { rev, rows, events, decisions }: Brought): Kept {
  return { rev, rows, events: events.map((event) => keptEvent(contract, event, rows)), decisions }
}

/** What was kept, as it was brought. An earlier release kept each event whole. */
export function broughtOf(contract: Shape, to: Address, { events, ...rest }: Kept): Brought {
  return { ...rest, events: events.map((event) => ('_id' in event ? event : eventOf(contract, to, event, rest.rows))) }
}

function keptEvent(contract: Shape, { type, seq, at, data }: Published, rows: Kept['rows']): KeptEvent {
  const own: Fields = {}
  const places: Record<string, number> = {}
  if (!shapeOf(contract, type)) return { type, seq, at, data }
  for (const [field, value] of Object.entries(data as Fields)) {
    const part = partOf(contract, type, field)
    const place = part ? rows.findIndex((row) => 'insert' in row && isPartOf(part, value, row.insert)) : -1
    if (place < 0) own[field] = value
    else places[field] = place
  }
  return { type, seq, at, data: own, ...(Object.keys(places).length > 0 && { rows: places }) }
}

function eventOf(contract: Shape, to: Address, { type, seq, at, data, rows }: KeptEvent, all: Kept['rows']) {
  const shown = Object.entries(rows ?? {}).map(([field, place]): [string, unknown] => {
    const row = all[place]
    const part = partOf(contract, type, field)
    if (!part || !row || !('insert' in row)) throw new Error(`what ${type} shows as ${field} was not kept`)
    return [field, memorySchema(part).parse(row.insert)]
  })
  const stream = streamName(to.kind, contract.events[type]?.stream ?? '', to.id)
  const whole = rows ? { ...(data as Fields), ...Object.fromEntries(shown) } : data
  return { _id: `${stream}:${seq}`, workspaceId: to.workspaceId, stream, seq, type, at, data: whole }
}

const shapeOf = (contract: Shape, type: string) => (contract.events[type]?.data as Partial<z.ZodObject>).shape

/** Of an event's data, where the contract says that it is an object. */
function partOf(contract: Shape, type: string, field: string): z.ZodObject | undefined {
  const part: unknown = shapeOf(contract, type)?.[field]
  return part && typeof part === 'object' && 'shape' in part ? (part as z.ZodObject) : undefined
}

function isPartOf(part: z.ZodObject, value: unknown, row: object): boolean {
  if (value === null || typeof value !== 'object') return false
  const shown = value as Fields
  const whole = row as Fields
  if (shown['_id'] !== whole['_id']) return false
  // Most of it is the very same value, and to ask that first is a fifth of the price.
  return Object.keys(part.shape).every(
    (name) => shown[name] === whole[name] || isDeepStrictEqual(shown[name], whole[name]),
  )
}
