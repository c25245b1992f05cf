import type { Redis } from 'ioredis'
import { z } from 'zod'
import { scripts } from './scripts.ts'
import { shardCount } from './shards.ts'

/** What the members of a cluster agree on, and change one after another. Redis stands behind it, or a test's memory. */
export interface Board {
  /** A sign of life. Joins who is not there yet. Rejects when nobody knows whether it came. */
  beat(sign: Sign): Promise<Sighting>
  /** Becomes the owner of those that have still none. Answers nothing when another generation began. */
  take(me: string, generation: string, shards: readonly Vacant[]): Promise<void>
  /** Those that are still ours are `heir`'s now, or nobody's; void when we gave another sign than `sign` meanwhile. */
  give(from: Giver, heir: string | undefined, shards: readonly number[]): Promise<void>
  /** Removes a member whose last beat is still this one. */
  bury(me: string, generation: string, member: string, sign: string): Promise<void>
  leave(me: string, generation: string): Promise<void>
}

export interface Giver {
  readonly me: string
  readonly generation: string
  /** Its last sign that was answered. */
  readonly sign: string
}

export interface Vacant {
  readonly shard: number
  readonly state: typeof never | typeof free
}

export interface Sign {
  readonly me: string
  readonly about: About
  /** Grows with each beat, and with each new line to this member. */
  readonly beat: Beat
  /** What this member knows; empty when it comes anew. */
  readonly generation: string
  readonly version: number
  /** The shards that it may answer for at this moment, in case that the board forgot them. */
  readonly held: ReadonlySet<number>
}

export interface Beat {
  readonly n: number
  /** How often this member has begun to listen: what was said to it before may be lost. */
  readonly line: number
}

export interface Sighting {
  /** False when this member was taken for dead: it owns nothing any more. */
  readonly isMember: boolean
  readonly generation: string
  readonly version: number
  readonly signs: ReadonlyMap<string, { readonly sign: string; readonly isListening: boolean }>
  /** Only where the version is not the one that the member knew. */
  readonly table?: Table
}

export interface Table {
  readonly numbers: ReadonlyMap<string, number>
  readonly about: ReadonlyMap<string, About>
  readonly owners: Uint16Array
}

/** States of a shard without an owner: nobody ever, in this generation; given back, or its owner was buried. */
export const never = 0
export const free = 65_535

const name = z.string().max(200)
/** What every member knows of every other. Newer members may say more. */
export const About = z.looseObject({
  name,
  role: name,
  version: name,
  /** Epoch ms. */
  startedAt: z.number(),
  takesActors: z.boolean(),
  isLeaving: z.boolean(),
  /** Its name in the documents of its actors. */
  incarnation: name.optional(),
})
export type About = z.output<typeof About>

export function beatOf(sign: string): Beat {
  const [n = 0, line = 0] = sign.split('.').map(Number)
  return { n, line }
}
export const signOf = ({ n, line }: Beat) => `${n}.${line}`

interface Names {
  readonly keys: readonly string[]
  readonly notices: string
  /** The channel on which a member listens. */
  memberChannel(id: string): string
}

/** In one hash slot, so that a Redis Cluster takes the scripts too. */
export function namesUnder(prefix: string): Names {
  const key = (what: string) => `${prefix}:{placement}:${what}`
  return {
    keys: ['generation', 'version', 'numbers', 'about', 'beats', 'owners'].map(key),
    notices: `${prefix}:placement`,
    memberChannel: (id) => `${prefix}:member:${id}`,
  }
}

type Reply = (Buffer | number | Reply)[]

export class RedisBoard implements Board {
  readonly #redis: Redis
  readonly #names: Names

  constructor(redis: Redis, names: Names) {
    this.#redis = redis
    this.#names = names
  }

  async beat({ me, about, beat, generation, version, held }: Sign): Promise<Sighting> {
    const known = [generation, String(version), bitmap(held), this.#names.memberChannel('')]
    const reply = (await this.#run(scripts.beat, me, JSON.stringify(about), signOf(beat), ...known)) as Reply
    const [status, current, now, beats, listening, ...table] = reply
    if (String(status) === 'lost') return { isMember: false, generation: String(current), version: 0, signs: new Map() }
    const numbers = pairs(listening as Reply)
    const signs = [...pairs(beats as Reply)].map(([id, sign]) => {
      return [id, { sign: String(sign), isListening: Number(numbers.get(this.#names.memberChannel(id))) > 0 }] as const
    })
    const sighting = { isMember: true, generation: String(current), version: Number(now), signs: new Map(signs) }
    return String(status) === 'same' ? sighting : { ...sighting, table: tableOf(table) }
  }

  async take(me: string, generation: string, shards: readonly Vacant[]) {
    await this.#run(scripts.take, me, generation, ...shards.flatMap(({ shard, state }) => [shard, state]))
  }

  async give({ me, generation, sign }: Giver, heir: string | undefined, shards: readonly number[]) {
    await this.#run(scripts.give, me, generation, sign, heir ?? '', ...shards)
  }

  async bury(me: string, generation: string, member: string, sign: string) {
    await this.#run(scripts.bury, me, generation, member, sign)
  }

  async leave(me: string, generation: string) {
    await this.#run(scripts.leave, me, generation)
  }

  #run(script: string, ...args: (string | number | Buffer)[]) {
    const { keys, notices } = this.#names
    return this.#redis.callBuffer('EVAL', script, keys.length, ...keys, notices, ...args)
  }
}

function tableOf([numbers, about, owners]: Reply): Table {
  const all = new Uint16Array(shardCount)
  const bytes = owners as Buffer
  for (let shard = 0; shard * 2 + 1 < bytes.length; shard++) all[shard] = bytes.readUInt16BE(shard * 2)
  return {
    numbers: new Map([...pairs(numbers as Reply)].map(([id, n]) => [id, Number(n)])),
    about: new Map([...pairs(about as Reply)].map(([id, text]) => [id, About.parse(JSON.parse(String(text)))])),
    owners: all,
  }
}

function pairs(flat: Reply) {
  const found = new Map<string, Buffer | number>()
  for (let at = 0; at + 1 < flat.length; at += 2) found.set(String(flat[at]), flat[at + 1] as Buffer | number)
  return found
}

function bitmap(held: ReadonlySet<number>) {
  const bytes = Buffer.alloc(shardCount / 8)
  for (const shard of held) bytes[shard >> 3] = (bytes[shard >> 3] ?? 0) | (1 << (shard & 7))
  return bytes
}
