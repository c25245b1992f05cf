import { inbox, peopleMax, type Presence as Shown } from '../../actors/inbox/contract.ts'
import { streamName } from '../../actors/runtime/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import { type Clock, monotonicMs } from '../../kernel/clock.ts'
import { isStaff } from '../../kernel/role.ts'
import { type Change, lasting, type Roster, rosterMs } from './roster.ts'
import type { Wire, WireSignal } from './wire.ts'

export type Availability = 'online' | 'away' | 'busy'

/** One socket, wherever it is. */
interface Present {
  node: string
  socketId: string
  availability: Availability
  device: string | undefined
  /** Its connection is gone, and its device may come back within the grace. */
  isLost: boolean
}
/** What a process says of a socket in the roster. */
interface Said {
  workspaceId: string
  id: string
  isStaff: boolean
  availability: Availability
  device?: string
  isLost?: true
}
interface Person {
  isStaff: boolean
  sockets: Map<string, Present>
}
interface Workspace {
  people: Map<string, Person>
  /** What the sockets of this process were told last, of staff; and the same ready for whoever begins to listen. */
  told: Map<string, Shown>
  present: WireSignal[] | undefined
  changed: Set<string>
  timer: NodeJS.Timeout | undefined
  /** Monotonic ms. */
  toldAt: number
}

export interface Parts {
  wire: Wire
  clock: Clock
  roster: Roster
  /** Hears of it, too: of staff, what is other than before. */
  heard?(workspaceId: string, people: readonly Shown[]): void
  /** How many sockets of this process read a stream. */
  readers(workspaceId: string, stream: string): number
  /** To the sockets of this process. */
  emit(workspaceId: string, signal: WireSignal): void
}

/** What changes within this time is told together, and what changes back not at all. */
const togetherMs = 200
/**
 * In the morning all of a large house come within a minute, and each who comes is told to all: those who are told are
 * told so much less often, for each of them, ms, but not less often than that.
 */
const togetherMsPerReader = 1
const togetherMaxMs = 2_000
/** The one that counts of several that a person says, first. */
const ranks: readonly Availability[] = ['busy', 'online', 'away']

/** Who sits there: a colleague who acts as somebody does not make them be there. */
export const hereOf = ({ id, actingId }: Caller) => actingId ?? id

/**
 * Who is connected, on all processes: each socket is an entry of the roster, and stays one for the grace after it was
 * lost. The staff of a workspace hear of one another on its inbox.
 */
