import type { Caller } from '../../kernel/caller.ts'
import type { Change, Roster } from './roster.ts'

export type Availability = 'online' | 'away' | 'busy'

/** One socket, wherever it is. */
export interface Present {
  node: string
  socketId: string
  availability: Availability
  device: string | undefined
}
interface Said {
  workspaceId: string
  id: string
  availability: Availability
  device?: string
}

const prefix = 'socket/'

/** Who is connected, on all processes: each socket is an entry of the roster. */
export class Presence {
  readonly #roster: Roster
  /** By workspace, by person, by socket. */
  readonly #workspaces = new Map<string, Map<string, Map<string, Present>>>()

  constructor(roster: Roster) {
    this.#roster = roster
    roster.onChange((change) => this.#changed(change))
  }

  come(socketId: string, { workspaceId, id }: Caller, availability: Availability, device: string | undefined) {
    this.#roster.set(prefix + socketId, { workspaceId, id, availability, ...(device !== undefined && { device }) })
  }

  gone(socketId: string) {
    this.#roster.delete(prefix + socketId)
  }

  socketsOf(workspaceId: string, id: string): Present[] {
    return [...(this.#workspaces.get(workspaceId)?.get(id)?.values() ?? [])]
  }

  /** Everybody of a workspace who has a socket anywhere, with what they say of themselves on any of their screens. */
  people(workspaceId: string) {
    return [...(this.#workspaces.get(workspaceId) ?? [])].map(([id, sockets]) => {
      const said = new Set([...sockets.values()].map(({ availability }) => availability))
      const availability = (['busy', 'online', 'away'] as const).find((one) => said.has(one)) ?? 'online'
      return { id, availability }
    })
  }

  #changed({ key, node, before, after }: Change) {
    if (!key.startsWith(prefix)) return
    const said = (after ?? before) as unknown as Said
    const people = this.#workspaces.get(said.workspaceId) ?? new Map<string, Map<string, Present>>()
    const sockets = people.get(said.id) ?? new Map<string, Present>()
    const { availability, device } = said
    if (after) sockets.set(key, { node, socketId: key.slice(prefix.length), availability, device })
    else sockets.delete(key)
    if (sockets.size > 0) people.set(said.id, sockets)
    else people.delete(said.id)
    if (people.size > 0) this.#workspaces.set(said.workspaceId, people)
    else this.#workspaces.delete(said.workspaceId)
  }
}
