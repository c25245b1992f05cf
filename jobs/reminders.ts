import type { Schedule } from './schedule.ts'

interface Address {
  workspaceId: string
  kind: string
  id: string
}
export interface Sleepers {
  kinds: readonly string[]
  dueActors(kind: string, by: By, limit: number): Promise<Address[]>
  wake(address: Address): void
  now(): number
  /** Workspaces that live in a time of their own, and what time it is there. */
  moved?(): Iterable<{ workspaceId: string; now: number }>
}
interface By {
  due: number
  outBefore: number
  only?: string
  except?: readonly string[]
}

const aheadMs = 15_000
/** What was handed out longer ago than this and is still held was left by a process that died. */
const leftMs = 10_000
const atOnce = 500

/** Wakes passive actors shortly before their reminder is due: their own timer then fires on the millisecond. */
export const reminders = (sleepers: Sleepers): Schedule => ({
  name: 'reminders',
  says: 'Wakes whoever has something due soon',
  everyMs: 5_000,
  async run() {
    const moved = [...(sleepers.moved?.() ?? [])]
    const except = moved.map(({ workspaceId }) => workspaceId)
    await wakeAll(sleepers, { due: sleepers.now() + aheadMs, outBefore: 0, except })
    for (const { workspaceId: only, now } of moved) await wakeAll(sleepers, { due: now + aheadMs, outBefore: 0, only })
  },
})

/** Wakes actors whose process died before all was handed out: activation does the rest again. */
export const outbox = (sleepers: Sleepers): Schedule => ({
  name: 'outbox',
  says: 'Hands out what a process that died still held',
  everyMs: 10_000,
  run: () => wakeAll(sleepers, { due: 0, outBefore: sleepers.now() - leftMs }),
})

async function wakeAll({ kinds, dueActors, wake }: Sleepers, by: By) {
  for (const kind of kinds) for (const address of await dueActors(kind, by, atOnce)) wake(address)
}
