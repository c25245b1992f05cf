import type { Waiting } from './mailbox.ts'
import type { Address } from './turn.ts'

/** Where actors live when several processes share them. Without one, this process has them all. */
export interface Placement {
  attach(local: LocalActors): void
  /** Whether what this process owns may be answered for at this very moment. */
  isServing(): boolean
  /** Takes the message to wherever its actor is; its waiter hears of it before its deadline. */
  route(waiting: Waiting): void
  /** Whoever owns this actor loads it. */
  wake(address: Address): void
  /** Whether the process of this incarnation is known to live. */
  isAlive(incarnation: string): boolean
  /** Gives everything to others. Resolves when nothing is owned here any more. */
  leave(): Promise<void>
}

export interface HandedOver {
  /** Those that have something left to do: their heir wakes them. */
  readonly unfinished: readonly Address[]
  /** Resolves when their documents say that they ended in peace. An heir that knows that we live need not wait for it. */
  readonly parted: Promise<void>
}

/** What a placement asks of the actors of its own process. */
export interface LocalActors {
  /** This process's name in the documents that it claims. */
  readonly incarnation: string
  /** A message for an actor that is owned here. */
  take(waiting: Waiting): void
  load(address: Address): void
  /** May answer again: what was held back goes on. */
  resume(): void
  /** A process that had actors is gone without a word. */
  died(): void
  /** These are somebody else's now. Who waits for them is told `Moved`. */
  end(isGone: (address: Address) => boolean): void
  /** These will be handed over soon: what can be written before is written now, while they are still served. */
  prepare(isLeaving: (address: Address) => boolean): Promise<void>
  /** Finishes the turns of these and forgets them. Whatever is not done within `limitMs` is ended. */
  handOver(isLeaving: (address: Address) => boolean, limitMs: number): Promise<HandedOver>
}
