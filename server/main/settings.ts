import { defaultSettings, type Settings } from '../../kernel/settings.ts'
import type { Store } from '../../store/connection.ts'
import { allWorkspaces, workspaceById, type WorkspaceSettings } from '../../store/settings/workspaces.ts'
import type { Notices } from './notices.ts'

const everyMs = 5_000

/**
 * The settings of all workspaces at hand: a turn may not wait for them. A change is told to every process; whoever
 * misses it reads it within five seconds.
 */
export class KnownSettings {
  readonly #store: Store
  readonly #known = new Map<string, Settings>()
  readonly #notices: Notices
  readonly #onError: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #onRead: (workspace: WorkspaceSettings) => void = () => undefined

  private constructor(store: Store, notices: Notices, onError: (error: unknown) => void) {
    this.#store = store
    this.#notices = notices
    this.#onError = onError
    notices.hear('settings', ({ workspaceId }) => void this.#read(workspaceId).catch(onError))
    notices.onMissed(() => void this.refresh().catch(onError))
  }

  static async of(store: Store, notices: Notices, onError: (error: unknown) => void) {
    const settings = new KnownSettings(store, notices, onError)
    await settings.refresh()
    return settings
  }

  readonly ofWorkspace = (workspaceId: string) => this.#known.get(workspaceId) ?? defaultSettings

  readonly all = () => this.#known.entries()

  async refresh() {
    for (const workspace of await allWorkspaces(this.#store)) this.#take(workspace)
  }

  /** Each workspace, as it is now and whenever it was read again. */
  async follow(listen: (workspace: WorkspaceSettings) => void) {
    this.#onRead = listen
    await this.refresh()
  }

  /** A workspace's settings were changed here: this process has them when this resolves, the others soon. */
  async changed(workspaceId: string) {
    await this.#read(workspaceId)
    await this.#notices.tell({ topic: 'settings', workspaceId })
  }

  keepFresh() {
    this.#timer = setInterval(() => void this.refresh().catch(this.#onError), everyMs).unref()
  }

  async #read(workspaceId: string) {
    const workspace = await workspaceById(this.#store, workspaceId)
    if (workspace) this.#take(workspace)
  }

  #take(workspace: WorkspaceSettings) {
    this.#known.set(workspace.id, workspace.settings)
    this.#onRead(workspace)
  }

  stop() {
    clearInterval(this.#timer)
  }
}
