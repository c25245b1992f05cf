import { monotonicMs } from '../kernel/clock.ts'
import { conflict } from '../kernel/problem.ts'
import { type ClockState, worldTime, type WorkspaceClock, type WorkspaceClocks } from '../kernel/workspace-clock.ts'
import type { Store } from '../store/connection.ts'
import { type Upcoming, upcomingReminders } from '../store/queries/reminders.ts'
import { moveClock, workspaceById } from '../store/settings/workspaces.ts'

interface Address {
  workspaceId: string
  kind: string
  id: string
}
interface Parts {
  store: Store
  clocks: WorkspaceClocks
  kinds: readonly string[]
  wake(address: Address): void
  /** The other processes hear that it was moved. */
  changed(workspaceId: string): Promise<void>
}

export interface ClockView {
  now: number
  isSandbox: boolean
  isFrozen: boolean
  /** Before the world's time; behind it where negative, ms. */
  aheadMs: number
  upcoming: Upcoming[]
  /** True where more was to happen on the way than one request waits for: ask again. */
  isOnItsWay: boolean
}

const shownMax = 20
const stopsMax = 1_000
/** So long one request moves a clock, and so long it waits at one stop for what happens there. */
const patienceMs = 15_000
const stopMs = 2_000
const lookMs = 10

/** Freezes and moves the time of sandbox workspaces. What lies on the way happens, each at its own moment. */
export class ClockControl {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  of(workspaceId: string): WorkspaceClock {
    return this.#parts.clocks.of(workspaceId)
  }

  async view(workspaceId: string, isOnItsWay = false): Promise<ClockView> {
    const { store, kinds, clocks } = this.#parts
    const workspace = await workspaceById(store, workspaceId)
    const upcoming = workspace?.isSandbox ? await upcomingReminders(store, kinds, workspaceId, shownMax) : []
    const clock = this.of(workspaceId)
    const { offsetMs, frozenAt } = clock.state
    return {
      now: clock.now(),
      isSandbox: workspace?.isSandbox ?? false,
      isFrozen: frozenAt !== null,
      aheadMs: Math.round(frozenAt === null ? offsetMs : frozenAt - clocks.world.now()),
      upcoming,
      isOnItsWay,
    }
  }

  async freeze(workspaceId: string) {
    await this.#move(workspaceId, (now) => ({ ...worldTime, frozenAt: now }))
    return this.view(workspaceId)
  }

  /** It goes on from where it stands. */
  async release(workspaceId: string) {
    await this.#move(workspaceId, (now) => ({ frozenAt: null, offsetMs: now - this.#parts.clocks.world.now() }))
    return this.view(workspaceId)
  }

  /**
   * The world's time again. Who is behind it comes up to it, and what lies on the way happens; who is ahead of it goes
   * back: what has happened stays as it is, with the times that it had.
   */
  async real(workspaceId: string) {
    await this.#demandSandbox(workspaceId)
    const to = this.#parts.clocks.world.now()
    if (this.of(workspaceId).now() < to && !(await this.#passThrough(workspaceId, to)))
      return this.view(workspaceId, true)
    await this.#move(workspaceId, () => worldTime)
    return this.view(workspaceId)
  }

  /** `to`: epoch ms. @throws Problem `clock_goes_forward` */
  async moveTo(workspaceId: string, to: number) {
    await this.#demandSandbox(workspaceId)
    if (to < this.of(workspaceId).now()) throw conflict('clock_goes_forward', 'What has happened cannot be undone.')
    const isThere = await this.#passThrough(workspaceId, to)
    if (isThere) await this.#moveUpTo(workspaceId, to)
    return this.view(workspaceId, !isThere)
  }

  async step(workspaceId: string, ms: number) {
    return this.moveTo(workspaceId, this.of(workspaceId).now() + ms)
  }

  /** Nothing changes where nothing is waited for. */
  async next(workspaceId: string) {
    await this.#demandSandbox(workspaceId)
    const [first] = await upcomingReminders(this.#parts.store, this.#parts.kinds, workspaceId, 1)
    return first ? this.moveTo(workspaceId, Math.max(first.at, this.of(workspaceId).now())) : this.view(workspaceId)
  }

  /** Stops at each reminder until then. False where there were too many for one request. */
  async #passThrough(workspaceId: string, to: number) {
    const end = monotonicMs() + patienceMs
    const stuck = new Set<string>()
    for (let stops = 0; stops < stopsMax && monotonicMs() < end; stops++) {
      const all = await upcomingReminders(this.#parts.store, this.#parts.kinds, workspaceId, shownMax + stuck.size)
      const next = all.find((one) => !stuck.has(nameOf(one)))
      if (!next || next.at > to) return true
      await this.#moveUpTo(workspaceId, next.at)
      if (!(await this.#happened(workspaceId, next))) stuck.add(nameOf(next))
    }
    return false
  }

  /** Wakes whoever waits for this moment, and resolves when it is over, or with false when that takes too long. */
  async #happened(workspaceId: string, { kind, id, at }: Upcoming) {
    const { store, wake } = this.#parts
    const end = monotonicMs() + stopMs
    wake({ workspaceId, kind, id })
    while (monotonicMs() < end) {
      await new Promise((later) => setTimeout(later, lookMs))
      const left = await upcomingReminders(store, [kind], workspaceId, shownMax)
      if (!left.some((one) => one.id === id && one.at === at)) return true
    }
    return false
  }

  /** A frozen clock stands there, another one runs on from there. */
  async #moveUpTo(workspaceId: string, to: number) {
    await this.#move(workspaceId, (now, { frozenAt }) => {
      const time = Math.max(now, to)
      return frozenAt === null
        ? { frozenAt, offsetMs: time - this.#parts.clocks.world.now() }
        : { frozenAt: time, offsetMs: 0 }
    })
  }

  async #move(workspaceId: string, next: (now: number, state: ClockState) => ClockState) {
    const { clock, clockRev } = await this.#demandSandbox(workspaceId)
    const mine = this.of(workspaceId)
    mine.set(clock)
    const state = next(mine.now(), clock)
    if (!(await moveClock(this.#parts.store, workspaceId, state, clockRev)))
      throw conflict('clock_moved', 'Somebody else has just moved this clock.')
    mine.set(state)
    await this.#parts.changed(workspaceId)
  }

  async #demandSandbox(workspaceId: string) {
    const workspace = await workspaceById(this.#parts.store, workspaceId)
    if (!workspace?.isSandbox)
      throw conflict('not_a_sandbox', 'Only in a sandbox can time be moved: here it is everybody’s.')
    return workspace
  }
}

const nameOf = ({ kind, id, at }: Upcoming) => `${kind}/${id}@${at}`
