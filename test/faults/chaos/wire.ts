import type { Published } from '../../../actors/runtime/contract.ts'

/*
 * What a test and its nodes say to one another, over the pipe between parent and child: everything is timed by the test's
 * own clock, so that no two clocks are ever compared.
 */

/** Where a node kills itself. `beforeCommit`: nothing was sent; `beforeReply`: written, and nobody knows; `afterReply`: the caller knows, and nothing else is out. */
export type CrashPoint = 'beforeCommit' | 'beforeReply' | 'afterReply'

/** What keeps a history true. A test takes one away, and must see what it was for. */
export const protections = ['fencing', 'guard', 'deduplication', 'gate', 'redo', 'bounds'] as const
export type Protection = (typeof protections)[number]

/** How a node is started, as the JSON of its only argument. */
export interface NodeOptions {
  name: string
  mongodbUri: string
  redisUrl: string | undefined
  without: Protection[]
  /** Of the actors' code. */
  release: number
  bounds: { idleMs?: number; mailboxMax?: number; askMs?: number }
}

export interface Asked {
  kind: 'counter' | 'ledger'
  actor: string
  message: string
  input: unknown
  commandId: string | undefined
}

export type Order =
  | { do: 'ask'; asked: Asked }
  | { do: 'arm'; at: CrashPoint; actor: string }
  | { do: 'jump'; skewMs: number }
  | { do: 'sleep'; ms: number }
  | { do: 'sweep' }
  /** `reigns`: for which shards it would itself have answered when; it looks from the first such order on. */
  | { do: 'tell'; what: 'inspected' | 'placement' | 'reigns' }
  | { do: 'leave' }

export interface Inspected {
  /** Whether this member may answer for what it owns. */
  isServing: boolean
  /** Shards that nobody owns, and how many each member has, as this member knows it. */
  unowned: number
  shares: number[]
  /** Those in memory: messages that wait, and things to hand out or to ring. */
  actors: { id: string; status: string; waiting: number; waits: number }[]
  heapBytes: number
}

/** Whose each shard is, as a member knows it. */
export interface Placed {
  owners: string[]
  /** The members of which each has what is its share. */
  settled: string[] | undefined
}

export interface Refusal {
  code: string
  message: string
  retryable: boolean
}

export type ToNode = { id: number; order: Order } | { answers: number; value: unknown }
export type FromNode =
  | { ready: true }
  | { id: number; value: unknown }
  | { id: number; refusal: Refusal }
  | { event: Published }
  | { fault: string }
  /** An effect, which the test stands in for. */
  | { calls: number; effect: 'run' | 'lookUp'; key: string; tag: string }
