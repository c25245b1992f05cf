import { monotonicMs } from '../../kernel/clock.ts'

/** What one process says of itself: its sockets, who types, who looks. Values are plain JSON. */
export type Entry = Readonly<Record<string, unknown>>

export type RosterMessage =
  | { kind: 'changed'; node: string; from: number; changes: [key: string, value: Entry | null][] }
  | { kind: 'beat'; node: string; version: number }
  | { kind: 'ask'; node: string; of: string }
  | { kind: 'whole'; node: string; version: number; entries: [key: string, value: Entry][] }
  | { kind: 'bye'; node: string }

export interface Change {
  key: string
  node: string
  before: Entry | undefined
  after: Entry | undefined
}

interface Peer {
  /** Undefined until it told us everything. */
  version: number | undefined
  entries: Map<string, Entry>
  /** Monotonic ms. */
  seenAt: number
  /** Said goodbye: its sockets are about to come back elsewhere. */
  isLeaving: boolean
  askedAt: number
}

export interface Parts {
  /** This process, on all machines and for ever: one that starts again is another. */
  node: string
  /** To every other process; at most once, in order. Missing where there is none. */
  send?(message: RosterMessage): void
  /** We hear nobody at the moment, not even ourselves: that the others are silent means nothing then. */
  isDeaf?(): boolean
  /** Monotonic ms; a test brings its own. */
  now?(): number
}

/** Entries whose key begins so stay for the grace: a socket comes back, and who typed or looked says so again. */
export const lasting = 'socket/'

export const rosterMs = {
  beat: 500,
  /** A process that was silent for so long is not there. */
  lease: 1_500,
  /** After so long more, nobody types or looks there. */
  fleeting: 1_500,
  /** And after so long, its sockets are gone; after a goodbye sooner. */
  grace: 10_000,
  graceAfterBye: 3_000,
  /** Between two requests for everything that one process knows. */
  ask: 250,
}

/**
 * What is true of all processes now, at hand in each of them. Each says what it knows of itself, as changes with a
 * version; who misses one asks for the whole. Nothing is stored: the entries of a process that dies go with it.
 */
export class Roster {
  readonly node: string
  readonly #parts: Parts
  readonly #now: () => number
  readonly #own = new Map<string, Entry>()
  readonly #peers = new Map<string, Peer>()
  readonly #listeners = new Set<(change: Change) => void>()
  #version = 0
  #unsaid = new Map<string, Entry | null>()
  #flush: NodeJS.Immediate | undefined
  #tellsAll = false
  readonly #timer: NodeJS.Timeout | undefined
  #tickedAt: number

  constructor(parts: Parts) {
    this.#parts = parts
    this.node = parts.node
    this.#now = parts.now ?? monotonicMs
    this.#tickedAt = this.#now()
    if (!parts.send) return
    this.#timer = setInterval(() => this.tick(), rosterMs.beat).unref()
    this.#beat()
  }

  set(key: string, entry: Entry) {
    const before = this.#own.get(key)
    this.#own.set(key, entry)
    this.#changed(key, before, entry)
  }

  /** What this process says of it. */
  own(key: string): Entry | undefined {
    return this.#own.get(key)
  }

  delete(key: string) {
    const before = this.#own.get(key)
    if (!before) return
    this.#own.delete(key)
    this.#changed(key, before, undefined)
  }

  /** Hears of every change, of this process and of others. The answer ends it. */
  onChange(listen: (change: Change) => void) {
    this.#listeners.add(listen)
    return () => void this.#listeners.delete(listen)
  }

  /** What another process said. */
  heard(message: RosterMessage) {
    const { node } = message
    if (node === this.node) return
    if (message.kind === 'ask') {
      if (message.of === this.node) this.#tellAll()
      return
    }
    const peer = this.#peers.get(node) ?? this.#meet(node)
    peer.seenAt = this.#now()
    switch (message.kind) {
      case 'beat':
        return this.#compare(node, peer, message.version)
      case 'changed':
        return this.#apply(node, peer, message.from, message.changes)
      case 'whole':
        return this.#replace(node, peer, message.version, new Map(message.entries))
      case 'bye':
        peer.isLeaving = true
    }
  }

