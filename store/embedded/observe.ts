import { isArray, isFields } from './bson/value.ts'
import { PlainUpdate } from './commands/plain-update.ts'
import type { Fields, Value } from './bson/value.ts'
import type { Database } from './engine/database.ts'

/** What the owner of a store is told of it, to log. No value of any document is ever in it, but a damaged one's `_id`. */
export type StoreEvent =
  | { kind: 'slow'; command: string; namespace: string; shape: string; workMs: number; totalMs: number; times: number }
  | { kind: 'scan'; namespace: string; shape: string; times: number }
  | { kind: 'compacted'; beforeBytes: number; afterBytes: number; ms: number }
  | { kind: 'damaged'; file: string; message: string }

type Repeated = Extract<StoreEvent, { times: number }>

/** A command that takes longer is slow. */
export const SLOW_MS = 250
/** The same shape is told once in this time, with how often it was. */
const AGAIN_MS = 60_000
const SHAPES_MAX = 500
const DAMAGES_MAX = 500
const SHAPE_LENGTH_MAX = 500
const DEPTH_MAX = 8

/** Tells the owner of what happens in the store, the same thing not more often than once a minute. */
export class Observer {
  private readonly tell: (event: StoreEvent) => void
  private readonly slowMs: number
  private readonly told = new Map<string, { at: number; since: number }>()
  private readonly damages = new Set<string>()

  constructor(tell: (event: StoreEvent) => void, slowMs: number) {
    this.tell = tell
    this.slowMs = slowMs
  }

  isSlow(totalMs: number): boolean {
    return totalMs >= this.slowMs
  }

  /** `workMs`: in the thread; `totalMs`: with its wait for its turn. */
  took(command: Fields, workMs: number, totalMs: number): void {
    if (!this.isSlow(totalMs)) return
    const [name = ''] = Object.keys(command)
    const namespace = namespaceOf(command, name)
    const rounded = { workMs: Math.round(workMs), totalMs: Math.round(totalMs) }
    this.once({ kind: 'slow', command: name, namespace, shape: shapeOf(command, name), ...rounded, times: 1 })
  }

  scanned(namespace: string, filter: Fields): void {
    this.once({ kind: 'scan', namespace, shape: textOf(filter), times: 1 })
  }

  compacted(beforeBytes: number, afterBytes: number, ms: number): void {
    this.tell({ kind: 'compacted', beforeBytes, afterBytes, ms })
  }

  /** Once is enough: every further read of that page or row says the same. */
  damaged(file: string, message: string): void {
    if (this.damages.has(message) || this.damages.size >= DAMAGES_MAX) return
    this.damages.add(message)
    this.tell({ kind: 'damaged', file, message })
  }

  private once(event: Repeated): void {
    const key = `${event.kind} ${event.namespace} ${event.kind === 'slow' ? event.command : ''} ${event.shape}`
    const now = performance.now()
    const before = this.told.get(key)
    if (before && now - before.at < AGAIN_MS) {
      before.since++
      return
    }
    if (this.told.size >= SHAPES_MAX) this.told.clear()
    this.told.set(key, { at: now, since: 0 })
    this.tell({ ...event, times: 1 + (before?.since ?? 0) })
  }
}

interface Told {
  database: Database
  observer: Observer
}

/** Tells the owner that something in the file cannot be read as it was written, and answers what a caller is told. */
export function tellDamage({ database, observer }: Told, error: Error): string {
  const file = database.connection.location() ?? ''
  const message = `The store's file ${file} is damaged (${error.message}): stop Careline, look with "careline doctor", and restore it with "careline restore --from BACKUP"`
  observer.damaged(file, message)
  return message
}

function namespaceOf(command: Fields, name: string): string {
  const collection = name === 'getMore' ? command['collection'] : command[name]
  const database = typeof command['$db'] === 'string' ? command['$db'] : ''
  return typeof collection === 'string' ? `${database}.${collection}` : database
}

/** What decides how long a command takes, each under its own name. */
const SHAPING = ['filter', 'query', 'sort', 'pipeline', 'update', 'updates', 'deletes', 'indexes', 'hint', 'key']

/** What a command asks, without the values. */
export function shapeOf(command: Fields, name: string): string {
  const parts = SHAPING.filter((field) => field !== name && isNested(command[field]))
  return `{${parts.map((field) => `${field}:${textOf(command[field])}`).join(',')}}`.slice(0, SHAPE_LENGTH_MAX)
}

const isNested = (value: Value) => isFields(value) || isArray(value)

/** Field names and operators as they are, every value a question mark, of a list its first element. */
function textOf(given: Value, depth = 0): string {
  const value = (given as unknown) instanceof PlainUpdate ? (given as unknown as PlainUpdate).decoded() : given
  if (depth >= DEPTH_MAX || !isNested(value)) return '?'
  if (isArray(value)) return value.length === 0 ? '[]' : `[${textOf(value[0], depth + 1)}]`
  const names = Object.keys(value)
  const parts = names.map((name) => `${name}:${textOf(value[name], depth + 1)}`)
  return `{${parts.join(',')}}`.slice(0, SHAPE_LENGTH_MAX)
}
