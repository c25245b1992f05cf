/** One cell in a process of its own: one peer, or one way to save, under one load. */
import { setTimeout as pass } from 'node:timers/promises'
import { answer } from '../program.ts'
import { drive } from './drive.ts'
import { saving } from './durable.ts'
import { overload } from './overload.ts'
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

  overload,

  stop() {},
})

async function known(name: string) {
  const found = await peers[name]?.()
  if (!found) throw new Error(`no peer is called ${name}`)
  return found.peer
}

async function rested() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.()
    await pass(50)
  }
  return process.memoryUsage().heapUsed
}
