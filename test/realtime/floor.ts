import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { channel } from '../../actors/channel/contract.ts'
import { channelEffects } from '../../actors/channel/effects.ts'
import { conversation } from '../../actors/conversation/contract.ts'
import { inboxEffects } from '../../actors/inbox/effects.ts'
import { conversationEffects } from '../../actors/conversation/effects.ts'
import { actors } from '../../actors/index.ts'
import { reactionsWith } from '../../actors/reactions/index.ts'
import type { Runners } from '../../actors/runtime/outbox.ts'
import { ActorSystem } from '../../actors/runtime/system.ts'
import { user } from '../../actors/user/contract.ts'
import { connect, type Client, type ConnectOptions } from '../../client/connect.ts'
import type { Caller } from '../../kernel/caller.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Role } from '../../kernel/role.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { commands } from '../../realtime/commands/index.ts'
import type { Command } from '../../realtime/commands/command.ts'
import type { Parts as CommandParts } from '../../realtime/socket/commanding.ts'
import { createGateway } from '../../realtime/socket/gateway.ts'
import type { Limits } from '../../realtime/socket/limits.ts'
import type { Now } from '../../realtime/socket/standing.ts'
import type { StreamSource } from '../../realtime/socket/stream.ts'
import type { Links } from '../../realtime/socket/siblings.ts'
import { sources } from '../../realtime/streams/index.ts'
import { MongoPersistence } from '../../store/commit.ts'
import { Store } from '../../store/connection.ts'
import { ActorDocuments } from '../../store/documents.ts'
import { StoredEvents } from '../../store/events.ts'
import type { Kind } from '../../store/kinds.ts'
import { conversationPage, linesOf } from '../../store/queries/conversations.ts'
import { freshDatabase } from '../harness/database.ts'
import { quiet } from '../harness/quiet.ts'
import { patienceMs } from '../harness/until.ts'
import { messageById, messagePage } from '../../store/queries/messages.ts'
import { activitiesOf } from '../../store/queries/people.ts'
import { rearrange } from '../../store/queries/threads.ts'
import { Rest } from '../../store/rest.ts'
import { Vault } from '../../store/vault.ts'

/** Time that moves only when a test says so. */
/** Nobody is called here. */
const noCalls = {
  place: async () => ({ outcome: 'unknown' as const }),
  find: async () => undefined,
  end: async () => {},
  look: async () => [],
  forget: async () => {},
}

export class HandClock implements Clock {
  #now = Date.now()
  readonly #timers = new Set<{ time: number; run: () => void }>()

  now() {
    return this.#now
  }

