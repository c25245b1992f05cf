import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Client, connect } from '../../client/connect.ts'
import { monotonicMs } from '../../kernel/clock.ts'
import { newId, newSecret } from '../../kernel/id.ts'
import { signatureOf } from '../../providers/whatsapp/signature.ts'
import { Auth } from '../../server/auth/auth.ts'
import { Store } from '../../store/connection.ts'
import { createAccount } from '../../store/settings/accounts.ts'
import { ChannelSettings, type OpenChannel } from '../../store/settings/channels.ts'
import { createMember } from '../../store/settings/members.ts'
import { createWorkspace } from '../../store/settings/workspaces.ts'
import { Vault } from '../../store/vault.ts'
import { freePort } from '../cli/command.ts'
import { Door, says } from '../harness/door.ts'
import { until } from '../harness/until.ts'
import { caughtUp } from '../harness/verify-stream.ts'
import { Service } from './service.ts'

export interface Wishes {
  sockets: number
  perSecond: number
  reloads: number
  workers?: number
  conversations?: number
  /** Nobody asks while so many are not answered: a machine that is slow for a while is asked less. */
  atOnce?: number
  tell?(line: string): void
  /** Who starts and replaces the processes; our own parent unless it is said. */
  reloader?(variables: Record<string, string>, count: number): Reloader
}

export interface Reloader {
  start(): Promise<unknown>
  reload(): Promise<{ killed: number; failed: number }>
  stop(): Promise<unknown>
}

export interface Reloaded {
  requests: number
  /** Those that were not answered, or by a refusal: what was said of each. */
  failed: string[]
  p50: number
  p99: number
  max: number
  sockets: number
  reconnects: number
  /** What a screen lacks of what was acknowledged, shows twice, or shows otherwise than a fresh one does. */
  lost: string[]
  reloadMs: number[]
  /** Processes that did not end by themselves in time, or never said that they are ready. */
  killed: number
  unready: number
}

const socketsPerMember = 8
const answeredMs = 60_000

/** A business with members and a number, made in the store before any server runs. */
async function business(variables: Record<string, string>, sockets: number) {
  const store = await Store.open(variables['MONGODB_URI'] ?? '')
  try {
    const now = Date.now()
    const vault = new Vault(store, Buffer.from(variables['CARELINE_MASTER_KEY'] ?? '', 'hex'))
    const channels = new ChannelSettings(store, vault, Date.now)
    const auth = new Auth({ store, secret: variables['JWT_SECRET'] ?? '', now: Date.now })
    const { id: workspaceId } = await createWorkspace(store, { slug: 'reload', name: 'Reload' }, now)
    const tokens: string[] = []
    for (let n = 0; n * socketsPerMember < sockets; n++) {
      const account = await createAccount(store, { email: `m${n}@reload.test`, passwordHash: null }, now)
      const made = { accountId: account.id, name: `M ${n}`, role: 'staff' as const }
      const { id } = await createMember(store, workspaceId, made, now)
      tokens.push((await auth.openFor(workspaceId, id)).accessToken)
    }
    const [token, appSecret, verifyToken] = [newSecret(), newSecret(), newSecret()]
    const { id } = await channels.create(workspaceId, {
      ...{ id: newId('ch'), name: 'WhatsApp', simulate: false },
      ...{ fields: { phoneNumberId: '15551234567', businessId: 'waba' }, secrets: { token, appSecret, verifyToken } },
      baseUrl: 'http://127.0.0.1:1',
    })
    return { workspaceId, tokens, channel: (await channels.opened(id)) as OpenChannel }
  } finally {
    await store.close()
  }
}

/** The processes of `ecosystem.config.js` under a parent that does what PM2 does. */
class Workers implements Reloader {
  readonly #parent: ChildProcess

