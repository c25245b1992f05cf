import { ObjectId } from 'bson'
import { encode } from '../../../store/embedded/bson/encode.ts'
import { asNumber, Fields, fields, isArray, isFields, isNumeric } from '../../../store/embedded/bson/value.ts'
import type { Value } from '../../../store/embedded/bson/value.ts'
import { decode } from '../../../store/embedded/bson/decode.ts'
import { PlainUpdate } from '../../../store/embedded/commands/plain-update.ts'
import { StoreError } from '../../../store/embedded/errors.ts'
import { shapeOf } from '../../../store/embedded/observe.ts'
import { validateAll } from '../../../store/embedded/validate.ts'
import { parseMessage } from '../../../store/embedded/wire.ts'
import { changesIn } from './changeset.ts'
import { InnerStore } from './inner.ts'
import type { Asked, Changed } from './inner.ts'
import type { Recorded } from './recording.ts'

/*
 * What was recorded is carried out again, in its order, each command on the documents that it met: as it came, and
 * with no index to help it. A read must find the same; a write must choose, change and answer the same. Where several
 * documents would do (a limit, or one of many that match), the one chosen must be one of them.
 */

export interface Replayed {
  reads: number
  writes: number
  /** Inserts, and what makes and drops collections and indexes: carried out once, they search nothing. */
  others: number
  /** Commands of which another choice was as good; both chose well. */
  ties: number
  /** Answers that were in the recording what they are here: a replay that went its own way proves less. */
  asRecorded: number
  /** Kinds of commands, without their values, and how each finds its documents. */
  shapes: Map<string, string>
  /** Documents that were compared with every index of theirs, before they were dropped and at the end. */
  validated: number
}

const READS = new Set(['find', 'count', 'distinct', 'aggregate'])
const WRITES = new Set(['update', 'delete', 'findAndModify', 'findandmodify'])
const OTHERS = new Set(['insert', 'create', 'createIndexes', 'dropIndexes', 'drop', 'dropDatabase', 'renameCollection'])
const ENDS = new Set(['drop', 'dropDatabase', 'dropIndexes'])
const NATURAL = fields({ $natural: 1 })
/** As the store does it by and by. */
const SETTLE_EVERY = 20
const ALL_AT_ONCE = 1_000_000
/** The plan where there is no such collection yet: it is asked for again. */
const NOT_THERE = 'EOF'

export class Replay {
  readonly store = new InnerStore()
  readonly done: Replayed = {
    reads: 0,
    writes: 0,
    others: 0,
    ties: 0,
    asRecorded: 0,
    shapes: new Map(),
    validated: 0,
  }

