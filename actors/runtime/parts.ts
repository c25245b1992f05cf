import type { Clock, Clocks, Pulse } from '../../kernel/clock.ts'
import type { Settings } from '../../kernel/settings.ts'
import type { Bounds } from './bounds.ts'
import type { Actor } from './change.ts'
import type { Published } from './contract.ts'
import type { Journal } from './journal.ts'
import type { Chance } from './moment.ts'
import type { Runners } from './outbox.ts'
import type { Attendance, Persistence } from './persistence.ts'
import type { Placement } from './placement.ts'
import type { Reaction } from './reaction.ts'
import type { Address, Command } from './turn.ts'

/** What a system of actors is made of. */
export interface Parts {
  actors: readonly Actor[]
  reactions: readonly Reaction[]
  effects: Runners
  persistence: Persistence
  clocks: Clocks
  chance?: Chance
  pulse?: Pulse
  /** The time of the world, from which a workspace's may differ. */
  world?: Clock
  /** What delays between tries are counted by: the process's beat, unless a test brings its own. */
  retries?: Clock
  settings(workspaceId: string): Settings
  publish(event: Published): void
  onError(error: unknown, command: Command): void
  /** An actor's document has become heavy. */
  onHeavy?(address: Address, bytes: number): void
  /** Where operators look. Keeping it costs a little with each message. */
  journal?: Journal
  /** Whether the process of this incarnation (`ActorSystem.incarnation`) is known to live. */
  isAlive?(incarnation: string): boolean
  /** Without it nobody knows whether the last process ended in peace. */
  attendance?: Attendance
  bounds?: Partial<Bounds>
  /** Where actors live when several processes share them. Without it they all live here. */
  placement?: Placement | undefined
}
