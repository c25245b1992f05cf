import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actors } from '../../actors/index.ts'
import type { Text } from '../../actors/messenger/contract.ts'
import type { Posted } from '../../actors/letterbox/contract.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { Config } from '../../kernel/config.ts'
import { Problem } from '../../kernel/problem.ts'
import { defaultQuotas } from '../../kernel/settings.ts'
import { WorkspaceClocks } from '../../kernel/workspace-clock.ts'
import { CloudApi } from '../../providers/whatsapp/cloud-api.ts'
import { whatsAppSender } from '../../providers/whatsapp/sender.ts'
import type { ReceivedItem } from '../../providers/received.ts'
import type { Audit, Done } from '../../server/audit.ts'
import { Acting } from '../../server/auth/acting.ts'
import { AuditWatch } from '../../server/audit-watch.ts'
import { Auth } from '../../server/auth/auth.ts'
import { ByMail } from '../../server/auth/by-mail.ts'
import { callersBy } from '../../server/auth/callers.ts'
import { PersonDevices } from '../../server/auth/person-devices.ts'
import { type PersonCodes, Persons } from '../../server/auth/persons.ts'
import { Claims } from '../../store/claims.ts'
import { Suppressions } from '../../store/suppressions.ts'
import { People } from '../../server/webhooks/people.ts'
import { ApiKeys } from '../../server/auth/keys.ts'
import { OwnAccount } from '../../server/auth/own-account.ts'
import { hashPassword } from '../../server/auth/passwords.ts'
import { openRecords } from '../../server/main/records.ts'
import { openBusinesses } from '../../server/main/businesses.ts'
import { openPhones } from '../../server/main/phones.ts'
import { openSecurity } from '../../server/auth/security.ts'
import type { GoogleSettings } from '../../server/auth/google.ts'
import { ClockControl } from '../../server/clocks.ts'
import { ErrorBook } from '../../server/errors.ts'
import { Jobs } from '../../server/jobs.ts'
import { LetterRoom } from '../../server/dead-letters.ts'
import { channelTester } from '../../server/channel-test.ts'
import { createApp, type Routes } from '../../server/http/app.ts'
import { WebhookEndpoints } from '../../server/webhook-endpoints/endpoints.ts'
import { MailRoom } from '../../server/mail/mail-room.ts'
import { Team } from '../../server/team.ts'
import { TemplateNewsRoom } from '../../server/templates/news.ts'
import { Templates } from '../../server/templates/templates.ts'
import { cloudTemplates } from '../../providers/whatsapp/templates.ts'
import { defaultLimits, type HttpConfig, type Log, type Parts, type ResourceChanged } from '../../server/ports.ts'
import { AuditLog } from '../../store/audit.ts'
import { Store } from '../../store/connection.ts'
import { DeadLetters } from '../../store/dead-letters.ts'
import { JobRuns } from '../../store/job-runs.ts'
import { ErrorLogs } from '../../store/error-logs.ts'
import { Rest } from '../../store/rest.ts'
import { createAccount } from '../../store/settings/accounts.ts'
import { ChannelSettings } from '../../store/settings/channels.ts'
import { createMember, type MemberRole } from '../../store/settings/members.ts'
import { createWorkspace } from '../../store/settings/workspaces.ts'
import { Vault } from '../../store/vault.ts'
import { freshDatabase } from '../harness/database.ts'
import { filesOf } from '../harness/files.ts'
import { consentsOf } from './consents.ts'
import { openEnds } from './ends.ts'
import { gmailsOf } from './gmails.ts'
import { actorless } from './actorless.ts'
import { slacksOf } from './slacks.ts'

export const secret = 'a secret of the tests, long enough for HS256'
export const password = 'correct horse battery staple'

/** What a test changes of the parts. */
export interface Wishes {
  routes?: Routes
  config?: Partial<HttpConfig>
  parts?: Partial<Parts>
  codes?: Partial<Config['codes']>
  /** Where people reach it. */
  publicUrl?: string
  google?: GoogleSettings
  /** Whether strangers may open a business; open unless said. */
  signUp?: 'open' | 'invited'
}