  /** @throws Error at the first difference, with the command */
  async take({ request, reply }: Recorded): Promise<void> {
    const ask = () => parseMessage(Buffer.from(request))
    const { command } = ask()
    const [name = ''] = Object.keys(command)
    try {
      if (ENDS.has(name)) await this.validate()
      if (this.done.writes % SETTLE_EVERY === 0) this.store.settle()
      if (isRead(name, command)) {
        this.#shape(name, ask().command)
        this.#read(name, ask, reply)
      } else if (WRITES.has(name)) {
        this.#shape(name, ask().command)
        this.#write(name, ask, reply)
      } else if (OTHERS.has(name) || name === 'aggregate') {
        this.done.others++
        this.#compareWithRecorded(
          attempt(() => this.store.answer(ask())),
          reply,
        )
      }
    } catch (error) {
      const where = `${wordOf(command['$db'])}.${wordOf(command[name])}`
      throw new Error(`${name} in ${where}: ${(error as Error).message}\n${shown(command)}`, { cause: error })
    }
  }

  /** Every index against its documents. */
  async validate(): Promise<void> {
    const { database, catalog } = this.store
    for (const { namespace, documents, errors } of await validateAll(database, catalog, new AbortController().signal)) {
      if (errors.length > 0) throw new Error(`${namespace}: ${errors.join('; ')}`)
      this.done.validated += documents
    }
  }

  close(): void {
    this.store.close()
  }

  /** What is searched for, and how: what an update then changes is no matter here. */
  #shape(name: string, command: Fields): void {
    const searched = fields({ ...command })
    clear(searched, 'update')
    for (const operation of operationsIn(searched)) clear(operation, 'u', 'arrayFilters')
    const shape = `${name} ${wordOf(command[name])} ${shapeOf(searched, name)}`
    if ((this.done.shapes.get(shape) ?? NOT_THERE) !== NOT_THERE) return
    clear(searched, '$db', '$readPreference', 'cursor')
    const asked = fields({ explain: searched, verbosity: 'queryPlanner', $db: command['$db'] })
    const explained = attempt(() => this.store.answer({ command: asked, documents: null }))
    this.done.shapes.set(shape, /IXSCAN|IDHACK|COLLSCAN/.exec(explained.toString('latin1'))?.[0] ?? NOT_THERE)
  }

  #read(name: string, ask: () => Asked, reply: Buffer | null): void {
    this.done.reads++
    const found = this.#found(name, ask, () => undefined, false)
    const plainly = this.#found(name, ask, () => undefined, true)
    this.#compareWithRecorded(found.reply, reply)
    if (found.code !== plainly.code) throw new Error(`refused with ${found.code}, and without indexes ${plainly.code}`)
    if (found.code) return
    if (name === 'find') this.#compareFound(found.documents, ask)
    else if (sorted(found.documents) !== sorted(plainly.documents))
      throw new Error(`${found.documents.length} and ${plainly.documents.length} results, not the same`)
  }

  /** Every document must match, as many as there are, each where the sort allows it to stand. */
  #compareFound(documents: string[], ask: () => Asked): void {
    const { command } = ask()
    const skip = Number(command['skip'] ?? 0)
    const limit = Math.abs(Number(command['limit'] ?? 0)) || Infinity
    const open = (asked: Fields) => clear(asked, 'skip', 'limit')
    const all = this.#found('find', ask, open, true).documents
    if (documents.length !== Math.min(limit, Math.max(0, all.length - skip)))
      throw new Error(`${documents.length} documents, of ${all.length} without an index`)
    const left = countOf(all)
    for (const each of documents) {
      const n = left.get(each) ?? 0
      if (n === 0) throw new Error(`a document that is not found without an index: ${each.slice(0, 200)}`)
      left.set(each, n - 1)
    }
    if (isFields(command['sort']) && documents.length > 0) this.#compareOrder(command['sort'], skip, ask)
    else if (documents.length < all.length) this.done.ties++
  }

  #compareOrder(sort: Fields, skip: number, ask: () => Asked): void {
    const ids = (change: (asked: Fields) => void, isPlain: boolean) => {
      const only = (asked: Fields) => {
        asked['projection'] = fields({ _id: 1 })
        change(asked)
      }
      return this.#found('find', ask, only, isPlain).documents
    }
    const inOrder = (direction: 1 | -1) =>
      ids((asked) => {
        clear(asked, 'skip', 'limit')
        if (sort['_id'] === undefined) asked['sort'] = fields({ ...sort, _id: direction })
      }, true)
    const places = placesOf(inOrder(1), inOrder(-1))
    ids(() => undefined, false).forEach((id, i) => {
      const place = places.get(id)
      if (!place || skip + i < place.first || skip + i > place.last)
        throw new Error(`${id} stands at ${skip + i}, and belongs between ${place?.first} and ${place?.last}`)
    })
  }

  #found(name: string, ask: () => Asked, change: (command: Fields) => void, isPlain: boolean): Found {
    const { command, documents } = ask()
    if (name === 'find') {
      clear(command, 'singleBatch')
      command['batchSize'] = ALL_AT_ONCE
    }
    if (name === 'aggregate') command['cursor'] = fields({ batchSize: ALL_AT_ONCE })
    if (isPlain) command['hint'] = NATURAL
    change(command)
    const answer = () => this.store.answer({ command, documents })
    const reply = attempt(() => (isPlain ? this.store.withoutIndexes(answer) : answer()))
    return foundIn(reply)
  }

  #write(name: string, ask: () => Asked, recorded: Buffer | null): void {
    this.done.writes++
    const operations = operationsIn(ask().command)
    if (operations.some(({ upsert }) => upsert === true)) this.#make(name, ask().command)
    const isChoice = operations.some((operation) => this.#isChoice(name, operation, ask))
    const firstId = this.done.writes * 1_000
    const carriedOut = (asked: Asked, isKept: boolean) =>
      withIdsFrom(firstId, () => changed(() => this.store.change(asked, isKept)))
    const plainly = carriedOut(withoutIndex(ask()), false)
    const { reply, changes } = carriedOut(ask(), true)
    this.#compareWithRecorded(reply, recorded)
    if (reply.equals(plainly.reply) && isSameChange(changes, plainly.changes)) return
    const [said, plain] = [outline(reply), outline(plainly.reply)]
    if (said !== plain) throw new Error(`answers ${said}, and without indexes ${plain}`)
    if (!isChoice) throw new Error(`changes other documents than without indexes: ${said}`)
    this.done.ties++
  }

  /** A collection that comes with what is first written into it has another number and UUID each time. */
  #make(name: string, { [name]: collection, $db }: Fields): void {
    attempt(() => this.store.answer({ command: fields({ create: collection, $db }), documents: null }))
  }

  /** Whether one of several that match is changed, and nothing says which. */
  #isChoice(name: string, operation: Fields, ask: () => Asked): boolean {
    const filter = operation['q'] ?? operation['query']
    if (operation['multi'] === true || Number(operation['limit'] ?? 1) === 0) return false
    if (!isFields(filter) || typeof filter['_id'] === 'string') return false
    const firstBy = (direction: 1 | -1) => {
      const sort = fields({ ...(isFields(operation['sort']) ? operation['sort'] : {}), _id: direction })
      const asked = fields({ find: ask().command[name], filter, sort, limit: 1, hint: NATURAL })
      asked['$db'] = ask().command['$db']
      return foundIn(attempt(() => this.store.answer({ command: asked, documents: null }))).documents.join()
    }
    return firstBy(1) !== firstBy(-1)
  }

  #compareWithRecorded(reply: Buffer, recorded: Buffer | null): void {
    if (recorded === null || outline(reply) === outline(bodyOf(recorded))) this.done.asRecorded++
  }
}

