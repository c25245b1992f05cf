import { setTimeout as pass } from 'node:timers/promises'
import { median } from '../figures.ts'
import type { Burst, Waves } from './crowd.ts'
import type { Side, Usage } from './place.ts'
import { Stage } from './stage.ts'

export interface NodesFigures {
  /** Of the process that gets the event from the other one, and of both. */
  remoteUs: number
  bothUs: number
  /** What the one that gets it takes of each second while nothing is said: it is part of the other figures, too. */
  idleMs: number
  lastMs: number
}

const speakers = 50
const restMs = 3_000

/** Everybody listens at the one process, and everything is said at the other. */
export async function nodes(side: Side, sockets: number, waves: number, profile?: string): Promise<NodesFigures> {
  const stage = await Stage.open({ side, sockets: sockets + speakers, nodes: 2, profile })
  const { crowd, made } = stage
  try {
    const conversationId = side === 'ours' ? await stage.ask<string>('owned') : made.conversationId
    const stream = `conversation:${conversationId}`
    await crowd.ask('come', { count: speakers, at: 0, streams: [] })
    await crowd.ask('come', { count: sockets, at: 1, streams: [side === 'ours' ? { stream } : { stream, since: 1 }] })
    const wishes = { speakers, hearers: sockets, conversationId }
    await crowd.ask('waves', { ...wishes, count: Math.ceil(waves / 3) })
    const resting = await usages(stage)
    await pass(restMs)
    const before = await usages(stage)
    const { lastMs, deliveries } = await crowd.ask<Waves>('waves', { ...wishes, count: waves })
    const after = await usages(stage)
    const [here = 0, there = 0] = after.map((cpuMs, node) => ((cpuMs - (before[node] ?? 0)) * 1_000) / deliveries)
    const idleMs = (((before[1] ?? 0) - (resting[1] ?? 0)) * 1_000) / restMs
    return { remoteUs: there, bothUs: here + there, idleMs, lastMs: median(lastMs) }
  } finally {
    await stage.close()
  }
}

const usages = (stage: Stage) =>
  Promise.all(stage.servers.map(async (server) => (await server.ask<Usage>('usage')).cpuMs))

export interface TakesFigures {
  /** Until the last of all was answered: plain acknowledgements, and takes of one conversation. */
  plainMs: number[]
  takeMs: number[]
  winners: number[]
  /** How many answers of each kind there were. */
  answers: Record<string, number>
  holders: number[]
}

/** Everybody takes the same conversation at once, over both processes, again and again. */
export async function takes(sockets: number, times: number, profile?: string): Promise<TakesFigures> {
  const stage = await Stage.open({ side: 'ours', sockets, people: sockets, nodes: 2, profile })
  const { crowd } = stage
  const found: TakesFigures = { plainMs: [], takeMs: [], winners: [], answers: {}, holders: [] }
  try {
    const ids = await stage.ask<string[]>('people', times + 3)
    await crowd.ask('come', { count: sockets, streams: [] })
    for (const [nth, conversationId] of ids.entries()) {
      const plain = await crowd.ask<Burst>('burst', { kind: 'received' })
      const take = await crowd.ask<Burst>('burst', { kind: 'take', conversationId })
      if (nth < 3) continue // The code is compiled meanwhile.
      found.plainMs.push(plain.ms)
      found.takeMs.push(take.ms)
      found.winners.push(take.answers['ok'] ?? 0)
      found.holders.push(take.holders.length)
      for (const [what, count] of Object.entries(take.answers)) found.answers[what] = (found.answers[what] ?? 0) + count
    }
    return found
  } finally {
    await stage.close()
  }
}
