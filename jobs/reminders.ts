import type { Schedule } from './schedule.ts'

interface Address {
  workspaceId: string
  kind: string
  id: string
}
export interface Sleepers {
  kinds: readonly string[]
  dueActors(kind: string, by: { due: number; outBefore: number }, limit: number): Promise<Address[]>
  wake(address: Address): void
  now(): number
}

const aheadMs = 15_000
/** What was handed out longer ago than this and is still held was left by a process that died. */
const leftMs = 10_000
const atOnce = 500

/** Wakes passive actors shortly before their reminder is due: their own timer then fires on the millisecond. */
export const reminders = (sleepers: Sleepers): Schedule => ({
  name: 'reminders',
  everyMs: 5_000,
  run: () => wakeAll(sleepers, { due: sleepers.now() + aheadMs, outBefore: 0 }),
})

/** Wakes actors whose process died before all was handed out: activation does the rest again. */
export const outbox = (sleepers: Sleepers): Schedule => ({
  name: 'outbox',
  everyMs: 10_000,
  run: () => wakeAll(sleepers, { due: 0, outBefore: sleepers.now() - leftMs }),
})

async function wakeAll({ kinds, dueActors, wake }: Sleepers, by: { due: number; outBefore: number }) {
  for (const kind of kinds) for (const address of await dueActors(kind, by, atOnce)) wake(address)
}
