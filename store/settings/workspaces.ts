import { z } from 'zod'
import { newId } from '../../kernel/id.ts'
import { conflict } from '../../kernel/problem.ts'
import { Quotas, Settings } from '../../kernel/settings.ts'
import { type ClockState, worldTime } from '../../kernel/workspace-clock.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'
import { wholeFrom } from '../search/state.ts'

/**
 * `draft`: being set up, and nothing reaches people. `active`: live. `suspended`: its operator stopped it. `closing`:
 * its owner closed it, and may come back for a while.
 */
export type WorkspaceStatus = 'draft' | 'active' | 'suspended' | 'closing'

const words = (max: number) => z.string().max(max).default('')
/** How a business can be reached, and who is behind it. */
export const Profile = z.object({
  legalName: words(200),
  email: words(254),
  phone: words(32),
  address: words(500),
  website: words(2_048),
  /** Where people read what becomes of what they tell. */
  privacyUrl: words(2_048),
})
export type Profile = z.infer<typeof Profile>

/** How it looks on pages and in letters that people see. */
export const Branding = z.object({
  /** `#rrggbb`; empty for our own. */
  colour: z.string().max(7).default(''),
  /** In whose name letters come; the business's where it is empty. */
  fromName: words(120),
  logoFileId: z.string().max(128).nullable().default(null),
})
export type Branding = z.infer<typeof Branding>

/** What people did of the way to being active: what they left out, and what they said is as it should be. */
const Setup = z.object({
  skipped: z.array(z.string().max(32)).max(20).default([]),
  confirmed: z.array(z.string().max(32)).max(20).default([]),
  /** What presets have put in, `clinic/service/check-up` say: it is put in once, whatever became of it. */
  placed: z.array(z.string().max(120)).max(500).default([]),
})
export type Setup = z.infer<typeof Setup>

export interface WorkspaceSettings {
  id: string
  slug: string
  name: string
  status: WorkspaceStatus
  settings: Settings
  profile: Profile
  branding: Branding
  setup: Setup
  quotas: Quotas
  /** Counts the changes of what is set. */
  rev: number
  /** Its time may be moved. Decided when it is made, for good. */
  isSandbox: boolean
  clock: ClockState
  clockRev: number
  /** By the database's time, epoch ms. */
  changedAt: number
}

const read = ({ _id, ...found }: Stored): WorkspaceSettings => ({
  id: _id,
  slug: found['slug'] as string,
  name: found['name'] as string,
  // What was made before there were drafts is in use.
  status: (found['status'] as WorkspaceStatus | undefined) ?? 'active',
  // A setting that came later than the document has its default.
  settings: Settings.parse(found['settings'] ?? {}),
  profile: Profile.parse(found['profile'] ?? {}),
  branding: Branding.parse(found['branding'] ?? {}),
  setup: Setup.parse(found['setup'] ?? {}),
  quotas: Quotas.parse(found['quotas'] ?? {}),
  rev: found['rev'] as number,
  isSandbox: found['isSandbox'] === true,
  clock: found['isSandbox'] === true && found['clock'] ? (found['clock'] as ClockState) : worldTime,
  clockRev: (found['clockRev'] as number | undefined) ?? 0,
  changedAt: (found['changedAt'] as Date | undefined)?.getTime() ?? 0,
})

export interface NewWorkspace {
  id?: string
  slug: string
  name: string
  settings?: Partial<Settings>
  status?: WorkspaceStatus
  isSandbox?: boolean
}

/** The same id again finds what was made first. @throws Problem `slug_taken` */
export async function createWorkspace(store: Store, made: NewWorkspace, now: number): Promise<WorkspaceSettings> {
  const { id = newId('ws'), settings = {}, isSandbox = false, status = 'active', slug, name } = made
  const document = {
    _id: id,
    slug,
    name,
    status,
    settings: Settings.parse(settings),
    rev: 1,
    isSandbox,
    createdAt: new Date(now),
    changedAt: new Date(), // The database's time, nearly: see `workspacesSince`.
  }
  try {
    await store.platform('workspaces').insertOne(document)
  } catch (error) {
    if (!isDuplicate(error)) throw error
    const twin = made.id === undefined ? undefined : await workspaceById(store, made.id)
    if (twin) return twin
    throw conflict('slug_taken', `Another workspace is called ${slug}.`)
  }
  if (document.settings.messageSearch) await beginSearch(store, id)
  return read(document)
}