  at(time: number, run: () => void) {
    const timer = { time, run }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  advance(ms: number) {
    this.#now += ms
    for (const timer of [...this.#timers].sort((a, b) => a.time - b.time)) {
      if (timer.time > this.#now || !this.#timers.delete(timer)) continue
      timer.run()
    }
  }
}

export interface FloorOptions {
  limits?: Partial<Limits>
  clock?: Clock
  /** Of a process among several; the actors then live in another one, unless it `commits`. */
  links?: Links
  commits?: boolean
  transports?: ('websocket' | 'polling')[]
  /** Who callers are by now. */
  standing?: Now
  /** Streams of a test's own, beside those that there are. */
  sources?: readonly StreamSource[]
  /** Commands of a test's own, beside those that there are, and what all of them ask besides. */
  commands?: readonly Command[]
  demand?: CommandParts['demand']
  audited?: CommandParts['audited']
}

/** Real actors on a real store behind real sockets; no HTTP, no provider: what goes out is accepted at once. */
export async function openFloor({ isAlone = true } = {}) {
  const database = await freshDatabase()
  const store = await Store.open(database.uri)
  const rest = new Rest(new Vault(store, Buffer.alloc(32, 7)))
  const kinds = actors as unknown as Kind[]
  const documents = new ActorDocuments(rest, kinds)
  const log = new StoredEvents(store, rest, documents, { isAlone })
  const source = { store, rest }
  const errors: unknown[] = []
  const shownTyping: string[] = []
  const effects = {
    conversation: conversationEffects(
      {
        fetchFile: async () => ({ mime: 'image/png', fileId: 'fil_1', sizeBytes: 1 }),
        showPresence: async (_channel, _workspace, providerId, typing) => void (typing && shownTyping.push(providerId)),
      },
      { rearrange: rearrange.bind(undefined, source) },
      { linkToRate: async (_workspace, _conversation, episodeId) => `https://care.example/rate/${episodeId}` },
      noCalls,
    ),
    channel: channelEffects({
      contentOf: async () => undefined,
      deliver: async (_channel, _workspace, { messageId }) => ({
        outcome: 'accepted',
        messageId,
        providerId: `wamid.${messageId}`,
      }),
    }),
    inbox: inboxEffects({ linesOf: linesOf.bind(undefined, source) }),
  } as unknown as Runners
  const system = new ActorSystem({
    actors,
    reactions: reactionsWith({ webhooks: () => [], hasSlack: () => false, isApp: () => false }),
    effects,
    persistence: new MongoPersistence(store, rest, documents),
    clocks: () => systemClock,
    settings: () => defaultSettings,
    publish: (event) => log.publish(event),
    onError: (error) => errors.push(error),
  })
  const queries = {
    messagePage: messagePage.bind(undefined, source),
    activitiesOf: activitiesOf.bind(undefined, source),
    conversationPage: conversationPage.bind(undefined, source),
    messageById: messageById.bind(undefined, source),
    isMember: async (_: string, id: string) => id !== 'nobody',
    fileRow: async () => undefined,
  }
  const workspace = ({ workspaceId, role, id }: Caller, commandId?: string) =>
    system.workspace(workspaceId, { role, id, depth: 0 }, commandId)
  const machine = (workspaceId = 'w1') => workspace({ workspaceId, role: 'system', id: 'test' })

  return {
    errors,
    log,
    shownTyping,
    system,
    settled: () => quiet(system),
    machine,

    /** A person who writes by WhatsApp; the answer says more in their name. */
    async person(name: string, workspaceId = 'w1') {
      const userId = `usr_${name.toLowerCase()}`
      const conversationId = conversationIdOf(userId)
      const identity = { kind: 'wa_id' as const, value: name }
      await machine(workspaceId)
        .at(user, userId)
        .meet({ identity, claim: `${workspaceId}/${name}`, name, timezone: null })
      await machine(workspaceId)
        .at(channel, 'chn_1')
        .configure({ limits: { perSecond: 1_000, burst: 1_000, pairMs: 0 } })
      let said = 0
      const receive = async (text: string) => {
        const messageId = `msg_${name.toLowerCase()}_${workspaceId}_${++said}`
        await machine(workspaceId)
          .at(conversation, conversationId)
          .receive({
            messageId,
            providerId: `wamid.in.${name}.${said}`,
            channelId: 'chn_1',
            userId,
            address: name,
            name,
            content: { kind: 'text', text },
            replyTo: null,
            sentAt: Date.now(),
          })
        return messageId
      }
      return { userId, conversationId, stream: `conversation:${conversationId}` as const, say: receive }
    },

    /** One gateway on the floor, with its own limits and clock. */
    async gateway(options: FloorOptions = {}) {
      // A process that commits nothing sees the log as it is in the store, through eyes of its own.
      const seen = options.commits === false ? new StoredEvents(store, rest, documents, { isAlone }) : log
      return openGateway({ log: seen, queries, workspace, errors }, options)
    },

    async close() {
      await system.settled()
      await system.close()
      await store.close()
      await database.close()
    },
  }
}

export type Floor = Awaited<ReturnType<typeof openFloor>>
export type Hall = Awaited<ReturnType<Floor['gateway']>>

/** `staff:ana`, or of another workspace `staff:ana@w2`; `!s1` names the sign-in, `~1234` when it ends. */
export async function authenticate(token: string): Promise<Caller> {
  const [, role, id, workspaceId = 'w1', sessionId, expiresAt] =
    /^(\w+):(\w+)(?:@(\w+))?(?:!(\w+))?(?:~(\d+))?$/.exec(token) ?? []
  if (!role || !id) throw new Problem('unauthorized', 'unauthorized', 'Please sign in.')
  return {
    role: role as Role,
    id,
    workspaceId,
    ...(sessionId && { sessionId }),
    ...(expiresAt && { expiresAt: Number(expiresAt) }),
  }
}

async function openGateway(
  {
    errors,
    ...ports
  }: Pick<Parameters<typeof createGateway>[1], 'log' | 'queries' | 'workspace'> & { errors: unknown[] },
  {
    limits = {},
    clock = systemClock,
    links,
    transports,
    standing,
    sources: more = [],
    commands: own = [],
    ...options
  }: FloorOptions,
) {
  const http = createServer()
  const gateway = createGateway(http, {
    ...ports,
    ...(links && { links }),
    ...(transports && { transports }),
    ...(standing && { standing }),
    contracts: actors.map(({ contract }) => contract),
    sources: [...sources, ...more],
    commands: [...commands, ...own],
    ...(options.demand && { demand: options.demand }),
    ...(options.audited && { audited: options.audited }),
    authenticate,
    clock,
    limits,
    onError: (error) => errors.push(error),
  })
  await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const clients: Client[] = []
  const sockets: Socket[] = []

  return {
    gateway,
    url,

    /** The reference client. */
    client(token: ConnectOptions['token'] | string, options: Partial<ConnectOptions> = {}) {
      const timing = { backoffMinMs: 10, backoffMaxMs: 100, ackMs: 3_000 }
      const asked = typeof token === 'string' ? () => token : token
      const client = connect({ url, token: asked, timing, ...options })
      clients.push(client)
      return client
    },

    /** A bare socket, for what the client would never do. Rejects with what refused it. */
    async socket(token: unknown, device?: string) {
      const socket = io(url, {
        auth: { token, device },
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
      })
      sockets.push(socket)
      const heard: { event: string; message: any }[] = []
      socket.onAny((event: string, message: unknown) => heard.push({ event, message }))
      await new Promise<void>((ready, refused) => socket.once('hello', ready).once('connect_error', refused))
      return Object.assign(socket, {
        heard,
        ask: (event: string, ...request: unknown[]) => socket.timeout(patienceMs).emitWithAck(event, ...request),
      })
    },

    async close() {
      for (const client of clients) client.close()
      for (const socket of sockets) socket.close()
      await gateway.close()
      await gateway.end()
      http.closeAllConnections()
      await new Promise<void>((closed) => http.close(() => closed()))
    },
  }
}
