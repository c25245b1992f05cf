import { channel } from '../../actors/channel/contract.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { WhatsAppSimulator } from '../../providers/whatsapp/simulator/simulator.ts'
import type { Store } from '../../store/connection.ts'
import type { Channel, ChannelSettings } from '../../store/settings/channels.ts'
import { workspaceById } from '../../store/settings/workspaces.ts'
import { connectSimulated, simulatorPrefix } from './simulators.ts'

interface Parts {
  store: Store
  channels: ChannelSettings
  system: ActorSystem
  simulator: WhatsAppSimulator | undefined
  /** Where this server is reached from itself. */
  here: string
}

// Meta's default for a number; a higher tier is a setting of the channel to come with the module that edits them.
const limits = { perSecond: 80, burst: 80, pairMs: 0 }

/** Tells a channel's actor, and the simulator that plays its provider, what the settings say. */
export class ConnectedChannels {
  readonly #parts: Parts
  readonly simulatorUrl: string

  constructor(parts: Parts) {
    this.#parts = parts
    this.simulatorUrl = `${parts.here}${simulatorPrefix}/v23.0`
  }

  readonly changed = async ({ id, workspaceId, simulate }: Channel) => {
    await this.#parts.system
      .workspace(workspaceId, principal('system', 'settings'))
      .at(channel, id)
      .configure({ limits })
    if (simulate) await this.#simulate(id, workspaceId)
  }

  /** After a start the port may be another: simulated channels are told where their provider is now. */
  async connectAll() {
    const { store, channels } = this.#parts
    const simulated = await store.collection('channels').find({ simulate: true, status: 'active' }).toArray()
    for (const { _id, workspaceId, baseUrl } of simulated) {
      if (baseUrl !== this.simulatorUrl)
        await channels.change(workspaceId as string, _id, { baseUrl: this.simulatorUrl })
      await this.#simulate(_id, workspaceId as string)
    }
  }

  async #simulate(id: string, workspaceId: string) {
    const { store, channels, simulator, here } = this.#parts
    const [open, workspace] = await Promise.all([channels.opened(id), workspaceById(store, workspaceId)])
    if (simulator && open) connectSimulated(simulator, open, workspace?.name ?? open.name, here)
  }
}
