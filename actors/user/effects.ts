import type { ChannelKind } from '../../kernel/channel-kind.ts'
import type { Suppressed, SuppressionReason } from '../../kernel/consent.ts'
import type { Effects } from '../runtime/effect.ts'
import type { user } from './contract.ts'

interface Place {
  channel: ChannelKind
  /** As `suppressedAs` writes it. */
  address: string
}

/** The list of addresses to which nothing may go, whoever has them. It knows each by its keyed hash alone. */
export interface UserPorts {
  /** Without a reason it is taken from the list. `at`: epoch ms. */
  keepSuppression(
    workspaceId: string,
    place: Place & { reason: SuppressionReason | null; at: number; userId: string },
  ): Promise<void>
  findSuppressions(workspaceId: string, places: readonly Place[]): Promise<Suppressed[]>
}

export function userEffects(ports: UserPorts): Effects<typeof user> {
  return {
    keepSuppressions: {
      async run({ places, at }, _key, { workspaceId, actorId: userId }) {
        for (const place of places) await ports.keepSuppression(workspaceId, { ...place, at, userId })
        return {}
      },
    },
    findSuppressions: {
      async run({ places }, _key, { workspaceId }) {
        return { found: await ports.findSuppressions(workspaceId, places) }
      },
    },
  }
}
