import type { Waiting } from './activation.ts'
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

/** What a placement asks of the actors of its own process. */
export interface LocalActors {
  /** This process's name in the documents that it claims. */
  readonly incarnation: string
  /** A message for an actor that is owned here. */
  take(waiting: Waiting): void
  load(address: Address): void
  /** May answer again: what was held back goes on. */
  resume(): void
  /** These are somebody else's now. Who waits for them is told `Moved`. */
  end(isGone: (address: Address) => boolean): void
  /**
   * Finishes the turns of these and forgets them. Answers which of them have something left to do, so that their heir
   * wakes them. Whatever is not done within `limitMs` is ended.
   */
  handOver(isLeaving: (address: Address) => boolean, limitMs: number): Promise<Address[]>
}
