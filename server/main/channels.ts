import { channel } from '../../actors/channel/contract.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { WhatsAppSimulator } from '../../providers/whatsapp/simulator/simulator.ts'
import type { Store } from '../../store/connection.ts'
import type { Channel, ChannelSettings } from '../../store/settings/channels.ts'
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
    const { system, channels, simulator, here } = this.#parts
    await system.workspace(workspaceId, principal('system', 'settings')).at(channel, id).configure({ limits })
    const open = simulate ? await channels.opened(id) : undefined
    if (simulator && open) connectSimulated(simulator, open, here)
  }

  /** After a start the port may be another: simulated channels are told where their provider is now. */
  async connectAll() {
    const { store, channels, simulator, here } = this.#parts
    const simulated = await store.collection('channels').find({ simulate: true, status: 'active' }).toArray()
    for (const { _id, workspaceId, baseUrl } of simulated) {
      if (baseUrl !== this.simulatorUrl)
        await channels.change(workspaceId as string, _id, { baseUrl: this.simulatorUrl })
      const open = await channels.opened(_id)
      if (simulator && open) connectSimulated(simulator, open, here)
    }
  }
}
