import { defaultSettings, type Settings } from '../../kernel/settings.ts'
import type { Store } from '../../store/connection.ts'
import { allWorkspaces } from '../../store/settings/workspaces.ts'

const everyMs = 5_000

/** The settings of all workspaces at hand: a turn may not wait for them. A change is seen within five seconds. */
export class KnownSettings {
  readonly #store: Store
  readonly #known = new Map<string, Settings>()
  #timer: NodeJS.Timeout | undefined

  private constructor(store: Store) {
    this.#store = store
  }

  static async of(store: Store) {
    const settings = new KnownSettings(store)
    await settings.refresh()
    return settings
  }

  readonly ofWorkspace = (workspaceId: string) => this.#known.get(workspaceId) ?? defaultSettings

  readonly all = () => this.#known.entries()

  async refresh() {
    for (const { id, settings } of await allWorkspaces(this.#store)) this.#known.set(id, settings)
  }

  keepFresh(onError: (error: unknown) => void) {
    this.#timer = setInterval(() => void this.refresh().catch(onError), everyMs).unref()
  }

  stop() {
    clearInterval(this.#timer)
  }
}
