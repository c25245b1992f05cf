import type { Effects } from '../runtime/effect.ts'
import type { OffReason, Tried, webhookEndpoint } from './contract.ts'

export interface WebhookPorts {
  /** One try of one delivery. Whatever the endpoint does is an answer; what is thrown is our own fault. */
  send(workspaceId: string, endpointId: string, n: number): Promise<Omit<Tried, 'n'>>
  /** Doing it again writes no second letter: `key` is the same. */
  turnOff(
    workspaceId: string,
    endpointId: string,
    off: { reason: OffReason; why: string | null; since: number | null },
    key: string,
  ): Promise<void>
}

export function webhookEndpointEffects(ports: WebhookPorts): Effects<typeof webhookEndpoint> {
  return {
    send: {
      async run({ n }, _key, { workspaceId, actorId }) {
        return { n, ...(await ports.send(workspaceId, actorId, n)) }
      },
    },
    turnOff: {
      async run(off, key, { workspaceId, actorId }) {
        await ports.turnOff(workspaceId, actorId, off, key)
        return {}
      },
    },
  }
}
