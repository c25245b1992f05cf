import { conversation } from '../../actors/conversation/contract.ts'
import { streamName } from '../../actors/runtime/contract.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Change, Roster } from './roster.ts'
import { parseStream, type Wire, type WireSignal } from './wire.ts'

const typingMs = 6_000
/** Longer than any renewal takes on its way: then the process where somebody typed is gone. */
const typingElsewhereMs = typingMs + 1_000
// How long a person's phone shows that somebody writes, less a margin.
const shownMs = 20_000

type Role = 'person' | 'staff'
export interface Place {
  workspaceId: string
  conversationId: string
}

/** What is true of one conversation, on all processes: each person with the processes that say so. */
interface Room extends Place {
  typing: Map<string, Map<string, { role: Role; cancel: () => void }>>
  viewers: Map<string, Map<string, number>>
  /** When the person was last shown that somebody writes, by each process. */
  shownAt: Map<string, number>
}
/** What a process says in the roster. */
interface Said extends Place {
  id: string
  role: Role
  at: number
}

export interface Parts {
  wire: Wire
  clock: Clock
  roster: Roster
  /** To the sockets of this process. */
  emit(workspaceId: string, signal: WireSignal): void
}

/**
 * Who types and who looks, in each conversation, on whatever process. Only true now: nothing of it is stored, and it
 * ends with its socket.
 */
export class Signals {
  readonly #parts: Parts
  readonly #rooms = new Map<string, Room>()
  /** What this process says, with the sockets (or whatever else) that it ends with. */
  readonly #typing = new Map<string, { by: object; cancel: () => void }>()
  readonly #viewing = new Map<string, Set<object>>()
  readonly #shown = new Map<string, () => void>()
  /** What ends with a socket, and how. */
  readonly #held = new Map<object, Map<string, { room: string; end: () => void }>>()
  readonly #unfollow: () => void

  constructor(parts: Parts) {
    this.#parts = parts
    this.#unfollow = parts.roster.onChange((change) => this.#changed(change))
  }

  /** On lasts 6 s unless it is renewed. `by` is the socket, or whatever else it ends with. */
  typing(place: Place, { id, role }: { id: string; role: Role }, on: boolean, by: object) {
    const { clock, roster } = this.#parts
    const key = keyOf('typing', place, id)
    const before = this.#typing.get(key)
    before?.cancel()
    if (before) this.#release(before.by, key)
    if (on) {
      const at = clock.now()
      const end = () => this.typing(place, { id, role }, false, by)
      this.#typing.set(key, { by, cancel: clock.at(at + typingMs, end) })
      this.#hold(by, key, place, end)
      roster.set(key, { ...place, id, role, at })
    } else if (before) {
      this.#typing.delete(key)
      roster.delete(key)
    }
  }

