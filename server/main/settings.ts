import type { KnownChannel } from '../../kernel/channel-kind.ts'
import { defaultSettings, type Settings } from '../../kernel/settings.ts'
import type { Store } from '../../store/connection.ts'
import type { KnownTemplate } from '../../kernel/template-known.ts'
import { knownChannels } from '../../store/settings/channels.ts'
import { knownTemplates } from '../../store/settings/templates.ts'
import { workspaceById, type WorkspaceSettings, workspacesSince } from '../../store/settings/workspaces.ts'
import type { Notices } from './notices.ts'

const everyMs = 5_000
/** What was being written at the last read, and whose clock may be behind, is read again. */
const overlapMs = 60_000

/**
 * The settings of all workspaces at hand: a turn may not wait for them. A change is told to every process; whoever
 * misses it reads it within five seconds.
 */
export class KnownSettings {
  readonly #store: Store
  readonly #known = new Map<string, WorkspaceSettings>()
  readonly #channels = new Map<string, readonly KnownChannel[]>()
  readonly #templates = new Map<string, readonly KnownTemplate[]>()
  #newest = 0
  readonly #notices: Notices
  readonly #onError: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #onRead: (workspace: WorkspaceSettings) => void = () => undefined

  private constructor(store: Store, notices: Notices, onError: (error: unknown) => void) {
    this.#store = store
    this.#notices = notices
    this.#onError = onError
    notices.hear('settings', ({ workspaceId }) => void this.#read(workspaceId).catch(onError))
    notices.hear('channel', ({ workspaceId }) => void this.#readChannels(workspaceId).catch(onError))
    notices.hear('templates', ({ workspaceId }) => void this.#readTemplates(workspaceId).catch(onError))
    notices.onMissed(() => {
      void this.refresh().catch(onError)
      void this.#readChannels().catch(onError)
      void this.#readTemplates().catch(onError)
    })
  }

  static async of(store: Store, notices: Notices, onError: (error: unknown) => void) {
    const settings = new KnownSettings(store, notices, onError)
    await settings.#readChannels()
    await settings.#readTemplates()
    await settings.refresh()
    return settings
  }

  readonly ofWorkspace = (workspaceId: string) => this.#known.get(workspaceId)?.settings ?? defaultSettings

  /** Undefined for one that is not there, or was made elsewhere in the last seconds. */
  readonly workspace = (workspaceId: string) => this.#known.get(workspaceId);

  *all(): Generator<[workspaceId: string, settings: Settings]> {
    for (const { id, settings } of this.#known.values()) yield [id, settings]
  }

  async refresh() {
    const since = this.#newest === 0 ? undefined : this.#newest - overlapMs
    for await (const workspace of workspacesSince(this.#store, since)) this.#take(workspace)
  }

  /** Each workspace, as it is now and whenever it was read again. */
  async follow(listen: (workspace: WorkspaceSettings) => void) {
    this.#onRead = listen
    this.#newest = 0
    await this.refresh()
  }

  /** A workspace's settings were changed here: this process has them when this resolves, the others soon. */
  async changed(workspaceId: string) {
    await this.#read(workspaceId)
    await this.#notices.tell({ topic: 'settings', workspaceId })
  }

  /** Its channels were changed here; the others are told of the channel itself. */
  channelsChanged(workspaceId: string) {
    return this.#readChannels(workspaceId)
  }

  /** Its templates were changed here: this process knows them when this resolves, the others soon. */
  async templatesChanged(workspaceId: string) {
    await this.#readChannels(workspaceId)
    await this.#readTemplates(workspaceId)
    await this.#notices.tell({ topic: 'templates', workspaceId })
  }

  /** Undefined for one that was connected elsewhere in the last moments. */
  channel(workspaceId: string, channelId: string) {
    return this.#channels.get(workspaceId)?.find(({ id }) => id === channelId)
  }

  async #readChannels(workspaceId?: string) {
    await this.#have(this.#channels, await knownChannels(this.#store, workspaceId), workspaceId)
  }

  async #readTemplates(workspaceId?: string) {
    await this.#have(this.#templates, await knownTemplates(this.#store, workspaceId), workspaceId)
  }

  /** What was read of all workspaces, or of one. */
  async #have<One>(
    held: Map<string, readonly One[]>,
    read: readonly { workspaceId: string; known: One }[],
    workspaceId: string | undefined,
  ) {
    const all = new Map<string, One[]>(workspaceId === undefined ? [] : [[workspaceId, []]])
    for (const { workspaceId: of, known } of read) all.set(of, [...(all.get(of) ?? []), known])
    if (workspaceId === undefined) held.clear()
    for (const [of, its] of all) {
      held.set(of, its)
      const workspace = this.#known.get(of)
      if (workspace) this.#take(workspace)
      else if (workspaceId !== undefined) await this.#read(workspaceId)
    }
  }

  keepFresh() {
    this.#timer = setInterval(() => void this.refresh().catch(this.#onError), everyMs).unref()
  }

  async #read(workspaceId: string) {
    const workspace = await workspaceById(this.#store, workspaceId)
    if (workspace) this.#take(workspace)
  }

  #take(read: WorkspaceSettings) {
    const channels = this.#channels.get(read.id)
    const templates = this.#templates.get(read.id) ?? []
    const workspace = channels ? { ...read, settings: { ...read.settings, channels, templates } } : read
    this.#newest = Math.max(this.#newest, workspace.changedAt)
    this.#known.set(workspace.id, workspace)
    this.#onRead(workspace)
  }

  stop() {
    clearInterval(this.#timer)
  }
}