  constructor(variables: Record<string, string>, count: number) {
    const root = join(import.meta.dirname, '../..')
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const
    this.#parent = fork(join(import.meta.dirname, 'workers.ts'), [String(count)], {
      env: { ...variables, PATH: '/usr/bin:/bin' },
      cwd: root,
      stdio: [...stdio],
    })
    process.once('exit', () => this.#parent.kill('SIGTERM'))
  }

  start = () => this.#ask<unknown>('start')
  reload = () => this.#ask<{ killed: number; failed: number }>('reload')

  async stop() {
    await this.#ask('stop')
    const gone = once(this.#parent, 'exit')
    this.#parent.disconnect()
    await gone
  }

  async #ask<Answer>(name: 'start' | 'reload' | 'stop'): Promise<Answer> {
    this.#parent.send(name)
    const [reply] = (await once(this.#parent, 'message')) as [{ answer: Answer }]
    return reply.answer
  }
}

/** Requests at a fixed rate, on connections that are kept, without a second try: whatever fails is counted. */
class Load {
  readonly failed: string[] = []
  readonly latencies: number[] = []
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #url: string
  readonly #atOnce: number
  #sent = 0
  #underWay = 0
  #timer: NodeJS.Timeout | undefined

  constructor(url: string, atOnce: number) {
    this.#url = url
    this.#atOnce = atOnce
  }

  start(perSecond: number, next: (n: number) => { method: string; path: string; body?: string; headers: object }) {
    const began = monotonicMs()
    let issued = 0
    this.#timer = setInterval(() => {
      const due = ((monotonicMs() - began) / 1_000) * perSecond
      for (; issued < due; issued++) if (this.#underWay < this.#atOnce) this.#send(next(this.#sent++))
    }, 5)
  }

  async stop() {
    clearInterval(this.#timer)
    await until(() => this.#underWay === 0)
    this.#agent.destroy()
  }

  get sent() {
    return this.#sent
  }

  #send({ method, path, body, headers, onAnswer }: any) {
    const began = monotonicMs()
    this.#underWay++
    const over = (problem?: string) => {
      this.#underWay--
      this.latencies.push(monotonicMs() - began)
      if (problem) this.failed.push(`${new Date().toISOString()} ${method} ${path}: ${problem}`)
    }
    const sent = request(this.#url + path, { method, agent: this.#agent, headers, timeout: answeredMs }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const status = answer.statusCode ?? 0
        if (status < 300) onAnswer?.()
        over(status < 300 ? undefined : `${status} ${Buffer.concat(chunks).toString().slice(0, 200)}`)
      })
      answer.on('error', (error) => over(String(error)))
    })
    sent.on('timeout', () => sent.destroy(new Error('timeout')))
    sent.on('error', (error) => over(String(error)))
    sent.end(body)
  }
}

const usual = { workers: 2, conversations: 12, atOnce: Infinity, tell: () => undefined as void }

