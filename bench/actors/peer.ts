/** A counter, as each library would have it: asked, and answered. */
export interface Counter {
  // Awaited, whatever they answer: the number, or a promise of it.
  /** Reads it; nothing changes. */
  view(): unknown
  /** Changes it in memory; nothing is written anywhere. */
  increment(): unknown
}

export interface Peer {
  readonly name: string
  /** How the answer comes, so that unlike things are not compared in silence. */
  readonly note: string
  spawn(id: string): Counter
}
