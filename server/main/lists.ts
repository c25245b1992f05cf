import type { ActorSystem } from '../../actors/runtime/system.ts'
import { principal } from '../../actors/runtime/system.ts'
import { lists } from '../../jobs/lists.ts'
import { search } from '../../jobs/search.ts'
import { segments as segmentSchedule } from '../../jobs/segments.ts'
import { tags } from '../../jobs/tags.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { CustomField } from '../../kernel/filter-fields.ts'
import type { WorkspaceClocks } from '../../kernel/workspace-clock.ts'
import { consentStates } from '../../store/queries/consents.ts'
import { peopleByIds } from '../../store/queries/people-list.ts'
import { customFieldsOf } from '../../store/settings/custom-fields.ts'
import { CatchUp } from '../../store/search/catch-up.ts'
import { PeopleExports } from '../exports-people.ts'
import type { FileRoom } from '../files/file-room.ts'
import { Imports } from '../imports/imports.ts'
import type { Lists } from '../lists.ts'
import { TagBook } from '../people/tag-book.ts'
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

/** What is sensitive is in no list, no filter and no file; what was put away is asked for no more. */
function ownFields(source: Pick<Storage, 'store' | 'rest'>) {
  const customFields = async (workspaceId: string): Promise<readonly CustomField[]> =>
    (await customFieldsOf(source, workspaceId)).filter(({ isSensitive }) => !isSensitive)
  const inUse = async (workspaceId: string) =>
    (await customFields(workspaceId)).filter(({ isArchived }) => isArchived !== true)
  return { customFields, inUse }
}

/** Segments, imports, exports and the search: everything that is done with many people at once. */
export function openLists(parts: Parts) {
  const { storage, settings, clocks, system, room, resourceChanged, now, log } = parts
  const { store, rest, vault, claims } = storage
  const { customFields, inUse } = ownFields({ store, rest })
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
  const workspaceFor = (workspaceId: string, by: string) => system.workspace(workspaceId, principal('system', by))
  const tagBook = new TagBook({
    ...{ store, rest, workspaceFor, changed: told('tags') },
    nowIn: (workspaceId) => clocks.of(workspaceId).now(),
    onError: (error) => log.error('tags not moved', { error }),
  })
  storage.search.isOn = (workspaceId) => settings.ofWorkspace(workspaceId).messageSearch
  const imports = new Imports({
    ...{ store, vault, claims, room, customFields: inUse, now, log },
    peopleByIds: (workspaceId, ids) => peopleByIds({ store, rest }, workspaceId, ids),
    consentsByIds: (workspaceId, ids) => consentStates(store, workspaceId, ids),
    workspaceFor,
    changed: told('imports'),
  })
  const exports = new PeopleExports({ store, segments, room, customFields, now, log, changed: told('exports') })
  const catchUp = new CatchUp({ store, rest, search: storage.search, now: () => systemClock.now() })
  const unfollow = storage.events.follow(({ type, workspaceId, data }) => {
    if (type === 'user.changed') {
      segments.touched(workspaceId)
      tagBook.used(workspaceId, (data as { tags?: unknown }).tags)
    }
    if (type === 'conversation.changed')
      tagBook.used(workspaceId, (data as { conversation?: { tags?: unknown } }).conversation?.tags)
  })
  const all: Lists = { segments, search: storage.search, imports, exports, tags: tagBook }
  return {
    lists: all,
    catchUp,
    schedules: [
      lists([() => imports.sweep(), () => exports.sweep()]),
      segmentSchedule({ settings, recount: (workspaceId) => segments.recount(workspaceId, 'old') }),
      tags({ settings, sweep: (workspaceId) => tagBook.sweep(workspaceId) }),
      search({ settings, step: (workspaceId) => catchUp.step(workspaceId) }),
    ],
    async close() {
      unfollow()
      segments.close()
      await imports.close()
      await tagBook.close()
      await exports.settled()
    },
  }
}