/** Reloads all processes under requests and live screens; answers what anybody noticed. */
export async function reloading(wishes: Wishes): Promise<Reloaded> {
  const { sockets, perSecond, reloads, workers: count, conversations, atOnce, tell } = { ...usual, ...wishes }
  const service = await Service.open()
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'clr-'))
  const variables = {
    ...service.variables,
    ...{ PORT: String(port), CARELINE_DATA: directory, CARELINE_DEMO: 'false', SIMULATORS: 'false' },
    DURABILITY: 'relaxed',
  }
  const { workspaceId, tokens, channel } = await business(variables, sockets)
  const workers = wishes.reloader?.(variables, count) ?? new Workers(variables, count)
  const url = `http://127.0.0.1:${port}`
  const clients: Client[] = []
  try {
    tell(JSON.stringify(await workers.start()))
    const door = new Door(url, channel)
    const people = Array.from({ length: conversations }, (_, n) => ({ waId: String(491_700_000 + n), name: `P ${n}` }))
    for (const [n, person] of people.entries())
      await door.post(door.messages(person, says(`wamid.first.${n}`, 'hello')))
    const ids = await conversationsOf(url, tokens[0] ?? '', conversations)
    tell(`${ids.length} conversations`)

    const screens = await Promise.all(
      Array.from({ length: sockets }, async (_, n) => {
        const token = tokens[Math.floor(n / socketsPerMember)] ?? ''
        const timing = { backoffMinMs: 20, backoffMaxMs: 500 }
        const client = connect({ url, token: () => token, device: `d${n}`, timing })
        clients.push(client)
        const id = ids[n % ids.length] ?? ''
        const [inbox, talk] = [client.open(`inbox:${workspaceId}`), client.open(`conversation:${id}`)]
        await Promise.all([inbox.ready(), talk.ready()])
        return { client, inbox, talk, id }
      }),
    )
    let reconnects = 0
    for (const { client } of screens) {
      let hello = client.hello()
      client.onStatus(({ state }) => {
        if (state !== 'live' || client.hello() === hello) return
        hello = client.hello()
        reconnects++
      })
    }
    tell(`${screens.length} screens`)

    const load = new Load(url, atOnce)
    /** What was acknowledged, of each conversation. */
    const notes = new Map<string, Set<string>>(ids.map((id) => [id, new Set()]))
    load.start(perSecond, (n) => {
      const token = tokens[n % tokens.length] ?? ''
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const id = ids[n % ids.length] ?? ''
      if (n % 5 === 0) return webhookOf(channel, people[n % people.length]!, n)
      if (n % 5 > 1) return { method: 'GET', path: `/api/v1/conversations/${id}/messages?limit=20`, headers }
      const text = `note ${n}`
      const onAnswer = () => notes.get(id)?.add(text)
      return {
        method: 'POST',
        path: `/api/v1/conversations/${id}/notes`,
        headers: { ...headers, 'idempotency-key': `note-${n}` },
        body: JSON.stringify({ text }),
        onAnswer,
      } as never
    })
    await rest(2_000)
    const reloadMs: number[] = []
    let said = { killed: 0, failed: 0 }
    for (let n = 0; n < reloads; n++) {
      const began = monotonicMs()
      said = await workers.reload()
      reloadMs.push(Math.round(monotonicMs() - began))
      tell(`reloaded in ${reloadMs.at(-1)} ms, ${load.failed.length} failed of ${load.sent}`)
      await rest(1_500)
    }
    await load.stop()

    const lost = await differences(screens, notes, url, tokens[0] ?? '')
    const sorted = load.latencies.sort((a, b) => a - b)
    const quantile = (q: number) => Math.round((sorted[Math.floor(sorted.length * q)] ?? 0) * 10) / 10
    return {
      requests: load.sent,
      failed: load.failed,
      ...{ p50: quantile(0.5), p99: quantile(0.99), max: Math.round(sorted.at(-1) ?? 0) },
      ...{ sockets: screens.length, reconnects, lost, reloadMs, killed: said.killed, unready: said.failed },
    }
  } finally {
    for (const client of clients) client.close()
    await workers.stop()
    await service.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

const rest = (ms: number) => new Promise((later) => setTimeout(later, ms))

function webhookOf(channel: OpenChannel, person: { waId: string; name: string }, n: number) {
  const door = new Door('', channel)
  const body = JSON.stringify(door.messages(person, says(`wamid.reload.${n}`, `says ${n}`)))
  const headers = {
    'content-type': 'application/json',
    'x-hub-signature-256': signatureOf(body, channel.secrets['appSecret'] ?? ''),
  }
  return { method: 'POST', path: `/webhooks/whatsapp/${channel.id}`, body, headers }
}

async function conversationsOf(url: string, token: string, count: number): Promise<string[]> {
  return until(async () => {
    const answer = await fetch(`${url}/api/v1/conversations?limit=100`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { items } = (await answer.json()) as { items: { conversationId: string }[] }
    return items.length === count && items.map(({ conversationId }) => conversationId)
  })
}

/** Every screen against what was acknowledged, and against one that opens now. */
async function differences(
  screens: { client: Client; inbox: any; talk: any; id: string }[],
  notes: Map<string, Set<string>>,
  url: string,
  token: string,
) {
  const lost: string[] = []
  const fresh = connect({ url, token: () => token, device: 'fresh' })
  try {
    await Promise.all(screens.map(({ client }) => caughtUp(client)))
    const latest = new Map<string, any>()
    for (const id of notes.keys()) {
      const talk = fresh.open(`conversation:${id}`)
      await talk.ready()
      latest.set(id, talk)
    }
    for (const [n, { talk, id }] of screens.entries()) {
      const newest = latest.get(id)
      await until(() => talk.seq() === newest.seq()).catch(() => lost.push(`screen ${n}: at ${talk.seq()}`))
      const texts: string[] = talk.state().messages.map(({ content }: any) => content.text)
      const shown = new Set(texts)
      if (shown.size !== texts.length) lost.push(`screen ${n}: ${texts.length - shown.size} twice`)
      const missing = [...(notes.get(id) ?? [])].filter((text) => !shown.has(text))
      if (missing.length > 0) lost.push(`screen ${n}: lacks ${missing.slice(0, 5).join(', ')}`)
      const [mine, theirs] = [talk, newest].map((one) => one.state().messages.slice(-20))
      if (!isDeepStrictEqual(mine, theirs)) lost.push(`screen ${n}: shows otherwise than a fresh one`)
    }
    return lost
  } finally {
    fresh.close()
  }
}
