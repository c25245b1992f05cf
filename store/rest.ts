import type { z } from 'zod'
import { compile, holds, type Walk } from '../kernel/codec.ts'
import { bytesOf, type Vault } from './vault.ts'

/** Where a value rests. The vault authenticates it, so a field cannot be moved to another document unnoticed. */
export interface Place {
  workspaceId: string
  /** Collection and id. */
  at: string
}

/** Memory to BSON and back, by the contract's own schemas: instants are Dates, sensitive fields are encrypted. */
export class Rest {
  readonly #vault: Vault
  readonly #in = new WeakMap<z.ZodType, Walk>()
  readonly #out = new WeakMap<z.ZodType, Walk>()
  readonly #isSensitive = new WeakMap<z.ZodType, boolean>()
  // The walks are compiled once and take no context, so it is set for the length of one walk, which never waits.
  #place: Place = { workspaceId: '', at: '' }

  constructor(vault: Vault) {
    this.#vault = vault
  }

  /** The workspace's keys must be at hand: `await ready()` first. */
  ready(workspaceId: string) {
    return this.#vault.isReady(workspaceId) ? undefined : this.#vault.ready(workspaceId)
  }

  /** `path`: where in that place, of a part (`.last`). */
  encode<T>(schema: z.ZodType, value: T, place: Place, path = ''): T {
    this.#place = place
    return this.#walk(this.#in, schema, true)(value, path) as T
  }

  decode(schema: z.ZodType, value: unknown, place: Place): unknown {
    this.#place = place
    return this.#walk(this.#out, schema, false)(value, '')
  }

  /** As `decode`, for what an earlier schema wrote and none is left to read: dates are times, what is sealed is opened. */
  decodeAny(value: unknown, { workspaceId, at }: Place): unknown {
    if (value === null || typeof value !== 'object') return value
    if (value instanceof Date) return value.getTime()
    if (Buffer.isBuffer(value) || '_bsontype' in value)
      return JSON.parse(this.#vault.open(workspaceId, at, bytesOf(value))) as unknown
    if (Array.isArray(value)) return value.map((item) => this.decodeAny(item, { workspaceId, at }))
    if (isPacked(value)) return unpacked(value)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.decodeAny(item, { workspaceId, at: `${at}.${key}` })]),
    )
  }

  /** For what nobody looks into: one piece, sealed where its schema says that any of it is sensitive. */
  encodeWhole(schema: z.ZodType, value: unknown, place: Place): Buffer | string {
    return this.#holdsSensitive(schema) ? this.seal(place, value) : textOf(value)
  }

  decodeWhole(whole: string | object, place: Place): unknown {
    return typeof whole === 'string' ? (JSON.parse(whole) as unknown) : this.unseal(place, whole)
  }

  /** For what has no schema of its own: the whole value is one sealed field. */
  seal({ workspaceId, at }: Place, value: unknown) {
    return this.#vault.seal(workspaceId, at, textOf(value))
  }

  unseal({ workspaceId, at }: Place, sealed: unknown): unknown {
    return JSON.parse(this.#vault.open(workspaceId, at, bytesOf(sealed))) as unknown
  }

  /** A keyed hash to find a sealed value by: the same for the same value, in one workspace only. */
  blind(workspaceId: string, value: string): string {
    return this.#vault.blind(workspaceId, value)
  }

  #holdsSensitive(schema: z.ZodType) {
    const known = this.#isSensitive.get(schema)
    if (known !== undefined) return known
    const isSensitive = holds(schema, 'sensitive')
    this.#isSensitive.set(schema, isSensitive)
    return isSensitive
  }

  #walk(walks: WeakMap<z.ZodType, Walk>, schema: z.ZodType, isIn: boolean) {
    const known = walks.get(schema)
    if (known) return known
    const walk = isIn
      ? compile(schema, { instant: (ms) => new Date(ms as number), sensitive: this.#seal, packed: pack })
      : compile(schema, { instant: (date) => (date as Date).getTime(), sensitive: this.#open, packed: unpacked })
    walks.set(schema, walk)
    return walk
  }

  readonly #seal = (value: unknown, path: string) => {
    const { workspaceId, at } = this.#place
    return this.#vault.seal(workspaceId, at + path, JSON.stringify(value))
  }

  readonly #open = (sealed: unknown, path: string) => {
    const { workspaceId, at } = this.#place
    return JSON.parse(this.#vault.open(workspaceId, at + path, bytesOf(sealed))) as unknown
  }
}

/** A name that no field of ours has, nor one that people may name. */
const packedAs = 'packed/json'
/** Times are numbers in it, as in memory. */
const pack = (value: unknown) => ({ [packedAs]: JSON.stringify(value) })
export const unpacked = (resting: unknown) => JSON.parse((resting as { [packedAs]: string })[packedAs]) as unknown
export const isPacked = (value: object) => Object.hasOwn(value, packedAs)

const textOf = (value: unknown) => JSON.stringify(value) ?? 'null'
