import { BoundedMap } from '../../kernel/bounded-map.ts'
import type { Listed, StreamSource } from './stream.ts'
import { parseStream, type WireEvent } from './wire.ts'

/** The same event for those who have heard all that was told from event `first` on. */
export interface Shorter {
  stream: string
  first: number
  event: WireEvent
}

interface Told {
  seq: number
  thing: unknown
}
interface Room {
  /** The last event that is known. */
  seq: number
  /** As each was told last; who was told longest ago comes first. */
  things: BoundedMap<string, Told>
}

/** What a client keeps is twice as much: what it hears whole it counts anew, also where nothing has changed. */
const thingsMax = 1_000
/** What was told longer ago is told whole: whoever came since then would be told everything whole because of it. */
const reach = 240

/** Inboxes at this process that are busy at the same time; of any other the next lines are told whole. */
const roomsMax = 500

/**
 * What was told of each stream of this process, so that it need not be told again. Only what came as an event counts: a
 * snapshot may show a value that no event ever carries.
 */
export class Changes {
  readonly #rooms = new BoundedMap<string, Room>(roomsMax)
  readonly #sources: Map<string, StreamSource['streams']>
  readonly #isRead: (name: string) => boolean

  constructor(sources: readonly StreamSource[], isRead: (name: string) => boolean) {
    this.#sources = new Map(sources.map(({ kind, streams }) => [kind, streams]))
    this.#isRead = isRead
  }

  /** Each event of a stream in its order; undefined where it is as short as it can be. */
  of(name: string, event: WireEvent): Shorter | undefined {
    const listed = this.#listed(event)
    if (!listed || event.data === null) return undefined
    if (this.#isRead(name)) return shorter(this.#room(name, event.seq), listed, event)
    this.#rooms.delete(name)
    return undefined
  }

  #listed({ stream, type }: WireEvent) {
    const { kind = '', part = '' } = parseStream(stream) ?? {}
    return this.#sources.get(kind)?.[part]?.listed?.[type]
  }

  /** Where events are missing that nobody here was told, nothing counts that was told before. */
  #room(name: string, seq: number): Room {
    const known = this.#rooms.get(name)
    const room = known?.seq === seq - 1 ? known : { seq, things: new BoundedMap<string, Told>(thingsMax) }
    room.seq = seq
    putLast(this.#rooms, name, room)
    return room
  }
}

function shorter({ things }: Room, { list, id, changed }: Listed, event: WireEvent): Shorter | undefined {
  const data = event.data as { [field: string]: { [field: string]: unknown }[] }
  const whole: unknown[] = []
  const changes: object[] = []
  let first = Infinity
  for (const thing of data[list] ?? []) {
    const own = String(thing[id])
    const before = things.get(own)
    const isKnown = before !== undefined && before.seq > event.seq - reach
    const change = isKnown ? changed(before.thing as never, thing as never) : undefined
    if (isKnown) first = Math.min(first, before.seq)
    else whole.push(thing)
    if (change) changes.push(change)
    // What has not changed keeps its place: those who hear only of changes hear nothing of it.
    if (!isKnown || change) putLast(things, own, { seq: event.seq, thing })
  }
  if (first === Infinity) return undefined
  return { stream: event.stream, first, event: { ...event, data: { ...data, [list]: whole, changes } } }
}

/** As the latest, also where it is there already: the map lets go of what was put in first. */
function putLast<One>(all: BoundedMap<string, One>, key: string, one: One) {
  all.delete(key)
  all.set(key, one)
}