export class Presence {
  readonly #parts: Parts
  readonly #workspaces = new Map<string, Workspace>()
  /** Lost sockets of this process, and how to keep them from being forgotten. */
  readonly #lost = new Map<string, () => void>()
  readonly #unfollow: () => void
  #isClosing = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#unfollow = parts.roster.onChange((change) => this.#changed(change))
  }

  come(socketId: string, caller: Caller, availability: Availability, device: string | undefined) {
    const said: Said = {
      workspaceId: caller.workspaceId,
      id: hereOf(caller),
      isStaff: isStaff(caller),
      availability,
      ...(device !== undefined && { device }),
    }
    this.#parts.roster.set(lasting + socketId, { ...said })
  }

  /** A socket is gone: without a word its device is expected back for 10 s, after a goodbye for 3 s. */
  gone(socketId: string, saidGoodbye: boolean) {
    const { roster, clock } = this.#parts
    const key = lasting + socketId
    const said = roster.own(key)
    if (!said || this.#isClosing) return // The goodbye of this process is for all of its sockets.
    const graceMs = saidGoodbye ? rosterMs.graceAfterBye : rosterMs.grace
    this.#lost.set(
      key,
      clock.at(clock.now() + graceMs, () => this.#forget(key)),
    )
    roster.set(key, { ...said, isLost: true })
  }

  /** Those that are connected. */
  socketsOf(workspaceId: string, id: string): Present[] {
    const sockets = this.#workspaces.get(workspaceId)?.people.get(id)?.sockets.values() ?? []
    return [...sockets].filter(({ isLost }) => !isLost)
  }

  /** Everybody of a workspace who is not offline, with what they say of themselves on any of their devices. */
  people(workspaceId: string): Shown[] {
    const people = this.#workspaces.get(workspaceId)?.people ?? []
    return [...people].map(([id, person]) => shownOf(id, person))
  }

  /** What was told last, for whoever begins to listen: what changed since, they are told with the others. */
  present(workspaceId: string, stream: string): WireSignal[] {
    if (stream !== streamOf(workspaceId)) return []
    const workspace = this.#workspaces.get(workspaceId)
    if (!workspace) return []
    return (workspace.present ??= this.#signals(workspaceId, [...workspace.told.values()]))
  }

  close() {
    this.#isClosing = true
    this.#unfollow()
    for (const cancel of this.#lost.values()) cancel()
    for (const { timer } of this.#workspaces.values()) clearTimeout(timer)
    this.#lost.clear()
  }

  #forget(key: string) {
    this.#lost.get(key)?.()
    this.#lost.delete(key)
    this.#parts.roster.delete(key)
  }

  #changed({ key, node, before, after }: Change) {
    if (!key.startsWith(lasting)) return
    const said = (after ?? before) as unknown as Said
    const { workspaceId, id, availability, device, isLost = false } = said
    const workspace = this.#workspace(workspaceId)
    const person = workspace.people.get(id) ?? { isStaff: said.isStaff, sockets: new Map<string, Present>() }
    const socketId = key.slice(lasting.length)
    if (after) person.sockets.set(key, { node, socketId, availability, device, isLost })
    else person.sockets.delete(key)
    if (person.sockets.size > 0) workspace.people.set(id, person)
    else workspace.people.delete(id)
    if (said.isStaff) this.#tellSoon(workspaceId, workspace, id)
    else if (workspace.people.size + workspace.told.size === 0) this.#workspaces.delete(workspaceId)
    if (after && !isLost) this.#isBack(person, device)
  }

  /** A device that is there again, wherever it is, needs no grace. */
  #isBack({ sockets }: Person, device: string | undefined) {
    if (device === undefined) return
    for (const [key, socket] of sockets)
      if (socket.isLost && socket.device === device && this.#lost.has(key)) this.#forget(key)
  }

  #workspace(workspaceId: string) {
    const known = this.#workspaces.get(workspaceId)
    if (known) return known
    const workspace: Workspace = {
      people: new Map(),
      told: new Map(),
      present: undefined,
      changed: new Set(),
      timer: undefined,
      toldAt: -Infinity,
    }
    this.#workspaces.set(workspaceId, workspace)
    return workspace
  }

  #tellSoon(workspaceId: string, workspace: Workspace, id: string) {
    workspace.changed.add(id)
    workspace.timer ??= setTimeout(
      () => this.#tell(workspaceId, workspace),
      Math.max(togetherMs, workspace.toldAt + this.#pauseMs(workspaceId) - monotonicMs()),
    ).unref()
  }

  #pauseMs(workspaceId: string) {
    return Math.min(this.#parts.readers(workspaceId, streamOf(workspaceId)) * togetherMsPerReader, togetherMaxMs)
  }

  #tell(workspaceId: string, workspace: Workspace) {
    workspace.timer = undefined
    const { people, told, changed } = workspace
    const news: Shown[] = []
    for (const id of changed) {
      const [before, after] = [told.get(id) ?? offline(id), shownOf(id, people.get(id))]
      if (before.status === after.status && before.devices === after.devices) continue
      news.push(after)
      if (after.status === 'offline') told.delete(id)
      else told.set(id, after)
    }
    changed.clear()
    if (people.size + told.size === 0) this.#workspaces.delete(workspaceId)
    if (news.length > 0) {
      workspace.present = undefined
      workspace.toldAt = monotonicMs()
      this.#parts.heard?.(workspaceId, news)
    }
    for (const signal of this.#signals(workspaceId, news)) this.#parts.emit(workspaceId, signal)
  }

  #signals(workspaceId: string, people: readonly Shown[]): WireSignal[] {
    const { wire, clock } = this.#parts
    const signals: WireSignal[] = []
    for (let at = 0; at < people.length; at += peopleMax) {
      const part = people.slice(at, at + peopleMax)
      signals.push(wire.signal('inbox.presence', workspaceId, clock.now(), { people: part }))
    }
    return signals
  }
}

const offline = (id: string): Shown => ({ id, status: 'offline', devices: 0 })

/** A device that is connected again counts as what it says there, whatever it said on the connection that was lost. */
function shownOf(id: string, person: Person | undefined): Shown {
  if (!person) return offline(id)
  const sockets = [...person.sockets.values()]
  if (sockets.length === 1 && sockets[0]) return { id, status: sockets[0].availability, devices: 1 } // The usual case.
  const nameOf = ({ device, socketId }: Present) => device ?? `/${socketId}`
  const connected = new Set(sockets.filter(({ isLost }) => !isLost).map(nameOf))
  const counting = sockets.filter((one) => !one.isLost || !connected.has(nameOf(one)))
  const said = new Set(counting.map(({ availability }) => availability))
  const status = ranks.find((one) => said.has(one)) ?? 'online'
  return { id, status, devices: new Set(counting.map(nameOf)).size }
}

const streamOf = (workspaceId: string) => streamName(inbox.kind, 'main', workspaceId)
