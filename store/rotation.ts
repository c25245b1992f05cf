import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from './connection.ts'
import { Resealing, type Tally } from './reseal.ts'
import type { StoredFiles } from './files.ts'
import { type KeyRow, type Master, platform, type Rotation } from './vault-keys.ts'
import { keysKnownMs, type Vault } from './vault.ts'

interface Parts {
  store: Store
  vault: Vault
  files: Pick<StoredFiles, 'reseal'>
  /** Epoch ms of this world: a workspace's own clock has no say in it. */
  now(): number
  /** For so long somebody may still write what was sealed by the old key: a process that hung, say. */
  graceMs: number
}

/** Processes look every two seconds: after this all that run know a key, and seal with it. */
const settleMs = 5 * keysKnownMs

/** Keys that take the place of others while everybody works on. */
export class KeyRotation {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** How every workspace's keys stand. */
  async states(): Promise<
    (Pick<KeyRow, 'workspaceId' | 'current' | 'master' | 'rotation' | 'destroyedAt'> & { keys: number[] })[]
  > {
    const states = []
    for await (const { workspaceId, current, master, rotation, destroyedAt, keys } of this.#parts.vault.rows.all())
      states.push({ workspaceId, current, master, rotation, destroyedAt, keys: keys.map(({ no }) => no) })
    return states
  }

  /**
   * Wraps every workspace's keys with the current master key; the platform's own last, which says to all processes
   * with which one new keys are wrapped. Answers how many were another's.
   * @throws WrongMasterKey where a row needs one that is not here
   */
  async rewrap(): Promise<{ master: string; rewrapped: number }> {
    const { vault } = this.#parts
    const [to] = vault.masters
    if (!to) throw new Error('there is no master key')
    await vault.ready(platform)
    let rewrapped = 0
    // Twice: a workspace that came meanwhile was wrapped with the one before.
    for (let round = 0; round < 2; round++) {
      for await (const row of vault.rows.all())
        if (row.workspaceId !== platform && (await this.#rewrapped(row, to))) rewrapped++
      const own = await vault.rows.of(platform)
      if (own && (await this.#rewrapped(own, to))) rewrapped++
    }
    return { master: to.id, rewrapped }
  }

  /** Begins to change a workspace's data key; the `vault` schedule does the rest. False where that is under way. */
  async begin(workspaceId: string): Promise<boolean> {
    const { vault, now } = this.#parts
    await vault.ready(workspaceId)
    const row = await vault.rows.of(workspaceId)
    return row ? vault.rows.publish(row, vault.masters, now()) : false
  }

  /** Takes every change that is due one step further. Answers in how many ms the next one is; undefined: none is under way. */
  async step(): Promise<number | undefined> {
    const due: number[] = []
    for await (const row of this.#parts.vault.rows.all()) {
      if (!row.rotation) continue
      await this.#step(row, row.rotation)
      const rotation = (await this.#parts.vault.rows.of(row.workspaceId))?.rotation
      if (rotation) due.push(this.#dueIn(rotation))
    }
    return due.length === 0 ? undefined : Math.min(...due)
  }

  /** Goes on as long as the next step is due within `withinMs`. What is stuck is left to a later call. */
  async run(withinMs: number): Promise<void> {
    for (let due = await this.step(); due !== undefined && due <= withinMs; due = await this.step()) {
      if ((await this.states()).some(({ rotation }) => (rotation?.stuck.length ?? 0) > 0)) return
      await delay(Math.max(10, due))
    }
  }

  #dueIn({ stage, since }: Rotation): number {
    const { now, graceMs } = this.#parts
    const lasts = stage === 'resting' ? graceMs : Math.min(settleMs, graceMs)
    return Math.max(0, since + lasts - now())
  }

  async #step(row: KeyRow, rotation: Rotation) {
    const { vault, now } = this.#parts
    if (this.#dueIn(rotation) > 0) return
    if (rotation.stage === 'published') await vault.rows.advance(row, 'sealing', now())
    else if (rotation.stage === 'resting') await this.#last(row)
    else {
      await vault.refresh()
      await this.#pass(row, rotation.at)
      await vault.rows.advance(row, 'resting', now())
    }
  }

  /** The old key goes when a whole pass has found nothing that needs it. */
  async #last(row: KeyRow) {
    const { vault } = this.#parts
    await vault.refresh()
    const { resealed, missed, stuck } = await this.#pass(row, null)
    if (resealed + missed > 0 || stuck.length > 0) return // The next step looks again.
    await vault.rows.finish(row)
    await vault.refresh()
  }

  async #pass({ workspaceId }: KeyRow, from: Rotation['at']): Promise<Tally> {
    const { store, vault, files } = this.#parts
    const { rows } = vault
    const stuck: string[] = []
    const tally = await new Resealing(store, vault, workspaceId).pass({
      from,
      at: async (at, so) => {
        stuck.push(...so.stuck)
        if (so.resealed + so.stuck.length > 0) await rows.progress(workspaceId, { at, stuck, resealed: so.resealed })
      },
    })
    const inFiles = await files.reseal(workspaceId)
    const all = { ...tally, stuck: [...tally.stuck, ...inFiles.stuck], resealed: tally.resealed + inFiles.resealed }
    await rows.progress(workspaceId, { at: null, stuck: all.stuck, resealed: inFiles.resealed })
    return all
  }

  async #rewrapped(row: KeyRow, to: Master): Promise<boolean> {
    const { rows, masters } = this.#parts.vault
    if (row.master === to.id || row.destroyedAt !== null) return false
    if (await rows.rewrap(row, masters, to)) return true
    const again = await rows.of(row.workspaceId) // Somebody changed it meanwhile.
    return again ? this.#rewrapped(again, to) : false
  }
}
