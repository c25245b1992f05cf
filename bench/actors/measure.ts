/** One cell in a process of its own: one peer, or one way to save, under one load. */
import { setTimeout as pass } from 'node:timers/promises'
import { quantile } from '../figures.ts'
import { answer } from '../program.ts'
import { saving } from './durable.ts'
import type { Counter } from './peer.ts'
import { peers } from './peers/index.ts'

export interface AskPlan {
  peer: string
  message: 'view' | 'increment'
  inflight: number
  ms: number
}
export interface DurablePlan {
  way: 'batched' | 'each' | 'inPlace'
  actors: number
  inflight: number
  ms: number
  store: string | undefined
  directory: string
}
export interface IdlePlan {
  peer: string
  message: 'view' | 'increment'
  actors: number
}

answer({
  async ask({ peer, message, inflight, ms }: AskPlan) {
    const counter = (await known(peer)).spawn('one')
    await drive([counter], message, inflight, 400)
    return drive([counter], message, inflight, ms)
  },

  async idle({ peer, message, actors }: IdlePlan) {
    const { spawn } = await known(peer)
    const keep: Counter[] = []
    await spawn('first')[message]()
    const before = await rested()
    for (let n = 0; n < actors; n++) {
      const counter = spawn(`c${n}`)
      await counter[message]()
      keep.push(counter)
    }
    const after = await rested()
    return { bytes: (after - before) / keep.length }
  },

  async durable({ way, actors, inflight, ms, store, directory }: DurablePlan) {
    const saved = await saving(way, { store, directory })
    const counters = Array.from({ length: actors }, (_, n) => saved.spawn(`c${n}`))
    await drive(counters, 'increment', inflight, ms)
    const result = await drive(counters, 'increment', inflight, ms)
    await saved.close()
    return result
  },

  stop() {},
})

async function known(name: string) {
  const found = await peers[name]?.()
  if (!found) throw new Error(`no peer is called ${name}`)
  return found.peer
}

/** So many clients, each asking again as soon as it was answered. */
async function drive(counters: Counter[], message: 'view' | 'increment', inflight: number, ms: number) {
  const samples: number[] = []
  let done = 0
  let next = 0
  const begin = performance.now()
  const end = begin + ms
  const client = async (nth: number) => {
    for (let n = nth; ; n++) {
      const counter = counters[next++ % counters.length] as Counter
      // The clock costs as much as some of the peers: every eighth ask is timed.
      const isTimed = (n & 7) === 0
      const asked = isTimed ? performance.now() : 0
      await counter[message]()
      done++
      if (!isTimed) continue
      const now = performance.now()
      if (samples.length < 1_000_000) samples.push(now - asked)
      if (now >= end) return
    }
  }
  await Promise.all(Array.from({ length: inflight }, (_, nth) => client(nth)))
  const seconds = (performance.now() - begin) / 1_000
  return { perSecond: done / seconds, p50Us: quantile(samples, 0.5) * 1_000, p99Us: quantile(samples, 0.99) * 1_000 }
}

async function rested() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.()
    await pass(50)
  }
  return process.memoryUsage().heapUsed
}
