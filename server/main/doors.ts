import type { Server } from 'node:http'
import { actors } from '../../actors/index.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Caller } from '../../kernel/caller.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { commands } from '../../realtime/commands/index.ts'
import { createGateway, type Gateway } from '../../realtime/socket/gateway.ts'
import { sources } from '../../realtime/streams/index.ts'
import type { Auth } from '../auth/auth.ts'
import { WhatsAppIntake } from '../webhooks/intake.ts'
import { People } from '../webhooks/people.ts'
import type { Storage } from './storage.ts'

interface Parts {
  storage: Storage
  auth: Auth
  clock: Clock
  log: Log
  workspace(caller: Caller, commandId?: string): Workspace
}

/** The sockets' door. A sign-in that ends, ends its sockets. */
export function openGateway(http: Server, { storage, auth, clock, log, workspace }: Parts): Gateway {
  const gateway = createGateway(http, {
    contracts: actors.map(({ contract }) => contract),
    sources,
    commands,
    queries: storage.queries,
    log: storage.events,
    authenticate: auth.authenticate,
    workspace,
    clock,
    onError: (error) => log.error('socket fault', { error }),
  })
  auth.onRevoked((sessionId) => gateway.revoke(sessionId))
  return gateway
}

/** The providers' door. */
export function openIntake({ storage, clock, log }: Parts, system: ActorSystem, gateway: Gateway): WhatsAppIntake {
  const now = () => clock.now()
  return new WhatsAppIntake({
    events: storage.webhookEvents,
    people: new People(storage.claims, storage.vault, now),
    workspaceFor: (workspaceId, channelId) => system.workspace(workspaceId, principal('provider', channelId)),
    messageByProviderId: storage.queries.messageByProviderId,
    typing: (workspaceId, conversationId, userId, on) =>
      gateway.signals.typing({ workspaceId, conversationId }, { id: userId, role: 'person' }, on, storage),
    now,
    log,
  })
}
