import { webhookEndpoint } from '../../actors/webhook-endpoint/contract.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import { openDoor } from '../../kernel/outgoing.ts'
import { teamNews as teamNewsSchedule } from '../../jobs/team-news.ts'
import { SignedSender } from '../../providers/webhooks/sender.ts'
import { eventExamples } from '../../realtime/asyncapi/examples.ts'
import type { Store } from '../../store/connection.ts'
import { pruneDeliveries } from '../../store/queries/webhook-deliveries.ts'
import { type Member, memberNews, told, untoldMembers } from '../../store/settings/members.ts'
import { listeningEndpoints, type WebhookEndpoint } from '../../store/settings/webhook-endpoints.ts'
import { eventTypes, ownExamples, payloadOf } from '../webhook-endpoints/catalogue.ts'
import { WebhookDelivery } from '../webhook-endpoints/delivery.ts'
import { catcherPath, WebhookEndpoints } from '../webhook-endpoints/endpoints.ts'
import type { Post } from './mail.ts'
import type { Notices } from './notices.ts'
import { writeToOwners } from './owners.ts'
import type { Storage } from './storage.ts'

interface Parts {
  config: Pick<Config, 'allowedHosts' | 'hasSimulators'>
  storage: Storage
  notices: Notices
  now(): number
  log: Log
}

/** What is known only when actors and addresses are there. */
interface Later {
  system: ActorSystem
  /** Where people reach this server. */
  url: string
  post: Post | undefined
}

export type OutgoingWebhooks = Awaited<ReturnType<typeof openWebhooks>>

/** Everything about webhooks that leave: who listens, what is sent, by which door, and what people do with it. */
export async function openWebhooks({ config, storage, notices, now, log }: Parts) {
  const { store, rest, events } = storage
  const onError = (error: unknown) => log.error('webhook fault', { error })
  const listeners = await Listeners.of(store, notices, onError)
  let later: Later | undefined
  // The catchers are ours, wherever they are.
  const isOwn = ({ href }: URL) => later !== undefined && href.startsWith(`${later.url}${catcherPath}/`)
  const door = openDoor({ allowed: config.allowedHosts, isOwn })
  const sender = new SignedSender(door)
  const teamNews = new TeamNews({ store, listeners, now, onError, system: () => later?.system })

  async function turnedOff(workspaceId: string, { id, name, off }: WebhookEndpoint, key: string) {
    await listeners.changed(workspaceId)
    if (!later || !off) return
    const link = `${later.url}/settings/webhooks?endpoint=${id}`
    await writeToOwners({ store, now, post: later.post }, workspaceId, `webhook_off/${id}/${key}`, (workspace) => {
      return { about: 'webhook_off', link, workspace: workspace.name, name, reason: off.reason }
    })
  }

  const eventOf = events.one.bind(events)
  const delivery = new WebhookDelivery({ store, rest, sender, eventOf, turnedOff, now, onError })
  const endpoints = (url: string) =>
    new WebhookEndpoints({
      store,
      rest,
      sender,
      payload: (workspaceId, row) => delivery.payload(workspaceId, row),
      listenersChanged: (workspaceId) => listeners.changed(workspaceId),
      catchersAt: config.hasSimulators ? url : undefined,
      now,
    })

  return {
    listening: listeners.wanting,
    delivery,
    door,
    memberChanged: teamNews.tell,
    schedules: [teamNewsSchedule(() => teamNews.sweep())],
    /** What routes do with endpoints, from the moment at which all is there. */
    opened(given: Later) {
      later = given
      return { endpoints: endpoints(given.url), types: typesWithExamples() }
    },
    prune: (workspaceId: string, before: number) => pruneDeliveries(store, workspaceId, before),
    close() {
      listeners.stop()
      door.close()
    },
  }
}

interface Telling {
  store: Store
  listeners: Listeners
  now(): number
  onError(error: unknown): void
  system(): ActorSystem | undefined
}

/** After this, whoever made a change does not tell of it any more. */
const forgottenMs = 20_000
/** So long an endpoint knows for sure what it took. */
const knownMs = 50 * 60_000
const atOnce = 200

