import { attentionEffects, type AttentionPorts } from '../../actors/attention/effects.ts'
import { channelEffects } from '../../actors/channel/effects.ts'
import { conversationEffects, type RatingPorts } from '../../actors/conversation/effects.ts'
import { inboxEffects } from '../../actors/inbox/effects.ts'
import { actors } from '../../actors/index.ts'
import { reactionsWith } from '../../actors/reactions/index.ts'
import { letterboxEffects, type LetterboxPorts } from '../../actors/letterbox/effects.ts'
import { pushEffects } from '../../actors/push/effects.ts'
import { slackEffects } from '../../actors/slack/effects.ts'
import { messengerEffects, type MessengerPorts } from '../../actors/messenger/effects.ts'
import { rosterEffects } from '../../actors/roster/effects.ts'
import type { Cluster } from '../../actors/runtime/cluster/cluster.ts'
import { Journal } from '../../actors/runtime/journal.ts'
import type { Runners } from '../../actors/runtime/outbox.ts'
import { ActorSystem, principal } from '../../actors/runtime/system.ts'
import { userEffects, type UserPorts } from '../../actors/user/effects.ts'
import { webhookEndpointEffects } from '../../actors/webhook-endpoint/effects.ts'
import { outbox, reminders } from '../../jobs/reminders.ts'
import type { Caller } from '../../kernel/caller.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { WorkspaceClocks } from '../../kernel/workspace-clock.ts'
import { StoredAttendance } from '../../store/attendance.ts'
import type { ChannelSettings } from '../../store/settings/channels.ts'
import { Calls } from '../calls.ts'
import { Delivery } from '../delivery.ts'
import { threads } from '../mail/thread.ts'
import { rosterPorts } from '../staff-room.ts'
import { mayDeliver } from '../workspaces.ts'
import type { Suppressions } from '../../store/suppressions.ts'
import type { FileRoom } from '../files/file-room.ts'
import type { Place } from '../preferences.ts'
import type { Senders } from './senders.ts'
import type { KnownSettings } from './settings.ts'
import type { Pushing } from './push.ts'
import type { StaffSlack } from './slack.ts'
import type { Storage } from './storage.ts'
import type { OutgoingWebhooks } from './webhooks.ts'

interface Parts {
  storage: Storage
  files: FileRoom
  channels: ChannelSettings
  settings: KnownSettings
  clock: Clock
  /** What stands behind the platform's own letters. */
  letters: LetterboxPorts
  /** Colleagues are called, and people asked how content they were. */
  attention: AttentionPorts
  ratings: RatingPorts
  outgoing: Pick<OutgoingWebhooks, 'listening' | 'delivery'>
  slack: Pick<StaffSlack, 'has' | 'desk'>
  pushing: Pick<Pushing, 'isApp' | 'desk'>
  senders: Senders
  /** Opens a file for whoever has it, for ten minutes. */
  fileToken(workspaceId: string, fileId: string): string
  /** Where a person ends what a letter is about. */
  unsubscribe(place: Place): Promise<{ url: string; says: string }>
  /** What stands behind the platform's own texts. */
  texts: MessengerPorts
  log: Log
  /** Where actors live when several processes share them. */
  cluster: Cluster | undefined
}

/** What stands behind the effects. They are typed by their contracts; the runtime, which runs any actor, knows them by name. */
function runnersOf(parts: Parts): Runners {
  const { storage, files, channels, settings, letters, outgoing, texts, senders, fileToken } = parts
  const { queries } = storage
  const statusOf = (workspaceId: string) => settings.workspace(workspaceId)?.status ?? 'active'
  const delivery = new Delivery({
    channels,
    senderOf: senders.senderOf,
    threadOf: threads({
      latest: async (workspaceId, id, limit) => (await queries.messagePage(workspaceId, id, { limit })).items,
      businessOf: (workspaceId) => settings.workspace(workspaceId)?.name ?? '',
      unsubscribe: parts.unsubscribe,
    }),
    fileUrl: (workspaceId, fileId) => `/f/${fileToken(workspaceId, fileId)}`,
    files,
    messageById: queries.messageRow,
    mayDeliver: (workspaceId, { simulate }) => mayDeliver(statusOf(workspaceId), simulate),
  })
  return {
    attention: attentionEffects(parts.attention),
    channel: channelEffects(delivery),
    conversation: conversationEffects(delivery, queries, parts.ratings, callsOf(parts)),
    inbox: inboxEffects(queries),
    roster: rosterEffects(rosterPorts(storage.store, storage.rest)),
    letterbox: letterboxEffects(letters),
    'webhook-endpoint': webhookEndpointEffects(outgoing.delivery),
    messenger: messengerEffects(texts),
    slack: slackEffects(parts.slack.desk),
    push: pushEffects(parts.pushing.desk),
    user: userEffects(suppressing(storage.suppressions)),
  }
}

const callsOf = ({ storage, channels, senders, settings }: Parts) =>
  new Calls({
    store: storage.store,
    channels,
    caller: senders.caller,
    mayCall: (workspaceId, { simulate }) => mayDeliver(settings.workspace(workspaceId)?.status ?? 'active', simulate),
  })

const suppressing = (suppressions: Suppressions): UserPorts => ({
  async keepSuppression(workspaceId, { reason, ...place }) {
    if (reason === null) await suppressions.remove(workspaceId, place)
    else await suppressions.keep(workspaceId, { ...place, reason, by: null })
  },
  findSuppressions: (workspaceId, places) => suppressions.find(workspaceId, places),
})

/** The actors of this process, and the schedules that wake them. */
export function startActors(parts: Parts) {
  const { storage, settings, clock, outgoing, log, cluster } = parts
  const { persistence, events } = storage
  const clocks = new WorkspaceClocks(clock)
  const system = new ActorSystem({
    actors,
    reactions: reactionsWith({ webhooks: outgoing.listening, hasSlack: parts.slack.has, isApp: parts.pushing.isApp }),
    effects: runnersOf(parts),
    persistence,
    clocks: clocks.of,
    world: clock,
    // A test, or the demo's past, moves all of its time itself.
    ...(clock !== systemClock && { retries: clock }),
    journal: new Journal(clock),
    settings: settings.ofWorkspace,
    attendance: new StoredAttendance(storage.store),
    placement: cluster,
    ...(cluster && { isAlive: (incarnation: string) => cluster.isAlive(incarnation) }),
    publish: (event) => events.publish(event),
    onError: (error, { to, message }) =>
      log.error('actor fault', { workspaceId: to.workspaceId, kind: to.kind, id: to.id, actorMessage: message, error }),
    onHeavy: ({ kind, id }, bytes) => log.warn('actor heavy', { kind, id, bytes }),
  })
  const sleepers = {
    kinds: actors.map(({ contract }) => contract.kind),
    dueActors: persistence.dueActors.bind(persistence),
    wake: system.wake.bind(system),
    now: () => clock.now(),
    moved: () => clocks.moved(),
  }
  return {
    system,
    clocks,
    schedules: [reminders(sleepers), outbox(sleepers)],
    workspace: ({ workspaceId, role, id }: Caller, commandId?: string) =>
      system.workspace(workspaceId, principal(role, id), commandId),
  }
}
