import type { Document as Bson } from 'bson'
import type { z } from 'zod'
import type { Published, RowWrite, Shape } from '../actors/runtime/contract.ts'
import { type Found, type Mark, newer, type Write } from '../actors/runtime/persistence.ts'
import type { Due } from '../actors/runtime/catch-up.ts'
import type { Address, Entry, Recent } from '../actors/runtime/turn.ts'
import type { Stored } from './connection.ts'
import { type Brought, broughtOf, type Kept, keptOf } from './kept.ts'
import { homeOf, type Kind, rowHomeOf } from './kinds.ts'
import type { CollectionName } from './models/index.ts'
import type { Place, Rest } from './rest.ts'
import { SearchIndex } from './search/index.ts'

/** Rows, events and decisions as they rest in their collections. */
export interface Records {
  rows: RestingRow[]
  events: RestingEvent[]
  decisions: Stored[]
}
/** What an event says is one sealed piece: it is read whole or not at all. */
export type RestingEvent = Stored & { stream: string; seq: number; type: string; at: Date; workspaceId: string }
export interface RestingRow {
  in: CollectionName
  id: string
  insert?: Stored
  set?: Record<string, unknown>
  below?: { field: string; value: number }
  /** The revision of the actor that wrote it: a zombie's late update never overwrites a later one. */
  rev: number
}

/**
 * How many digits its `seq` has stands before them as a letter (`a7`, `b12`), so that a stream's events stand in their
 * order where they are found by their id. An index of their own was a seventh of all that a message made the store write.
 */
export const restingEventId = (stream: string, seq: number) => {
  const digits = String(seq)
  return `${stream}:${String.fromCharCode(96 + digits.length)}${digits}`
}

/** As it rests under `actor`; whatever is empty is missing. */
interface Remembered {
  seq: Record<string, number>
  seen: Record<string, number>
  reminders: Record<string, Bson>
  recent: Bson[]
  recentSince: Date
  told: number
}

const epoch = (date: unknown) => (date as Date).getTime()

/** An actor's document, to and from BSON. */
export class ActorDocuments {
  readonly #rest: Rest
  readonly #kinds: Map<string, Kind>
  readonly #search: SearchIndex

  constructor(rest: Rest, kinds: readonly Kind[], search = new SearchIndex(rest)) {
    this.#rest = rest
    this.#search = search
    this.#kinds = new Map(kinds.map((kind) => [kind.contract.kind, kind]))
  }

