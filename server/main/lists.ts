import type { ActorSystem } from '../../actors/runtime/system.ts'
import { principal } from '../../actors/runtime/system.ts'
import { lists } from '../../jobs/lists.ts'
import { search } from '../../jobs/search.ts'
import { segments as segmentSchedule } from '../../jobs/segments.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { CustomField } from '../../kernel/filter-fields.ts'
import type { WorkspaceClocks } from '../../kernel/workspace-clock.ts'
import { peopleByIds } from '../../store/queries/people-list.ts'
import { customFieldsOf } from '../../store/settings/custom-fields.ts'
import { CatchUp } from '../../store/search/catch-up.ts'
import { PeopleExports } from '../exports-people.ts'
import type { FileRoom } from '../files/file-room.ts'
import { Imports } from '../imports/imports.ts'
import type { Lists } from '../lists.ts'
import type { Log, ResourceChanged } from '../ports.ts'
import { Segments } from '../segments.ts'
import type { KnownSettings } from './settings.ts'
import type { Storage } from './storage.ts'

interface Parts {
  storage: Pick<Storage, 'store' | 'rest' | 'vault' | 'claims' | 'search' | 'events'>
  settings: Pick<KnownSettings, 'ofWorkspace' | 'all'>
  clocks: Pick<WorkspaceClocks, 'of'>
  system: Pick<ActorSystem, 'workspace'>
  room: FileRoom
  resourceChanged(workspaceId: string, changed: ResourceChanged): void
  now(): number
  log: Log
}

/** Segments, imports, exports and the search: everything that is done with many people at once. */
export function openLists(parts: Parts) {
  const { storage, settings, clocks, system, room, resourceChanged, now, log } = parts
  const { store, rest, vault, claims } = storage
  // What is sensitive is in no list, no filter and no file.
  const customFields = async (workspaceId: string): Promise<readonly CustomField[]> =>
    (await customFieldsOf({ store, rest }, workspaceId)).filter(({ isSensitive }) => !isSensitive)
  const told = (resource: string) => (workspaceId: string, id: string) =>
    resourceChanged(workspaceId, { resource, id, rev: 1 })
  const segments = new Segments({
    store,
    rest,
    zoneOf: (workspaceId) => settings.ofWorkspace(workspaceId).timezone,
    nowIn: (workspaceId) => clocks.of(workspaceId).now(),
    customFields,
    counted: told('segments'),
    onError: (error) => log.error('segments not counted', { error }),
  })
  storage.search.isOn = (workspaceId) => settings.ofWorkspace(workspaceId).messageSearch
  const imports = new Imports({
    ...{ store, vault, claims, room, customFields, now, log },
    peopleByIds: (workspaceId, ids) => peopleByIds({ store, rest }, workspaceId, ids),
    workspaceFor: (workspaceId, importId) => system.workspace(workspaceId, principal('system', importId)),
    changed: told('imports'),
  })
  const exports = new PeopleExports({ store, segments, room, customFields, now, log, changed: told('exports') })
  const catchUp = new CatchUp({ store, rest, search: storage.search, now: () => systemClock.now() })
  const unfollow = storage.events.follow(({ type, workspaceId }) => {
    if (type === 'user.changed') segments.touched(workspaceId)
  })
  const all: Lists = { segments, search: storage.search, imports, exports }
  return {
    lists: all,
    catchUp,
    schedules: [
      lists([() => imports.sweep(), () => exports.sweep()]),
      segmentSchedule({ settings, recount: (workspaceId) => segments.recount(workspaceId, 'old') }),
      search({ settings, step: (workspaceId) => catchUp.step(workspaceId) }),
    ],
    async close() {
      unfollow()
      segments.close()
      await imports.close()
      await exports.settled()
    },
  }
}
