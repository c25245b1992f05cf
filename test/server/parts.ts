import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { actors } from '../../actors/index.ts'
import type { Posted } from '../../actors/letterbox/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { systemClock } from '../../kernel/clock.ts'
import { derivedId, newId } from '../../kernel/id.ts'
import { Problem } from '../../kernel/problem.ts'
import { WorkspaceClocks } from '../../kernel/workspace-clock.ts'
import type { Item } from '../../providers/whatsapp/webhook.ts'
import { Auth } from '../../server/auth/auth.ts'
import { ByMail } from '../../server/auth/by-mail.ts'
import { OwnAccount } from '../../server/auth/own-account.ts'
import { hashPassword } from '../../server/auth/passwords.ts'
import { ClockControl } from '../../server/clocks.ts'
import { LetterRoom } from '../../server/dead-letters.ts'
import { createApp, type Routes } from '../../server/http/app.ts'
import { Team } from '../../server/team.ts'
import { defaultLimits, type HttpConfig, type KeptFile, type Log, type Parts } from '../../server/ports.ts'
import { socketDocument } from '../../server/main/socket-document.ts'
import { Store } from '../../store/connection.ts'
import { DeadLetters } from '../../store/dead-letters.ts'
import { Rest } from '../../store/rest.ts'
import { createAccount } from '../../store/settings/accounts.ts'
import { ChannelSettings } from '../../store/settings/channels.ts'
import { createMember, type MemberRole } from '../../store/settings/members.ts'
import { createWorkspace } from '../../store/settings/workspaces.ts'
import { Vault } from '../../store/vault.ts'
import { freshDatabase } from '../harness/database.ts'

export const secret = 'a secret of the tests, long enough for HS256'
export const password = 'correct horse battery staple'

/** What a test changes of the parts. */
export interface Wishes {
  routes?: Routes
  config?: Partial<HttpConfig>
  parts?: Partial<Parts>
}

/** A real server on a real store. Actors are not what these tests are about: asking one is refused. */
export async function open() {
  const database = await freshDatabase()
  const store = await Store.open(database.uri)
  const vault = new Vault(store, Buffer.alloc(32, 7))
  const passwordHash = await hashPassword(password)

  return {
    store,
    vault,
    serve: (wishes: Wishes = {}) => serve(store, vault, wishes),

    /** Another business, with one member of each of these roles, who sign in as `{role}@{slug}.test`. */
    async business(slug: string, roles: MemberRole[] = ['owner', 'admin', 'staff', 'expert']) {
      const now = Date.now()
      const workspace = await createWorkspace(
        store,
        { slug, name: `The ${slug}`, settings: { timezone: 'Africa/Cairo' } },
        now,
      )
      const members = new Map<string, string>()
      for (const role of roles) {
        const account = await createAccount(store, { email: `${role}@${slug}.test`, passwordHash }, now)
        const made = { accountId: account.id, name: `${role} of ${slug}`, role }
        members.set(role, (await createMember(store, workspace.id, made, now)).id)
      }
      return { id: workspace.id, member: (role: MemberRole) => members.get(role) ?? '' }
    },

    async close() {
      await store.close()
      await database.close()
    },
  }
}

export type Opened = Awaited<ReturnType<typeof open>>

async function serve(store: Store, vault: Vault, { routes, config, parts }: Wishes) {
  let ahead = 0
  const now = () => Date.now() + ahead
  const logged: { level: string; message: string; fields: any }[] = []
  const note = (level: string) => (message: string, fields?: object) => logged.push({ level, message, fields })
  const log: Log = { info: note('info'), warn: note('warn'), error: note('error') }
  const auth = new Auth({ store, secret, now })
  const posted: Posted[] = []
  const post = async (letter: Posted) => void posted.push(letter)
  const accepted: { channelId: string; items: Item[] }[] = []
  const files = new Map<string, KeptFile>()
  const all: Parts = {
    store,
    rest: new Rest(vault),
    auth,
    authenticate: auth.authenticate,
    account: new OwnAccount({ store, auth, now }),
    byMail: new ByMail({ store, auth, secret, url: 'http://careline.test', now, post }),
    team: new Team({ store, auth, url: 'http://careline.test', now, changed: async () => auth.forget(), post }),
    channels: new ChannelSettings(store, vault, now),
    files: {
      keep: async (workspaceId, { fileId, bytes, mime, fileName }) =>
        void files.set(`${workspaceId}/${fileId}`, { bytes, mime, fileName, sizeBytes: bytes.length }),
      open: async (workspaceId, fileId) => files.get(`${workspaceId}/${fileId}`),
    },
    operations: {
      version: '0.1.0',
      storeVersion: async () => ({ name: 'embedded', version: '1' }),
      isDraining: () => false,
      metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }),
    },
    inspection: {
      overview: async () => {
        throw new Problem('busy', 'no_actors', 'This test has no actors.')
      },
      actors: async () => ({ items: [], nextCursor: null }),
      actor: async () => undefined,
    },
    clocks: new ClockControl({
      store,
      clocks: new WorkspaceClocks(systemClock),
      kinds: ['conversation'],
      wake: () => undefined,
      changed: async () => undefined,
    }),
    readers: async () => [],
    asyncApi: socketDocument,
    letters: new LetterRoom({
      letters: new DeadLetters(store, new Rest(vault)),
      contracts: actors.map(({ contract }) => contract),
      send: async () => {
        throw new Problem('busy', 'no_actors', 'This test has no actors.')
      },
      perform: async () => ({}),
      now,
    }),
    channelChanged: async () => undefined,
    acceptWhatsApp: async ({ id }, items) => void accepted.push({ channelId: id, items }),
    workspace: (caller, commandId) => actorless(caller.workspaceId, commandId),
    now,
    log,
    config: {
      corsOrigins: [],
      trustsProxy: false,
      isSecure: false,
      limits: { ...defaultLimits, pub: 10_000, staff: 10_000 },
      consoleDir: '/nowhere',
      simulatorUrl: 'http://127.0.0.1:1/simulator/whatsapp/v23.0',
      whatsappBaseUrl: 'https://graph.facebook.com/v23.0',
      allowsAnyProvider: false,
      ...config,
    },
    ...parts,
  }
  const answer = createApp(all, routes).callback()
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`

  return {
    ...all,
    url,
    port,
    logged,
    posted,
    accepted,
    /** All later times are this much later. */
    later: (ms: number) => void (ahead += ms),

    /** An answer with its body read; JSON is parsed. */
    async ask(method: string, path: string, { token, body, headers = {} }: Ask = {}) {
      const isRaw = typeof body === 'string' || body instanceof Uint8Array
      const answer = await fetch(url + path, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && !isRaw && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
        redirect: 'manual',
      })
      const text = await answer.text()
      const isJson = /json/.test(answer.headers.get('content-type') ?? '')
      return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined }
    },

    async login(email: string, word = password) {
      const { body } = await this.ask('POST', '/api/v1/auth/login', { body: { email, password: word } })
      return body as { accessToken: string; refreshToken: string; expiresAt: string; user: any; workspace: any }
    },

    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

export interface Ask {
  token?: string | undefined
  body?: unknown
  headers?: Record<string, string>
}
export type Served = Awaited<ReturnType<typeof serve>>

const actorless = (id: string, commandId?: string): Workspace => ({
  id,
  at: () => {
    throw new Problem('busy', 'no_actors', 'This test has no actors.')
  },
  newId: (prefix) => (commandId === undefined ? newId(prefix) : derivedId(prefix, id, commandId)),
})
