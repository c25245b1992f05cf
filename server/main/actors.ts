import { channelEffects } from '../../actors/channel/effects.ts'
import { conversationEffects } from '../../actors/conversation/effects.ts'
import { inboxEffects } from '../../actors/inbox/effects.ts'
import { actors } from '../../actors/index.ts'
import { reactions } from '../../actors/reactions/index.ts'
import type { Runners } from '../../actors/runtime/outbox.ts'
import { ActorSystem, principal } from '../../actors/runtime/system.ts'
import { outbox, reminders } from '../../jobs/reminders.ts'
import type { Caller } from '../../kernel/caller.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { CloudApi } from '../../providers/whatsapp/cloud-api.ts'
import type { ChannelSettings } from '../../store/settings/channels.ts'
import { Delivery } from '../delivery.ts'
import type { KnownSettings } from './settings.ts'
import type { Storage } from './storage.ts'

interface Parts {
  storage: Storage
  channels: ChannelSettings
  settings: KnownSettings
  clock: Clock
  log: Log
}

/** The actors of this process, with what stands behind their effects and the schedules that wake them. */
export function startActors({ storage, channels, settings, clock, log }: Parts) {
  const { persistence, events, files, queries } = storage
  const delivery = new Delivery({ channels, sender: new CloudApi(), files, messageById: queries.messageRow })
  // Effects are typed by their contracts; the runtime, which runs any actor, knows them by name.
  const effects = {
    channel: channelEffects(delivery),
    conversation: conversationEffects(delivery),
    inbox: inboxEffects(queries),
  } as unknown as Runners
  const system = new ActorSystem({
    actors,
    reactions,
    effects,
    persistence,
    clocks: () => clock,
    settings: settings.ofWorkspace,
    publish: (event) => events.publish(event),
    onError: (error, { to, message }) =>
      log.error('actor fault', { kind: to.kind, id: to.id, actorMessage: message, error }),
  })
  const sleepers = {
    kinds: actors.map(({ contract }) => contract.kind),
    dueActors: persistence.dueActors.bind(persistence),
    wake: system.wake.bind(system),
    now: () => clock.now(),
  }
  return {
    system,
    schedules: [reminders(sleepers), outbox(sleepers)],
    workspace: ({ workspaceId, role, id }: Caller, commandId?: string) =>
      system.workspace(workspaceId, principal(role, id), commandId),
  }
}
