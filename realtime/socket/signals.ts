import { conversation } from '../../actors/conversation/contract.ts'
import { streamName } from '../../actors/runtime/contract.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Wire, WireSignal } from './wire.ts'

const typingMs = 6_000
// How long a person's phone shows that somebody writes, less a margin.
const shownMs = 20_000

interface Typing {
  role: 'person' | 'staff'
  at: number
  by: object
  cancel: () => void
}
interface Viewer {
  since: number
  /** Each socket of theirs that looks. */
  by: Set<object>
}
interface Room {
  workspaceId: string
  conversationId: string
  typing: Map<string, Typing>
  viewers: Map<string, Viewer>
  /** When the person was last shown that somebody writes. */
  shownAt: number
}

export interface Place {
  workspaceId: string
  conversationId: string
}

export interface Parts {
  wire: Wire
  clock: Clock
  emit(workspaceId: string, signal: WireSignal): void
}

/** Who types and who looks, in each conversation. Only true now: nothing of it is stored, and it ends with its socket. */
export class Signals {
  readonly #parts: Parts
  readonly #rooms = new Map<string, Room>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** On lasts 6 s unless it is renewed. `by` is the socket, or whatever else it ends with. */
  typing(place: Place, who: { id: string; role: 'person' | 'staff' }, on: boolean, by: object) {
    const room = this.#room(place)
    const before = room.typing.get(who.id)
    before?.cancel()
    if (on) {
      const { clock } = this.#parts
      const at = clock.now()
      const cancel = clock.at(at + typingMs, () => this.typing(place, who, false, by))
      room.typing.set(who.id, { role: who.role, at, by, cancel })
    } else room.typing.delete(who.id)
    if (on || before) this.#emit(room, this.#typed(room, who.id, { role: who.role, on }))
    this.#tidy(place, room)
  }

  /** Is it time to show the person once more that somebody writes? Whoever asks and hears yes, does it. */
  isToShow(place: Place) {
    const room = this.#room(place)
    const now = this.#parts.clock.now()
    if (now - room.shownAt < shownMs) return false
    room.shownAt = now
    return true
  }

  viewing(place: Place, id: string, on: boolean, by: object) {
    const room = this.#room(place)
    const viewer = room.viewers.get(id)
    if (on && viewer) viewer.by.add(by)
    else if (on) room.viewers.set(id, { since: this.#parts.clock.now(), by: new Set([by]) })
    else if (viewer?.by.delete(by) && viewer.by.size === 0) room.viewers.delete(id)
    if (room.viewers.get(id) !== viewer) this.#emit(room, this.#viewed(room))
    this.#tidy(place, room)
  }

  /** What is true now, for whoever begins to listen. */
  present(workspaceId: string, stream: string): WireSignal[] {
    const room = this.#rooms.get(`${workspaceId}/${stream}`)
    if (!room) return []
    const typing = [...room.typing].map(([id, { role }]) => this.#typed(room, id, { role, on: true }))
    return room.viewers.size > 0 ? [...typing, this.#viewed(room)] : typing
  }

  /** A socket is gone, or has left one conversation. */
  left(by: object, where?: Place) {
    const rooms = where ? [this.#rooms.get(keyOf(where))] : [...this.#rooms.values()]
    for (const room of rooms) {
      if (!room) continue
      for (const [id, typing] of room.typing)
        if (typing.by === by) this.typing(room, { id, role: typing.role }, false, by)
      for (const [id, viewer] of room.viewers) if (viewer.by.has(by)) this.viewing(room, id, false, by)
    }
  }

  close() {
    for (const { typing } of this.#rooms.values()) for (const { cancel } of typing.values()) cancel()
    this.#rooms.clear()
  }

  #room(place: Place) {
    const key = keyOf(place)
    const fresh = { ...place, typing: new Map<string, Typing>(), viewers: new Map<string, Viewer>(), shownAt: -shownMs }
    const room = this.#rooms.get(key) ?? fresh
    this.#rooms.set(key, room)
    return room
  }

  #tidy(place: Place, room: Room) {
    if (room.typing.size === 0 && room.viewers.size === 0) this.#rooms.delete(keyOf(place))
  }

  #typed(room: Room, id: string, what: { role: 'person' | 'staff'; on: boolean }) {
    const { clock, wire } = this.#parts
    return wire.signal('conversation.typing', room.conversationId, clock.now(), { id, ...what })
  }

  #viewed(room: Room) {
    const { clock, wire } = this.#parts
    const viewers = [...room.viewers].map(([id, { since }]) => ({ id, since }))
    return wire.signal('conversation.viewing', room.conversationId, clock.now(), { viewers })
  }

  #emit(room: Room, signal: WireSignal) {
    this.#parts.emit(room.workspaceId, signal)
  }
}

const keyOf = ({ workspaceId, conversationId }: Place) =>
  `${workspaceId}/${streamName(conversation.kind, 'main', conversationId)}`
