import { channel } from '../../actors/channel/contract.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Store } from '../../store/connection.ts'
import type { Channel, ChannelSettings } from '../../store/settings/channels.ts'
import { workspaceById } from '../../store/settings/workspaces.ts'
import type { Notices } from './notices.ts'
import type { KnownSettings } from './settings.ts'
import { connectSimulated, type SimulatorPlace } from './simulators.ts'

interface Parts {
  store: Store
  channels: ChannelSettings
  system: ActorSystem
  notices: Notices
  settings: Pick<KnownSettings, 'channelsChanged'>
  /** Undefined where nothing is simulated; in a service of several processes it may be in another one. */
  simulator(): SimulatorPlace | undefined
  /** Where this server is reached from itself. */
  here: string
  onError(error: unknown): void
}

// Meta's default for a number; one of a higher tier, or a slower carrier, has a pace of its own.
const usual = { perSecond: 80, pairMs: 0 }
const limitsOf = ({ pace }: Pick<Channel, 'pace'>) => {
  const { perSecond, pairMs } = pace ?? usual
  return { perSecond, burst: Math.max(1, perSecond), pairMs }
}

/** Tells a channel's actor, the other processes, and the simulator that plays its provider, what the settings say. */
export class ConnectedChannels {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
    const { notices, channels } = parts
    notices.hear('channel', ({ channelId }) => {
      channels.forget(channelId)
      this.#simulateAgain(channelId).catch(parts.onError)
    })
    notices.onMissed(() => {
      channels.forget()
      if (parts.simulator()?.here) this.connectAll().catch(parts.onError)
    })
  }

  /** Where simulated channels find their provider at this moment. */
  get simulatorUrl() {
    return `${this.#parts.simulator()?.url ?? this.#parts.here}/v23.0`
  }

  readonly changed = async ({ id, workspaceId, simulate, provider, pace }: Channel) => {
    const limits = limitsOf({ pace })
    const { system, notices } = this.#parts
    await system.workspace(workspaceId, principal('system', 'settings')).at(channel, id).configure({ limits })
    if (simulate && provider === 'whatsapp') await this.#simulate(id, workspaceId)
    await this.#parts.settings.channelsChanged(workspaceId)
    await notices.tell({ topic: 'channel', channelId: id, workspaceId })
  }

  /** After a start the address may be another: simulated channels are told where their provider is now. */
  async connectAll() {
    const { store } = this.#parts
    const simulated = await store
      .collection('channels')
      .find({ kind: 'whatsapp', simulate: true, status: 'active' })
      .toArray()
    for (const { _id, workspaceId } of simulated) await this.#simulate(_id, workspaceId as string)
  }

  async #simulateAgain(channelId: string) {
    const open = await this.#parts.channels.opened(channelId)
    // Only who has it: those who have not would ask one another for ever.
    const isOurs = open?.provider === 'whatsapp' && open.simulate && open.status === 'active'
    if (this.#parts.simulator()?.here && isOurs) await this.#simulate(channelId, open.workspaceId)
  }

  /** Whoever has the simulator says where it is; whoever has not asks them to. */
  async #simulate(id: string, workspaceId: string) {
    const { store, channels, notices, here } = this.#parts
    const place = this.#parts.simulator()
    if (!place) return
    const [open, workspace] = await Promise.all([channels.opened(id), workspaceById(store, workspaceId)])
    if (!open) return
    if (place.here) connectSimulated(place.here, open, workspace?.name ?? open.name, here)
    if (open.baseUrl === this.simulatorUrl) return
    if (place.here) await channels.change(workspaceId, id, { baseUrl: this.simulatorUrl })
    await notices.tell({ topic: 'channel', channelId: id, workspaceId })
  }
}
