import type { Persistence } from '../../../actors/runtime/persistence.ts'
import type { Placement } from '../../../actors/runtime/placement.ts'
import { ActorSystem, principal } from '../../../actors/runtime/system.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { defaultSettings } from '../../../kernel/settings.ts'
import { counter, counterActor } from '../counter.ts'
import type { Peer } from '../peer.ts'

// Forgets everything: it is the runtime that is measured, and the others write nothing either.
const nowhere: Persistence = {
  claim: async () => undefined,
  commit: async () => {},
  peek: async () => undefined,
  unclaim: async () => {},
  part: async () => {},
  mark: async () => {},
  redo: async () => [],
  bury: async () => {},
  dueActors: async () => [],
}

/** One process's actors; with a placement, its part of a cluster's. */
export const systemOver = (placement?: Placement) =>
  new ActorSystem({
    actors: [counterActor] as never,
    reactions: [],
    effects: {},
    persistence: nowhere,
    clocks: () => systemClock,
    settings: () => defaultSettings,
    publish() {},
    onError(error) {
      throw error
    },
    placement,
  })
export const workspaceOf = (system: ActorSystem) => system.workspace('ws_bench', principal('staff', 'usr_bench'))
const workspace = workspaceOf(systemOver())

export const peer: Peer = {
  name: 'careline',
  note: 'validated message, mailbox, bounds, deadline, output gate; increment passes the whole commit but the disk',
  spawn: (id) => ({
    view: () => workspace.at(counter, id).view(),
    increment: () => workspace.at(counter, id).increment(),
  }),
}