interface Found {
  code: number
  documents: string[]
  reply: Buffer
}

function foundIn(reply: Buffer): Found {
  const { cursor, values, n, code } = decode(reply)
  if (code !== undefined) return { code: Number(code), documents: [], reply }
  if (isFields(cursor) && isOpen(cursor)) throw new Error('more documents than one batch holds')
  const list = isFields(cursor) ? cursor['firstBatch'] : (values ?? [n])
  return { code: 0, documents: (list as Value[]).map((each) => textOf(each)), reply }
}

const wordOf = (value: Value) => (typeof value === 'string' ? value : '')

/** There is more than this batch. */
const isOpen = ({ id }: Fields) => !isNumeric(id) || asNumber(id) !== 0

/** Of the same bytes, the same text. */
const textOf = (value: Value) => encode(fields({ '': value })).toString('latin1')

const sorted = (documents: string[]) => documents.toSorted().join()

function countOf(documents: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const each of documents) counts.set(each, (counts.get(each) ?? 0) + 1)
  return counts
}

/** Where each may stand: those that are equal by the sort stand together, in one order and in the other. */
function placesOf(up: string[], down: string[]): Map<string, { first: number; last: number }> {
  const places = new Map<string, { first: number; last: number }>()
  const open = new Set<string>()
  let first = 0
  const seen = (id: string) => (open.has(id) ? open.delete(id) : open.add(id))
  up.forEach((id, at) => {
    seen(id)
    seen(down[at] as string)
    if (open.size > 0) return
    for (let i = first; i <= at; i++) places.set(up[i] as string, { first, last: at })
    first = at + 1
  })
  return places
}

