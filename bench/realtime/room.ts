import type { Acks, Came, Waves } from './crowd.ts'
import type { Side } from './place.ts'
import { Stage } from './stage.ts'
import { median, quantile } from '../figures.ts'

export interface RoomPlan {
  side: Side
  sockets: number
  waves: number
  ackMs: number
  profile: string | undefined
}

/** What one side needs for one room; undefined where this run did not look. */
export interface RoomFigures {
  deliveryUs: number
  lastMs: number
  lastP90Ms: number
  bytes: number
  connectUs: number
  againUs: number
  firstUs: number
  heldKb: number
  rssKb: number
  ack: { [kind in (typeof kinds)[number]]?: { p50Us: number; p99Us: number; cpuUs: number } }
}

/** `received` is answered by the door itself, `assign` is a command that an actor answers, `note` one that it keeps. */
export const kinds = ['received', 'assign', 'note'] as const

/** Far below what a socket may say in a second, and what the machine can. */
const ackSockets = 200
const ackPerSecond = 1_000
const notesPerSecond = 200

/** Everybody comes, rests, hears one event after the other, speaks, and comes again. */
export async function room({ side, sockets, waves, ackMs, profile }: RoomPlan): Promise<RoomFigures> {
  const stage = await Stage.open({ side, sockets, profile })
  const { crowd } = stage
  const come = (count: number, streams?: object[]) =>
    stage.during(() => crowd.ask<Came>('come', { count, ...(streams && { streams }) }))
  try {
    // As they come for the first time: with snapshots, where a side has them. The code is compiled meanwhile.
    const first = await come(
      Math.min(300, sockets),
      side === 'ours' ? stage.made.streams.map(({ stream }) => ({ stream })) : undefined,
    )
    await crowd.ask('leave')
    const before = await stage.collected()
    const came = await come(sockets)
    const idle = await stage.collected()
    await crowd.ask('waves', { count: Math.ceil(waves / 4) })
    const heard = await stage.during(() => crowd.ask<Waves>('waves', { count: waves }))
    const ack: RoomFigures['ack'] = {}
    for (const kind of ackMs > 0 ? kinds : []) ack[kind] = await acks(stage, kind, ackMs)
    await crowd.ask('leave')
    const streams = await stage.ask<object[]>('standing')
    const again = await come(sockets, streams)
    const each = (key: 'heldBytes' | 'rssBytes') => (idle[key] - before[key]) / sockets / 1_024
    return {
      deliveryUs: (heard.cpuMs * 1_000) / heard.deliveries,
      lastMs: median(heard.lastMs),
      lastP90Ms: quantile(heard.lastMs, 0.9),
      bytes: heard.bytes,
      firstUs: (first.cpuMs * 1_000) / first.connected,
      connectUs: (came.cpuMs * 1_000) / sockets,
      againUs: (again.cpuMs * 1_000) / sockets,
      heldKb: each('heldBytes'),
      rssKb: each('rssBytes'),
      ack,
    }
  } finally {
    await stage.close()
  }
}

async function acks(stage: Stage, kind: (typeof kinds)[number], ms: number) {
  const perSecond = kind === 'note' ? notesPerSecond : ackPerSecond
  const wishes = { kind, sockets: ackSockets, perSecond }
  await stage.crowd.ask('acks', { ...wishes, ms: ms / 4 })
  const { p50Us, p99Us, count, cpuMs } = await stage.during(() => stage.crowd.ask<Acks>('acks', { ...wishes, ms }))
  return { p50Us, p99Us, cpuUs: (cpuMs * 1_000) / count }
}
