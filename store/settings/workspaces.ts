import { newId } from '../../kernel/id.ts'
import { conflict } from '../../kernel/problem.ts'
import { Settings } from '../../kernel/settings.ts'
import { type ClockState, worldTime } from '../../kernel/workspace-clock.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'

export interface WorkspaceSettings {
  id: string
  slug: string
  name: string
  settings: Settings
  /** Counts the changes of the settings. */
  rev: number
  /** Its time may be moved. Decided when it is made, for good. */
  isSandbox: boolean
  clock: ClockState
  clockRev: number
}

const read = ({ _id, slug, name, settings, rev, isSandbox, clock, clockRev }: Stored): WorkspaceSettings => ({
  id: _id,
  slug: slug as string,
  name: name as string,
  // A setting that came later than the document has its default.
  settings: Settings.parse(settings ?? {}),
  rev: rev as number,
  isSandbox: isSandbox === true,
  clock: isSandbox === true && clock ? (clock as ClockState) : worldTime,
  clockRev: (clockRev as number | undefined) ?? 0,
})

/** @throws Problem `slug_taken` */
export async function createWorkspace(
  store: Store,
  made: { id?: string; slug: string; name: string; settings?: Partial<Settings>; isSandbox?: boolean },
  now: number,
): Promise<WorkspaceSettings> {
  const { id = newId('ws'), slug, name, settings = {}, isSandbox = false } = made
  const document = {
    _id: id,
    slug,
    name,
    settings: Settings.parse(settings),
    rev: 1,
    isSandbox,
    createdAt: new Date(now),
  }
  try {
    await store.platform('workspaces').insertOne(document)
  } catch (error) {
    if (isDuplicate(error)) throw conflict('slug_taken', `Another workspace is called ${slug}.`)
    throw error
  }
  return read(document)
}

export async function workspaceById(store: Store, id: string): Promise<WorkspaceSettings | undefined> {
  const found = await store.platform('workspaces').findOne({ _id: id })
  return found ? read(found) : undefined
}

export async function workspaceBySlug(store: Store, slug: string): Promise<WorkspaceSettings | undefined> {
  const found = await store.platform('workspaces').findOne({ slug })
  return found ? read(found) : undefined
}

/** False where somebody else moved it meanwhile, or it is not a sandbox. */
export async function moveClock(store: Store, id: string, clock: ClockState, clockRev: number): Promise<boolean> {
  const since = clockRev === 0 ? { $exists: false } : clockRev
  const filter = { _id: id, isSandbox: true, clockRev: since }
  const { matchedCount } = await store
    .platform('workspaces')
    .updateOne(filter, { $set: { clock, clockRev: clockRev + 1 } })
  return matchedCount > 0
}

/** At most 1,000, oldest first. */
export async function allWorkspaces(store: Store): Promise<WorkspaceSettings[]> {
  const found = await store.platform('workspaces').find({}).sort({ _id: 1 }).limit(1_000).toArray()
  return found.map(read)
}