/** The commands of the driver that only read; one that writes its result somewhere is none. */
function isRead(name: string, { pipeline }: Fields): boolean {
  const last = isArray(pipeline) ? pipeline.at(-1) : undefined
  return READS.has(name) && !(isFields(last) && (last['$out'] !== undefined || last['$merge'] !== undefined))
}

function withoutIndex(asked: Asked): Asked {
  for (const operation of operationsIn(asked.command)) operation['hint'] = NATURAL
  return asked
}

function clear(command: Fields, ...names: string[]): void {
  for (const name of names) Reflect.deleteProperty(command, name)
}

function attempt(answer: () => Buffer): Buffer {
  try {
    return answer()
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return refusalOf(error)
  }
}

function changed(change: () => Changed): Changed {
  try {
    return change()
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return { reply: refusalOf(error), changes: Buffer.alloc(0) }
  }
}

const isSameChange = (a: Buffer, b: Buffer) => a.equals(b) || changesIn(a) === changesIn(b)

/**
 * Each update and delete of a command; a findAndModify is one by itself. From then on all of them are carried out in the
 * general way, to which those are compared that go the short one.
 */
function operationsIn(command: Fields): Fields[] {
  const operations = command['updates'] ?? command['deletes'] ?? [command]
  if (!isArray(operations)) return []
  const decoded = operations.map((each: unknown) => (each instanceof PlainUpdate ? each.decoded() : (each as Value)))
  if (command['updates']) command['updates'] = decoded
  return decoded.filter(isFields)
}

const refusalOf = ({ code }: StoreError) => encode(fields({ ok: 0, code }))

/** The body of an OP_MSG. */
const bodyOf = (frame: Buffer) => frame.subarray(21)

/** What two answers to the same command have in common, whatever was generated in them. */
function outline(reply: Buffer): string {
  const { ok, code, n, nModified, upserted, writeErrors, value, values, cursor, lastErrorObject } = decode(reply)
  const errors = isArray(writeErrors) ? writeErrors.map((each) => isFields(each) && each['code']) : []
  const listed = (list: Value) => (isArray(list) ? list.length : '')
  const first = isFields(cursor) && !isOpen(cursor) ? listed(cursor['firstBatch']) : ''
  const modified = isFields(lastErrorObject) ? [lastErrorObject['n'], lastErrorObject['updatedExisting']] : []
  const parts = [
    Number(ok),
    code,
    n,
    nModified,
    listed(upserted),
    errors,
    value === null,
    listed(values),
    first,
    modified,
  ]
  return parts.map(String).join('|')
}

const shown = (command: Fields) =>
  JSON.stringify(command, (_, value: unknown) => (Buffer.isBuffer(value) ? '…' : value))?.slice(0, 2_000) ?? ''

/** Ids that the store generates are the same when this is called with the same number. */
function withIdsFrom<T>(first: number, work: () => T): T {
  const { getInc } = ObjectId as unknown as { getInc: () => number }
  const Clock = Date
  const { now } = Clock
  let next = first
  Object.assign(ObjectId, { getInc: () => next++ })
  Clock.now = () => 0
  // `$currentDate` says when it was carried out, which is not to be another moment for the same command.
  const still = (_: object, given: []) => Reflect.construct(Clock, given.length > 0 ? given : [0]) as object
  globalThis.Date = new Proxy<DateConstructor>(Clock, { construct: still })
  try {
    return work()
  } finally {
    Object.assign(ObjectId, { getInc })
    globalThis.Date = Clock
    Clock.now = now
  }
}