/**
 * What of the team changed is no event of a stream. It is kept with the member, and told by whoever changed it and, if
 * that process died, by a schedule: both say the same under one id, so an endpoint takes it once.
 */
class TeamNews {
  readonly #parts: Telling

  constructor(parts: Telling) {
    this.#parts = parts
  }

  /** It is done already: that nobody could be told does not refuse it. */
  readonly tell = async (changed: Pick<Member, 'id' | 'workspaceId'>) => {
    try {
      await this.#tell(changed)
    } catch (error) {
      this.#parts.onError(error)
    }
  }

  /** Tells what was not told. Resolves when all of it was tried. */
  async sweep(): Promise<void> {
    const { store, now } = this.#parts
    for (const one of await untoldMembers(store, now() - forgottenMs, atOnce)) await this.tell(one)
  }

  async #tell({ id, workspaceId }: Pick<Member, 'id' | 'workspaceId'>) {
    const { store, listeners, system, now } = this.#parts
    const [news, actors] = [await memberNews(store, workspaceId, id), system()]
    if (!news || !actors) return
    const { untold, member } = news
    const { name, role, status } = member
    const what = { ...untold, type: 'member.changed' }
    const payload = payloadOf({ ...what, workspaceId }, { member: { id, name, role, status } })
    const occurrence = { ...what, source: { in: 'payload', payload } } as const
    const by = principal('system', 'webhooks')
    for (const endpointId of listeners.wanting(workspaceId, what.type)) {
      // Under an older id it would be refused as one that may have been taken: then once more is better than never.
      const commandId = now() - untold.at < knownMs ? untold.eventId : undefined
      await actors.workspace(workspaceId, by, commandId).at(webhookEndpoint, endpointId).take(occurrence)
    }
    await told(store, workspaceId, id, untold)
  }
}

const typesWithExamples = () =>
  [...eventTypes].map(([type, { words }]) => ({ type, words, example: ownExamples[type] ?? eventExamples[type] }))

const everyMs = 10_000

/**
 * Which endpoints hear of what, at hand: a turn may not wait for it. A change is told to every process; whoever misses
 * it reads it within ten seconds.
 */
class Listeners {
  readonly #store: Store
  readonly #notices: Notices
  #byWorkspace = new Map<string, Map<string, string[]>>()
  readonly #timer: NodeJS.Timeout

  private constructor(store: Store, notices: Notices, onError: (error: unknown) => void) {
    this.#store = store
    this.#notices = notices
    const refresh = () => void this.#readAll().catch(onError)
    notices.hear('webhooks', ({ workspaceId }) => void this.#read(workspaceId).catch(onError))
    notices.onMissed(refresh)
    this.#timer = setInterval(refresh, everyMs).unref()
  }

  static async of(store: Store, notices: Notices, onError: (error: unknown) => void) {
    const listeners = new Listeners(store, notices, onError)
    await listeners.#readAll()
    return listeners
  }

  readonly wanting = (workspaceId: string, type: string): readonly string[] =>
    this.#byWorkspace.get(workspaceId)?.get(type) ?? []

  async changed(workspaceId: string) {
    await this.#read(workspaceId)
    await this.#notices.tell({ topic: 'webhooks', workspaceId })
  }

  stop() {
    clearInterval(this.#timer)
  }

  async #read(workspaceId: string) {
    const found = byWorkspace(await listeningEndpoints(this.#store, workspaceId)).get(workspaceId)
    if (found) this.#byWorkspace.set(workspaceId, found)
    else this.#byWorkspace.delete(workspaceId)
  }

  async #readAll() {
    this.#byWorkspace = byWorkspace(await listeningEndpoints(this.#store))
  }
}

function byWorkspace(all: Awaited<ReturnType<typeof listeningEndpoints>>) {
  const found = new Map<string, Map<string, string[]>>()
  for (const { id, workspaceId, events } of all) {
    const types = found.get(workspaceId) ?? new Map<string, string[]>()
    found.set(workspaceId, types)
    for (const type of events) types.set(type, [...(types.get(type) ?? []), id])
  }
  return found
}
