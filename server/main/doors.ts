import type { Server } from 'node:http'
import { actors } from '../../actors/index.ts'
import type { Presence } from '../../actors/inbox/contract.ts'
import { push } from '../../actors/push/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Caller } from '../../kernel/caller.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Config } from '../../kernel/config.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import type { Log } from '../../kernel/log.ts'
import { demandOn } from '../../kernel/modules.ts'
import type { WorkspaceClocks } from '../../kernel/workspace-clock.ts'
import { commands } from '../../realtime/commands/index.ts'
import type { Marks } from '../../realtime/socket/commanding.ts'
import { createGateway, type Gateway } from '../../realtime/socket/gateway.ts'
import { sources } from '../../realtime/streams/index.ts'
import { type Audit, auditedAct, type BeginAudit } from '../audit.ts'
import type { Auth } from '../auth/auth.ts'
import { type Callers, withPersons } from '../auth/callers.ts'
import type { Persons } from '../auth/persons.ts'
import { JointMemory } from '../joint-memory.ts'
import { mailItem } from '../mail/mail-room.ts'
import { Dealing } from '../webhooks/dealing.ts'
import { Intake } from '../webhooks/intake.ts'
import type { People } from '../webhooks/people.ts'
import { parseItem } from '../../providers/whatsapp/webhook.ts'
import { parseTwilioItem } from '../../providers/twilio/inbound.ts'
import type { ResourceChanged } from '../ports.ts'
import type { Notices } from './notices.ts'
import type { KnownSettings } from './settings.ts'
import type { RedisLinks } from './redis.ts'
import type { Storage } from './storage.ts'
import type { openTemplates } from './templates.ts'
import { textingBy } from './texts.ts'

interface Parts {
  storage: Storage
  auth: Auth
  callers: Callers
  persons: Persons
  clock: Clock
  clocks: WorkspaceClocks
  log: Log
  audit: Audit
  beginAudit: BeginAudit
  settings: Pick<KnownSettings, 'ofWorkspace'>
  workspace(caller: Caller, commandId?: string): Workspace
  transports: Config['socketTransports']
  /** Hears who of the staff is there. */
  presence?(workspaceId: string, people: readonly Presence[]): void
  /** Among several processes: how their gateways speak, and what this one is called. */
  links?: RedisLinks | undefined
  node?: string | undefined
}

/** The sockets' door. A sign-in that ends, ends its sockets. */
export function openGateway(http: Server, parts: Parts): Gateway {
  const { storage, auth, callers, clock, log, audit, workspace, transports, links, node } = parts
  const everybody = withPersons(callers, parts.persons)
  const gateway = createGateway(http, {
    contracts: actors.map(({ contract }) => contract),
    sources,
    commands,
    queries: storage.queries,
    log: storage.events,
    authenticate: everybody.authenticate,
    standing: everybody.now,
    workspace,
    clock,
    transports,
    ...(links && { links, marks: marksIn(new JointMemory(links.publisher, links.prefix)) }),
    ...(node !== undefined && { node }),
    ...(parts.presence && { presence: parts.presence }),
    shown: (caller, { stream, seq }) => shownTo(workspace, caller, stream, seq),
    onError: (error, workspaceId) => log.error('socket fault', { error, workspaceId }),
    demand: (workspaceId, module) => demandOn(parts.settings.ofWorkspace(workspaceId).modules, module),
    audited: ({ caller, action, target }, run) =>
      auditedAct(parts.beginAudit, { workspaceId: caller.workspaceId, by: caller, action, target }, run),
    // Never waited for: see `Audit`.
    audit: (caller, action, target) =>
      void audit({ workspaceId: caller.workspaceId, by: caller, action, target, isRead: true }),
  })
  auth.onRevoked((sessionId) => gateway.revoke(sessionId))
  parts.persons.onEnded((sessionId) => gateway.revoke(sessionId))
  auth.onForgotten(() => void gateway.review())
  return gateway
}

/** A device of somebody who is looked after shows their stream up to here: nobody need be told of it. */
async function shownTo(workspace: Parts['workspace'], caller: Caller, stream: string, seq: number) {
  const isTheirs = caller.role === 'person' && stream === `conversation.own:${conversationIdOf(caller.id)}`
  if (isTheirs && seq > 0) await workspace(caller).at(push, caller.id).shown({ seq })
}

/** Tells the consoles here, and those at other processes. A notice may be lost: a console also reads when it is looked at. */
export function tellingConsoles(gateway: Gateway, notices: Notices, onError: (error: unknown) => void) {
  notices.hear('resource', ({ workspaceId, changed }) => gateway.settingsChanged(workspaceId, changed))
  return (workspaceId: string, changed: ResourceChanged) => {
    gateway.settingsChanged(workspaceId, changed)
    notices.tell({ topic: 'resource', workspaceId, changed }).catch(onError)
  }
}

const markedMs = 60 * 60_000

/** Without Redis nothing is known: a command that comes again at another process may then be refused as stale. */
export const marksIn = (joint: JointMemory): Marks => ({
  async has(key) {
    const found = await joint.ask((redis) => redis.exists(joint.key(`expected:${key}`)))
    return found?.value === 1
  },
  async add(key) {
    await joint.ask((redis) => redis.set(joint.key(`expected:${key}`), '1', 'PX', markedMs))
  },
  async claim(key) {
    const set = await joint.ask((redis) => redis.set(joint.key(`claimed:${key}`), '1', 'PX', markedMs, 'NX'))
    return set && set.value === 'OK'
  },
})

/** The providers' door. */
export function openIntake(
  {
    storage,
    clock,
    clocks,
    settings,
    people,
    log,
    templating,
  }: Parts & {
    people: People
    settings: Pick<KnownSettings, 'channel'>
    templating: Pick<ReturnType<typeof openTemplates>, 'templateTold'>
  },
  system: ActorSystem,
  gateway: Gateway,
): Intake {
  const now = () => clock.now()
  return new Intake({
    parsers: {
      whatsapp: parseItem,
      twilio: parseTwilioItem,
      resend: mailItem,
      sendgrid: mailItem,
      smtp: mailItem,
      gmail: mailItem,
    },
    events: storage.webhookEvents,
    dealing: new Dealing({
      kindOf: (workspaceId, channelId) => settings.channel(workspaceId, channelId)?.kind ?? 'whatsapp',
      people,
      workspaceFor: (workspaceId, channelId) => system.workspace(workspaceId, principal('provider', channelId)),
      messageByProviderId: storage.queries.messageByProviderId,
      typing: (workspaceId, conversationId, userId, on) =>
        gateway.signals.typing({ workspaceId, conversationId }, { id: userId, role: 'person' }, on, storage),
      textTold: textingBy(system).told,
      templateTold: templating.templateTold,
      timeIn: (workspaceId, at) => clocks.of(workspaceId).whenItWas(at),
    }),
    now,
    log,
  })
}