  read(address: Address, { actor, ...found }: Stored & { actor: Bson }): Found {
    const { contract, state: schema, version: known = 1 } = this.#of(address.kind)
    const version = (actor['v'] as number | undefined) ?? 1
    if (version > known) throw newer(address.kind, version, known)
    const { _id: _, workspaceId: __, ...resting } = found
    const place = this.#place(address)
    const isEarlier = version < known
    const decoded = () => (isEarlier ? this.#rest.decodeAny(resting, place) : this.#rest.decode(schema, resting, place))
    const rev = actor['rev'] as number
    const state = rev === 0 ? {} : decoded()
    const entries = Object.entries((actor['out'] ?? {}) as Record<string, Bson>).map(([n, entry]) => ({
      ...entry,
      n: Number(n),
    }))
    const kept = entries.filter((entry) => (entry as Bson)['type'] !== 'record')
    const records = entries.filter((entry) => (entry as Bson)['type'] === 'record')
    const out = new Map(kept.map((entry) => [entry.n, this.#entryOf(contract, entry, address)]))
    const document = { state: state as object, out, ...this.#countsOf(contract, actor, place) }
    const numbers = records.map(({ n }) => n)
    const opened = records.map((entry) => this.#opened(address, entry as Bson))
    const formerOwner = actor['owner'] as string | undefined
    const marks = (actor['marks'] ?? []) as Mark[]
    return { document, version, formerOwner, marks, rev, records: opened, recordNumbers: numbers }
  }

  /** What an actor remembers of what it said, heard and answered, and of what it is to be reminded of. */
  #countsOf(contract: Shape, actor: Bson, place: Place) {
    const { seq = {}, seen = {}, reminders = {}, recent = [], recentSince, told = 0 } = actor as Partial<Remembered>
    return {
      seq: new Map(Object.entries(seq)),
      seen: new Map(Object.entries(seen).map(([sender, n]) => [sender, { n, at: 0 }])),
      reminders: new Map(Object.entries(reminders).map(([key, due]) => [key, this.#dueOf(contract, due, place)])),
      recent: new Map(recent.map((entry) => [entry['id'] as string, this.#recentOf(contract, entry, place)])),
      recentSince: recentSince ? epoch(recentSince) : 0,
      told,
    }
  }

  recordsOf({ address, rows, events, decisions, rev }: Write): Records {
    return this.#resting(address, { rows, events, decisions, rev: rev + 1 })
  }

  /** Differences only: what has not changed is not sent. `rev` alone is always set. */
  updateOf(write: Write): Bson {
    const { address } = write
    const { contract } = this.#of(address.kind)
    const place = this.#place(address)
    const set = fields<unknown>()
    const unset = fields<''>()
    set['actor.rev'] = write.rev + 1
    this.#changed(write, place, { set, unset })
    for (const [stream, seq] of write.seq) set[`actor.seq.${stream}`] = seq
    for (const [key, due] of write.reminders)
      if (due) set[`actor.reminders.${key}`] = this.#restingDue(contract, due, place)
      else unset[`actor.reminders.${key}`] = ''
    at(set, unset, 'actor.due', write.due)
    this.#outbox(write, { set, unset })
    ofItself(write, set, unset)
    const recent = write.recent.map((one) => this.#restingRecent(contract, one, place))
    return {
      $set: set,
      ...(Object.keys(unset).length > 0 && { $unset: unset }),
      ...(recent.length > 0 && {
        $push: { 'actor.recent': { $each: recent, $slice: -Math.max(1, write.recentKept) } },
      }),
    }
  }

  /** What was handed out and heard: numbered entries that come and go one by one. */
  #outbox(write: Write, { set, unset }: Difference) {
    const { contract } = this.#of(write.address.kind)
    for (const [sender, n] of write.seen) set[`actor.seen.${sender}`] = n
    for (const sender of write.forgotten) unset[`actor.seen.${sender}`] = ''
    at(set, unset, 'actor.outAt', write.outAt)
    for (const n of write.done) unset[`actor.out.${n}`] = ''
    for (const entry of write.entries) set[`actor.out.${entry.n}`] = this.#restingEntry(contract, entry, write.address)
    if (write.recordNumber !== undefined)
      set[`actor.out.${write.recordNumber}`] = { type: 'record', kept: this.#kept(write) }
    if (write.entries.length > 0 || write.recordNumber !== undefined) set['actor.told'] = write.told
  }

  eventOf({ workspaceId, stream, seq, type, at, data }: RestingEvent & { data?: unknown }): Published {
    const _id = `${stream}:${seq}`
    const plain = this.#rest.unseal({ workspaceId, at: `events/${_id}` }, data)
    return { _id, workspaceId, stream, seq, type, at: epoch(at), data: plain }
  }

  #of(kind: string) {
    const found = this.#kinds.get(kind)
    if (!found) throw new Error(`the store knows no kind ${kind}`)
    return found
  }

  #place({ workspaceId, kind, id }: Address): Place {
    return { workspaceId, at: `${homeOf(kind)}/${id}` }
  }

  #changed({ address, state, before }: Write, place: Place, { set, unset }: Difference) {
    const now = state as Record<string, unknown>
    const then = (before ?? {}) as Record<string, unknown>
    for (const field of Object.keys(then)) if (!(field in now)) unset[field] = ''
    const changed = Object.keys(now).filter((field) => before === undefined || now[field] !== then[field])
    if (changed.length === 0) return
    const schema = this.#of(address.kind).state
    // A plain object can be encoded field by field; a union says only as a whole which of its parts it is.
    const shape = (schema as Partial<z.ZodObject>).shape as Record<string, z.ZodType> | undefined
    const whole = shape ? now : this.#rest.encode(schema, now, place)
    for (const field of changed) {
      const part = shape?.[field]
      set[field] = part ? this.#rest.encode(part, now[field], place, `.${field}`) : whole[field]
    }
    if (address.kind === 'user') Object.assign(set, this.#search.ofPerson(address.workspaceId, state, changed))
  }

  #row(contract: Shape, write: RowWrite<string>, workspaceId: string, rev: number): RestingRow {
    const schema = contract.rows[write.row] as z.ZodType
    const home = rowHomeOf(write.row)
    const place = { workspaceId, at: `${home}/${write.id}` }
    if ('insert' in write) {
      const insert = { ...(this.#rest.encode(schema, write.insert, place) as Stored), workspaceId, rev }
      return { in: home, id: write.id, insert, rev }
    }
    const set = this.#rest.encode(schema, write.set, place) as Record<string, unknown>
    return { in: home, id: write.id, set, rev, ...(write.below && { below: write.below }) }
  }

  #resting(address: Address, { rows, events, decisions, rev }: Brought): Records {
    const { workspaceId, kind, id } = address
    const { contract } = this.#of(kind)
    return {
      rows: rows.flatMap((row) => [
        this.#row(contract, row, workspaceId, rev),
        ...this.#search.rowOf(row, workspaceId, rev),
      ]),
      events: events.map((event) => {
        const data = this.#rest.seal({ workspaceId, at: `events/${event._id}` }, event.data)
        return { ...event, _id: restingEventId(event.stream, event.seq), at: new Date(event.at), data }
      }),
      decisions: decisions.map((one, index) => {
        return { ...one, _id: `${kind}:${id}:${rev}:${index}`, workspaceId, at: new Date(one.at) }
      }),
    }
  }

  /** One sealed piece, which nobody looks into but a redo. */
  #kept({ address, rev, rows, events, decisions }: Write) {
    const { contract } = this.#of(address.kind)
    return this.#rest.seal(this.#keptAt(address), keptOf(contract, { rev: rev + 1, rows, events, decisions }))
  }

  #opened(address: Address, { kept }: Bson): Records {
    const opened = this.#rest.unseal(this.#keptAt(address), kept) as Kept
    return this.#resting(address, broughtOf(this.#of(address.kind).contract, address, opened))
  }

  #keptAt(address: Address) {
    const { workspaceId, at } = this.#place(address)
    return { workspaceId, at: `${at}/records` }
  }

  #restingDue(contract: Shape, due: Due, place: Place) {
    const { kind: _, ...rest } = due as Due & { kind?: string }
    return { ...rest, at: new Date(due.at), data: this.#rest.encode(input(contract, due.message), due.data, place) }
  }

  #dueOf(contract: Shape, resting: Bson, place: Place): Due {
    const due = resting as unknown as Due
    return { ...due, at: epoch(due.at), data: this.#rest.decode(input(contract, due.message), due.data, place) }
  }

  #restingRecent(contract: Shape, { reply, at, ...rest }: Recent & { id: string }, place: Place) {
    const schema = contract.messages[rest.message]?.reply
    return { ...rest, at: new Date(at), reply: schema ? this.#rest.encode(schema, reply, place) : null }
  }

  #recentOf(contract: Shape, entry: Bson, place: Place): Recent {
    const message = entry['message'] as string
    const schema = contract.messages[message]?.reply
    const reply = schema ? this.#rest.decode(schema, entry['reply'], place) : undefined
    // Those that were kept before they had a time are the oldest.
    return { message, reply, at: entry['at'] ? epoch(entry['at']) : 0 }
  }

  #inputSchema(contract: Shape, entry: Entry): z.ZodType {
    if (entry.type === 'tell') return input(this.#of(entry.to.kind).contract, entry.message)
    const declared = contract.effects[entry.effect]
    if (!declared) throw new Error(`${contract.kind} has no effect ${entry.effect}`)
    return declared.input
  }

  #restingEntry(contract: Shape, entry: Entry, address: Address) {
    const { n, ...rest } = entry
    const place = this.#inputAt(address, n)
    return { ...rest, input: this.#rest.encodeWhole(this.#inputSchema(contract, entry), entry.input, place) }
  }

  #inputAt(address: Address, n: number): Place {
    const { workspaceId, at } = this.#place(address)
    return { workspaceId, at: `${at}.out.${n}.input` }
  }

  #entryOf(contract: Shape, resting: Bson & { n: number }, address: Address): Entry {
    const entry = resting as unknown as Entry
    const { input } = entry
    const isWhole = typeof input === 'string' || isBytes(input)
    // Earlier releases wrote it field by field.
    const decoded = isWhole
      ? this.#rest.decodeWhole(input, this.#inputAt(address, entry.n))
      : this.#rest.decode(this.#inputSchema(contract, entry), input, this.#place(address))
    return { ...entry, input: decoded }
  }
}

/** What a write changes of a document. */
interface Difference {
  set: Record<string, unknown>
  unset: Record<string, ''>
}
// Without a prototype it is a dictionary from the start: names that come once would cost a hidden class each.
const fields = <Value>() => Object.create(null) as Record<string, Value>

/** As the driver answers what is sealed. */
const isBytes = (value: unknown): value is object =>
  Buffer.isBuffer(value) || (typeof value === 'object' && value !== null && '_bsontype' in value)

function input(contract: Shape, message: string): z.ZodType {
  const declared = contract.messages[message]
  if (!declared) throw new Error(`${contract.kind} takes no message ${message}`)
  return declared.input
}

/** What the document says of itself. */
function ofItself({ recentSince, version, marks }: Write, set: Record<string, unknown>, unset: Record<string, ''>) {
  at(set, unset, 'actor.recentSince', recentSince)
  if (version !== undefined) set['actor.v'] = version
  if (marks?.length) set['actor.marks'] = marks
  else if (marks) unset['actor.marks'] = ''
}

function at(set: Record<string, unknown>, unset: Record<string, ''>, field: string, value: number | null | undefined) {
  if (value === null) unset[field] = ''
  else if (value !== undefined) set[field] = new Date(value)
}