  /** Beats, and forgets who is gone. A timer calls it; a test may. */
  tick() {
    const now = this.#now()
    // Whoever was away itself has no reason to think that the others are.
    const wasAway = now - this.#tickedAt > rosterMs.lease || this.#parts.isDeaf?.() === true
    this.#tickedAt = now
    this.#beat()
    for (const [node, peer] of this.#peers) {
      if (wasAway) peer.seenAt = now
      const silentMs = now - peer.seenAt
      const grace = peer.isLeaving ? rosterMs.graceAfterBye : rosterMs.lease + rosterMs.grace
      if (silentMs > grace) this.#bury(node, peer)
      else if (silentMs > rosterMs.lease + rosterMs.fleeting) this.#hush(node, peer)
    }
  }

  /** The processes that this one knows to be there, itself included. */
  get nodes(): string[] {
    const now = this.#now()
    const here = [...this.#peers].filter(([, { seenAt, isLeaving }]) => !isLeaving && now - seenAt <= rosterMs.lease)
    return [this.node, ...here.map(([node]) => node)]
  }

  /** Others keep its sockets for a moment: they are about to come back elsewhere. */
  bye() {
    this.#say()
    this.#parts.send?.({ kind: 'bye', node: this.node })
  }

  close() {
    clearInterval(this.#timer)
    clearImmediate(this.#flush)
    this.#listeners.clear()
  }

  #changed(key: string, before: Entry | undefined, after: Entry | undefined) {
    this.#tell({ key, node: this.node, before, after })
    if (!this.#parts.send) return
    this.#unsaid.set(key, after ?? null)
    this.#flush ??= setImmediate(() => this.#say())
  }

  /** All that changed in this turn of the loop is one message. */
  #say() {
    clearImmediate(this.#flush)
    this.#flush = undefined
    const changes = [...this.#unsaid]
    this.#unsaid = new Map()
    if (this.#tellsAll) {
      this.#tellsAll = false
      this.#version += changes.length
      this.#parts.send?.({ kind: 'whole', node: this.node, version: this.#version, entries: [...this.#own] })
    } else if (changes.length > 0) {
      this.#parts.send?.({ kind: 'changed', node: this.node, from: this.#version, changes })
      this.#version += changes.length
    }
  }

  /** Several may ask in one turn: one answer is for all. */
  #tellAll() {
    this.#tellsAll = true
    this.#flush ??= setImmediate(() => this.#say())
  }

  #beat() {
    this.#parts.send?.({ kind: 'beat', node: this.node, version: this.#version })
  }

  #meet(node: string): Peer {
    const peer = { version: undefined, entries: new Map(), seenAt: 0, isLeaving: false, askedAt: -Infinity }
    this.#peers.set(node, peer)
    this.#beat() // So that it knows of us, too.
    return peer
  }

  #compare(node: string, peer: Peer, version: number) {
    if (peer.version === version) return
    const now = this.#now()
    if (now - peer.askedAt < rosterMs.ask) return
    peer.askedAt = now
    this.#parts.send?.({ kind: 'ask', node: this.node, of: node })
  }

  #apply(node: string, peer: Peer, from: number, changes: [key: string, value: Entry | null][]) {
    if (peer.version !== from) return this.#compare(node, peer, from + changes.length)
    peer.version = from + changes.length
    for (const [key, value] of changes) this.#put(node, peer, key, value ?? undefined)
  }

  #replace(node: string, peer: Peer, version: number, entries: Map<string, Entry>) {
    peer.version = version
    for (const key of [...peer.entries.keys()]) if (!entries.has(key)) this.#put(node, peer, key, undefined)
    for (const [key, value] of entries) this.#put(node, peer, key, value)
  }

  #put(node: string, peer: Peer, key: string, after: Entry | undefined) {
    const before = peer.entries.get(key)
    if (after) peer.entries.set(key, after)
    else peer.entries.delete(key)
    if (JSON.stringify(before) !== JSON.stringify(after)) this.#tell({ key, node, before, after })
  }

  /** It is to tell everything again, should it come back. */
  #hush(node: string, peer: Peer) {
    peer.version = undefined
    for (const key of [...peer.entries.keys()]) if (!key.startsWith(lasting)) this.#put(node, peer, key, undefined)
  }

  #bury(node: string, peer: Peer) {
    this.#peers.delete(node)
    for (const [key, before] of peer.entries) this.#tell({ key, node, before, after: undefined })
  }

  #tell(change: Change) {
    for (const listen of this.#listeners) listen(change)
  }
}
