/**
 * Actors come and go: `node --expose-gc test/faults/memory.ts --actors 200000` prints, as JSON, the bytes of the heap
 * before the first of them, with the most of them, and after the last has left.
 */
import { parseArgs } from 'node:util'
import type { Persistence } from '../../actors/runtime/persistence.ts'
import { ActorSystem, principal } from '../../actors/runtime/system.ts'
import { print } from '../../bench/figures.ts'
import { systemClock } from '../../kernel/clock.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { chaosActors, counter, workspaceId } from './chaos/actors.ts'

const { values } = parseArgs({ options: { actors: { type: 'string', default: '200000' } } })
const actors = Number(values.actors)
const wave = Math.min(10_000, Math.ceil(actors / 4))
const idleMs = 500

/** Nothing of what is written is kept: what grows is the runtime's own. */
const forgetful: Persistence = {
  claim: async () => undefined,
  peek: async () => undefined,
  unclaim: async () => undefined,
  part: async () => undefined,
  mark: async () => undefined,
  commit: async () => undefined,
  redo: async () => [],
  bury: async () => undefined,
  dueActors: async () => [],
}

const system = new ActorSystem({
  actors: chaosActors(),
  reactions: [],
  effects: { user: { charge: { run: async (input) => input, lookUp: async () => undefined } } },
  persistence: forgetful,
  clocks: () => systemClock,
  settings: () => defaultSettings,
  publish: () => undefined,
  onError: (error) => {
    throw error
  },
  bounds: { idleMs, tidyMs: idleMs },
})

/** Each with a row, an event, a tell, an effect, a reminder and a reply that is kept. */
async function come(from: number, to: number) {
  const asked = Array.from({ length: to - from }, (_, index) => {
    const id = `c1_${from + index}a`
    const workspace = system.workspace(workspaceId, principal('staff', 'mem_chaos'), `cmd_${id}`)
    const input = { tag: 'x', remindMs: 5, charges: true, ledger: `l1_${(from + index) % wave}` }
    return workspace.at(counter, id).add(input)
  })
  await Promise.all(asked)
}

async function leave() {
  await system.settled()
  while (system.size > 0) await new Promise((later) => setTimeout(later, 100))
}

async function heap() {
  if (!globalThis.gc) throw new Error('this program needs --expose-gc')
  for (let n = 0; n < 3; n++) {
    await new Promise(setImmediate)
    globalThis.gc()
  }
  return process.memoryUsage().heapUsed
}

// Once, so that what is made once is there: compiled code, schemas, tables.
await come(0, wave)
await leave()
const baseBytes = await heap()
let peakBytes = 0
let mostActors = 0
for (let from = 0; from < actors; from += wave) {
  await come(from, Math.min(from + wave, actors))
  mostActors = Math.max(mostActors, system.size)
  peakBytes = Math.max(peakBytes, process.memoryUsage().heapUsed)
}
await leave()
const afterBytes = await heap()
print(JSON.stringify({ actors, mostActors, baseBytes, peakBytes, afterBytes }))
await system.close()