/** A real server on a real store. Actors are not what these tests are about: asking one is refused. */
export async function open() {
  const database = await freshDatabase()
  const store = await Store.open(database.uri)
  const vault = new Vault(store, Buffer.alloc(32, 7))
  const directory = mkdtempSync(join(tmpdir(), 'cl-files-'))
  const passwordHash = await hashPassword(password)

  return {
    store,
    vault,
    /** Where files rest. */
    directory,
    serve: (wishes: Wishes = {}) => serve({ store, vault, directory }, wishes),

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
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export type Opened = Awaited<ReturnType<typeof open>>

async function serve(
  { store, vault, directory }: { store: Store; vault: Vault; directory: string },
  { routes, config, parts, codes, google, signUp = 'open', publicUrl = 'http://careline.test' }: Wishes,
) {
  let ahead = 0
  const now = () => Date.now() + ahead
  const logged: { level: string; message: string; fields: any }[] = []
  const note = (level: string) => (message: string, fields?: object) => logged.push({ level, message, fields })
  const log: Log = { info: note('info'), warn: note('warn'), error: note('error') }
  const auth = new Auth({ store, secret, now })
  const fail = (error: unknown) => void log.error('use of a key not noted', { error })
  const keys = new ApiKeys({ store, now, ended: (id) => auth.ended(id), onError: fail })
  const posted: Posted[] = []
  const post = async (letter: Posted) => void posted.push(letter)
  const accepted: { channelId: string; items: readonly ReceivedItem[] }[] = []
  const suppressed: unknown[][] = []
  const gmailRead: string[] = []
  const told: ({ workspaceId: string } & ResourceChanged)[] = []
  const resourceChanged = (workspaceId: string, changed: ResourceChanged) => void told.push({ workspaceId, ...changed })
  const audited: Done[] = []
  const audit: Audit = async (done) => void audited.push(done)
  const people = { store, auth, url: publicUrl, now, post }
  const channels = new ChannelSettings(store, vault, now)
  // No process keeps settings at hand here: each look is at the store.
  const unknown = { workspace: () => undefined, changed: async () => undefined }
  const byMail = new ByMail({ ...people, secret })
  const team = new Team({ ...people, changed: async () => auth.forget() })
  const security = openSecurity({ ...people, vault, byMail, team, joint: undefined, google, warn: note('warn') })
  const texted: Text[] = []
  const realm: { codes?: PersonCodes } = {}
  const phones = openPhones({
    ...people,
    codesAre: (codes) => void (realm.codes = codes),
    config: { codes: { countries: undefined, prices: { '*': 10 }, dailySpend: 10_000, ...codes } },
    channels,
    sudo: security.sudo,
    secret,
    audit,
    texts: { hasSms: true, authToken: 'the token of the account', statusUrl: () => publicUrl },
    text: async (text) => void texted.push(text),
    told: async (textId, status, why) => void texted.push({ textId, status, why } as any),
    log,
  })
  const claimed = new People(new Claims(store), vault, now)
  const persons = new Persons({
    ...{ store, tokens: auth.tokens, now, codes: () => realm.codes as PersonCodes },
    holderOf: (workspaceId, address) => claimed.holderOf(workspaceId, address),
    meet: async () => undefined,
    workspaceFor: (workspaceId) => actorless(workspaceId),
    hasApp: () => true,
  })
  const templating = { store, rest: new Rest(vault), channels, api: cloudTemplates, changed: async () => undefined }
  const all: Parts = {
    store,
    templates: new Templates({ ...templating, files: filesOf({ store, vault, directory, now }).room }),
    templateNews: new TemplateNewsRoom({
      ...templating,
      timeOf: now,
      shown: (workspaceId, one) => resourceChanged(workspaceId, { resource: 'message-templates', ...one }),
    }),
    ratingBy: async () => undefined,
    persons,
    personDevices: new PersonDevices({ store, rest: new Rest(vault), now, end: (id) => persons.end(id) }),
    records: openRecords({
      storage: {
        store,
        rest: new Rest(vault),
        files: { remove: async () => true } as never,
        claims: new Claims(store),
        suppressions: new Suppressions(store, new Rest(vault)),
      },
      people: claimed,
      ...{ room: {} as never, workspaceFor: actorless },
      notices: { hear: () => undefined, onMissed: () => undefined, tell: async () => undefined } as never,
      signOut: (workspaceId, userId) => persons.endAll(workspaceId, userId),
      now,
      log,
    }),
    audit,
    auditLog: new AuditLog(store, new Rest(vault)),
    auditWatch: new AuditWatch({
      log: new AuditLog(store, new Rest(vault)),
      workspace: (workspaceId) => actorless(workspaceId),
      years: () => 6,
      alarm: async () => undefined,
      now,
    }),
    errors: new ErrorBook(now),
    errorLogs: new ErrorLogs(store),
    beginAudit: async (done) => (ended) => audit({ ...done, ...ended }),
    rest: new Rest(vault),
    auth,
    authenticate: callersBy(auth, keys).authenticate,
    keys,
    account: new OwnAccount(people),
    byMail,
    team,
    security,
    ...phones,
    acting: new Acting(people),
    webhookEndpoints: {
      endpoints: new WebhookEndpoints({
        store,
        rest: new Rest(vault),
        sender: { check: () => undefined },
        payload: async () => undefined,
        listenersChanged: async () => undefined,
        catchersAt: undefined,
        now,
      }),
      types: [],
    },
    ...openEnds({ store, vault, audit, post, now, secret, log }),
    channels,
    ...openBusinesses({
      ...people,
      sudo: security.sudo,
      config: { signUp },
      rest: new Rest(vault),
      channels,
      settings: unknown,
      resourceChanged,
    }),
    lists: undefined as never, // Many people are `lists.test.ts`'s.
    files: filesOf({ store, vault, directory, now }).room,
    jobs: new Jobs({ runs: new JobRuns(store), known: () => [], now }),
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
    letters: new LetterRoom({
      letters: new DeadLetters(store, new Rest(vault)),
      contracts: actors.map(({ contract }) => contract),
      send: async () => {
        throw new Problem('busy', 'no_actors', 'This test has no actors.')
      },
      perform: async () => ({}),
      now,
    }),
    resourceChanged,
    channelChanged: async () => undefined,
    originFor: () => publicUrl,
    ...slacksOf({ ...people, vault, sudo: security.sudo }),
    slackDeskOf: (workspaceId) => actorless(workspaceId),
    pushDesk: { webKey: () => '', health: async () => [], test: async () => ({ services: [], devices: [] }) },
    testChannel: channelTester({ channels, senderOf: () => whatsAppSender(new CloudApi()) }),
    ...consentsOf({ store, vault, now }, actorless),
    history: async () => [],
    acceptReceived: async ({ id }, items) => void accepted.push({ channelId: id, items }),
    mails: {
      room: new MailRoom({
        channelsOf: (workspaceId) => channels.list(workspaceId),
        files: filesOf({ store, vault, directory, now }).room,
        messageById: async () => undefined,
        ownerOf: async (_, address) => (address.endsWith('@stranger.test') ? undefined : 'usr_known'),
        accept: async ({ id }, items) => void accepted.push({ channelId: id, items }),
        suppress: async (...suppression) => void suppressed.push(suppression),
        now,
      }),
      ...gmailsOf({ store, vault, channels, url: publicUrl, now, warn: note('warn') }, (id) => gmailRead.push(id)),
      domain: async () => [],
      atResend: async () => {
        throw new Problem('busy', 'mail_unavailable', 'This test has no Resend.')
      },
    },
    quotasOf: () => ({ ...defaultQuotas, requestsPerMinute: 1_000_000 }),
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
      hasSimulators: true,
      playsMail: true,
      playsTexts: true,
      publicUrl,
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
    texted,
    audited,
    told,
    accepted,
    suppressed,
    gmailRead,
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
