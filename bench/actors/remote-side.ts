/** One side of an ask between two processes: the one that has the actor, or the one that asks for it. */
import { Redis } from 'ioredis'
import { Cluster } from '../../actors/runtime/cluster/cluster.ts'
import { answer } from '../program.ts'
import { counter } from './counter.ts'
import { drive } from './drive.ts'
import type { Counter } from './peer.ts'
import { systemOver, workspaceOf } from './peers/ours.ts'

interface Place {
  way: string
  url: string
}

let asked: Counter | undefined
let stop = () => {}

answer({
  own: ({ way, url }: Place) => (way === 'bare' ? answerBare(url) : member(url, true)),

  async prepare({ way, url }: Place) {
    asked = way === 'bare' ? await askBare(url) : await member(url, false)
    await asked.view()
  },

  drive({ inflight, ms }: { inflight: number; ms: number }) {
    if (!asked) throw new Error('prepare comes first')
    return drive([asked], 'view', inflight, ms)
  },

  /** What this process has used until now, µs. */
  used() {
    const { user, system } = process.cpuUsage()
    return user + system
  },

  stop: () => stop(),
})

async function member(url: string, takesActors: boolean): Promise<Counter> {
  const about = { name: 'bench', role: 'all', version: '1', takesActors, startedAt: Date.now() }
  const onError = (error: unknown) => {
    throw error
  }
  const cluster = await Cluster.open(url, 'bench', { ...about, onError })
  const workspace = workspaceOf(systemOver(cluster))
  await cluster.join()
  stop = () => cluster.close()
  return { view: () => workspace.at(counter, 'one').view(), increment: () => workspace.at(counter, 'one').increment() }
}

/** As short as it can be written: a channel each way, JSON, one publication per request and per reply. */
async function answerBare(url: string) {
  const [speaker, listener] = [new Redis(url), new Redis(url)]
  const state = { count: 0 }
  listener.on('message', (_, text) => {
    const { n, back } = JSON.parse(text) as { n: number; back: string }
    void speaker.publish(back, JSON.stringify({ n, reply: state.count }))
  })
  await listener.subscribe('requests')
  stop = () => [speaker, listener].forEach((redis) => redis.disconnect())
}

async function askBare(url: string): Promise<Counter> {
  const [speaker, listener] = [new Redis(url), new Redis(url)]
  const pending = new Map<number, (reply: number) => void>()
  let n = 0
  listener.on('message', (_, text) => {
    const { n: of, reply } = JSON.parse(text) as { n: number; reply: number }
    pending.get(of)?.(reply)
    pending.delete(of)
  })
  await listener.subscribe('replies')
  stop = () => [speaker, listener].forEach((redis) => redis.disconnect())
  const ask = (message: string) =>
    new Promise<number>((resolve) => {
      pending.set(++n, resolve)
      void speaker.publish('requests', JSON.stringify({ n, back: 'replies', message }))
    })
  return { view: () => ask('view'), increment: () => ask('increment') }
}