  /** Is it time to show the person once more that somebody writes? Whoever asks and hears yes, does it. */
  isToShow(place: Place) {
    const { clock, roster } = this.#parts
    const now = clock.now()
    const shownAt = Math.max(0, ...(this.#rooms.get(roomOf(place))?.shownAt.values() ?? []))
    if (now - shownAt < shownMs) return false
    const key = keyOf('shown', place, '')
    this.#shown.get(key)?.()
    const cancel = clock.at(now + shownMs, () => {
      this.#shown.delete(key)
      roster.delete(key)
    })
    this.#shown.set(key, cancel)
    roster.set(key, { ...place, at: now })
    return true
  }

  viewing(place: Place, id: string, on: boolean, by: object) {
    const { clock, roster } = this.#parts
    const key = keyOf('viewing', place, id)
    const sockets = this.#viewing.get(key) ?? new Set()
    if (on) {
      sockets.add(by)
      this.#hold(by, key, place, () => this.viewing(place, id, false, by))
      if (this.#viewing.has(key)) return
      this.#viewing.set(key, sockets)
      roster.set(key, { ...place, id, at: clock.now() })
      return
    }
    this.#release(by, key)
    if (sockets.delete(by) && sockets.size === 0) {
      this.#viewing.delete(key)
      roster.delete(key)
    }
  }

  /** What is true now, for whoever begins to listen. */
  present(workspaceId: string, stream: string): WireSignal[] {
    const { kind, part, id: conversationId = '' } = parseStream(stream) ?? {}
    const room = kind === conversation.kind ? this.#rooms.get(roomOf({ workspaceId, conversationId })) : undefined
    if (!room) return []
    if (part === 'own') return isAnswered(room) ? [this.#answered(room, true)] : []
    const typing = [...room.typing].map(([id, said]) => this.#typed(room, id, roleOf(said), true))
    return room.viewers.size > 0 ? [...typing, this.#viewed(room)] : typing
  }

  /** A socket is gone, or has left one conversation. */
  left(by: object, where?: Place) {
    for (const { room, end } of [...(this.#held.get(by)?.values() ?? [])]) if (!where || room === roomOf(where)) end()
  }

  close() {
    this.#unfollow()
    for (const { cancel } of this.#typing.values()) cancel()
    for (const cancel of this.#shown.values()) cancel()
    for (const { typing } of this.#rooms.values())
      for (const said of typing.values()) for (const { cancel } of said.values()) cancel()
    this.#rooms.clear()
    this.#held.clear()
  }

  #hold(by: object, key: string, place: Place, end: () => void) {
    const held = this.#held.get(by) ?? new Map<string, { room: string; end: () => void }>()
    held.set(key, { room: roomOf(place), end })
    this.#held.set(by, held)
  }

  #release(by: object, key: string) {
    const held = this.#held.get(by)
    if (held?.delete(key) && held.size === 0) this.#held.delete(by)
  }

  #changed({ key, node, before, after }: Change) {
    const said = (after ?? before) as Said | undefined
    const kind = kindOf(key)
    if (!said || !kind) return
    const room = this.#room(said)
    if (kind === 'typing') this.#typingChanged(room, said, node, after !== undefined)
    else if (kind === 'viewing') this.#viewingChanged(room, said, node, after !== undefined)
    else if (after) room.shownAt.set(node, said.at)
    else room.shownAt.delete(node)
    if (room.typing.size + room.viewers.size + room.shownAt.size === 0) this.#rooms.delete(roomOf(room))
  }

  #typingChanged(room: Room, { id, role }: Said, node: string, on: boolean) {
    const said = room.typing.get(id) ?? new Map<string, { role: Role; cancel: () => void }>()
    said.get(node)?.cancel()
    if (on) {
      said.set(node, { role, cancel: this.#endOf(room, id, role, node) })
      room.typing.set(id, said)
    } else if (!said.delete(node)) return
    else if (said.size > 0)
      return // Still typing at another screen.
    else room.typing.delete(id)
    this.#emit(room, this.#typed(room, id, role, on))
    if (role === 'staff' && (on || !isAnswered(room))) this.#emit(room, this.#answered(room, on))
  }

  /** What is said here ends by itself; what was said elsewhere, when its process does not say so any more. */
  #endOf(room: Room, id: string, role: Role, node: string) {
    const { clock, roster } = this.#parts
    if (node === roster.node) return () => undefined
    const { workspaceId, conversationId } = room
    return clock.at(clock.now() + typingElsewhereMs, () =>
      this.#changed({
        key: keyOf('typing', room, id),
        node,
        before: { workspaceId, conversationId, id, role },
        after: undefined,
      }),
    )
  }

  #viewingChanged(room: Room, { id, at }: Said, node: string, on: boolean) {
    const said = room.viewers.get(id) ?? new Map<string, number>()
    const wasThere = said.size > 0
    if (on) said.set(node, at)
    else said.delete(node)
    if (said.size > 0) room.viewers.set(id, said)
    else room.viewers.delete(id)
    if (said.size > 0 !== wasThere) this.#emit(room, this.#viewed(room))
  }

  #room({ workspaceId, conversationId }: Place) {
    const key = roomOf({ workspaceId, conversationId })
    const known = this.#rooms.get(key)
    if (known) return known
    const room = { workspaceId, conversationId, typing: new Map(), viewers: new Map(), shownAt: new Map() }
    this.#rooms.set(key, room)
    return room
  }

  #typed(room: Room, id: string, role: Role, on: boolean) {
    const { clock, wire } = this.#parts
    return wire.signal('conversation.typing', room.conversationId, clock.now(), { id, role, on })
  }

  #answered({ conversationId }: Room, on: boolean) {
    const { clock, wire } = this.#parts
    return wire.signal('own.typing', conversationId, clock.now(), { on })
  }

  #viewed(room: Room) {
    const { clock, wire } = this.#parts
    const viewers = [...room.viewers]
      .map(([id, said]) => ({ id, since: Math.min(...said.values()) }))
      .sort((one, other) => one.since - other.since || (one.id < other.id ? -1 : 1))
    return wire.signal('conversation.viewing', room.conversationId, clock.now(), { viewers })
  }

  #emit(room: Room, signal: WireSignal) {
    this.#parts.emit(room.workspaceId, signal)
  }
}

const kinds = ['typing', 'viewing', 'shown'] as const
type Kind = (typeof kinds)[number]
const keyOf = (kind: Kind, { workspaceId, conversationId }: Place, id: string) =>
  `${kind}/${workspaceId}/${conversationId}/${id}`
const kindOf = (key: string) => kinds.find((kind) => key.startsWith(`${kind}/`))

const roleOf = (said: Map<string, { role: Role }>): Role => said.values().next().value?.role ?? 'staff'

/** Whether anybody of the business writes: that is all that the person is shown. */
const isAnswered = ({ typing }: Room) => [...typing.values()].some((said) => roleOf(said) === 'staff')

const roomOf = ({ workspaceId, conversationId }: Place) =>
  `${workspaceId}/${streamName(conversation.kind, 'main', conversationId)}`
