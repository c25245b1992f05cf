/** A counter, as each library would have it: asked, and answered. */
export interface Counter {
  /** Reads it; nothing changes. */
  view(): Promise<number> | number
  /** Changes it in memory; nothing is written anywhere. */
  increment(): Promise<number> | number
}

export interface Peer {
  readonly name: string
  /** How the answer comes, so that unlike things are not compared in silence. */
  readonly note: string
  spawn(id: string): Counter
}