/** Its messages are in the index from the first one on: nobody need go through them. */
async function beginSearch(store: Store, id: string) {
  try {
    await store.of(id).insert('search_states', wholeFrom(id))
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}

export async function workspaceById(store: Store, id: string): Promise<WorkspaceSettings | undefined> {
  const found = await store.platform('workspaces').findOne({ _id: id })
  return found ? read(found) : undefined
}

export async function workspaceBySlug(store: Store, slug: string): Promise<WorkspaceSettings | undefined> {
  const found = await store.platform('workspaces').findOne({ slug })
  return found ? read(found) : undefined
}

/** Fields by their path, `settings.locale` say, so that two changes of different ones do not undo each other. */
export type WorkspaceChange = Record<string, unknown>

/**
 * The workspace as it is after the change; undefined where there is none, or where `rev` is said and is not its
 * revision any more.
 */
export async function changeWorkspace(
  store: Store,
  id: string,
  change: WorkspaceChange,
  rev?: number,
): Promise<WorkspaceSettings | undefined> {
  const filter = rev === undefined ? { _id: id } : { _id: id, rev }
  return changed(store, filter, { $set: change, $inc: { rev: 1 } })
}

/** Goes from one of these states to another; undefined where it is in none of them. */
export const moveWorkspace = (
  store: Store,
  id: string,
  from: readonly WorkspaceStatus[],
  to: WorkspaceStatus,
): Promise<WorkspaceSettings | undefined> => {
  // What was made before there were drafts has no status, and is active.
  const was = from.includes('active') ? [...from, null] : from
  return changed(store, { _id: id, status: { $in: was } }, { $set: { status: to }, $inc: { rev: 1 } })
}

/** Adds words to the lists of `setup`, each once; those of `left` are taken out of theirs first. */
export async function markSetup(
  store: Store,
  id: string,
  added: Partial<Record<keyof Setup, readonly string[]>>,
  left: Partial<Record<keyof Setup, readonly string[]>> = {},
): Promise<WorkspaceSettings | undefined> {
  const lists = (of: typeof added, by: '$each' | '$in') =>
    Object.fromEntries(Object.entries(of).map(([name, words]) => [`setup.${name}`, { [by]: words }]))
  if (Object.keys(left).length > 0) await changed(store, { _id: id }, { $pull: lists(left, '$in') })
  return changed(store, { _id: id }, { $addToSet: lists(added, '$each') })
}

// The driver's types know no fields of a document whose fields nobody has listed.
const touched = { changedAt: true }

async function changed(store: Store, filter: Record<string, unknown>, update: Record<string, object>) {
  const found = await store
    .platform('workspaces')
    .findOneAndUpdate(filter, { ...update, $currentDate: touched } as never, { returnDocument: 'after' })
  return found ? read(found) : undefined
}

/** False where somebody else moved it meanwhile, or it is not a sandbox. */
export async function moveClock(store: Store, id: string, clock: ClockState, clockRev: number): Promise<boolean> {
  const since = clockRev === 0 ? { $exists: false } : clockRev
  const filter = { _id: id, isSandbox: true, clockRev: since }
  const { matchedCount } = await store
    .platform('workspaces')
    .updateOne(filter, { $set: { clock, clockRev: clockRev + 1 }, $currentDate: touched } as never)
  return matchedCount > 0
}

/** At most 1,000, oldest first. */
export async function allWorkspaces(store: Store): Promise<WorkspaceSettings[]> {
  const found = await store.platform('workspaces').find({}).sort({ _id: 1 }).limit(1_000).toArray()
  return found.map(read)
}

/**
 * Those that were changed since then by the database's time, all of them where it is not said. Whoever asks again says
 * a time well before their last one: what was being written then was not to be seen yet.
 */
export async function* workspacesSince(store: Store, since?: number): AsyncGenerator<WorkspaceSettings> {
  const filter = since === undefined ? {} : { changedAt: { $gte: new Date(since) } }
  for await (const found of store.platform('workspaces').find(filter)) yield read(found)
}
