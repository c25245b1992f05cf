import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../../kernel/clock.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { missing, Problem } from '../../../kernel/problem.ts'
import type { Act } from './acts.ts'
import { Acts } from './acts.ts'
import { Graph } from './graph.ts'
import { asked, deliver, sendJson } from './http.ts'
import { Ledger } from './ledger.ts'
import type { PersonRow } from './ledger.ts'
import { Line } from './line.ts'
import type { Change } from './line.ts'
import { Refusal } from './meta-errors.ts'
import type { Played } from './phone-api.ts'
import { PhoneApi } from './phone-api.ts'
import { Phone } from './phone.ts'
import { Screens } from './screens.ts'
import { TemplateBook, type TemplateEvent } from './templates.ts'
import type { Faults, SimulatedChannel, SimulatorOptions, Where } from './settings.ts'
import { bounds, noFaults } from './settings.ts'
import type { ChatView, ChannelView, MessageView, PersonView } from './views.ts'
import { Views } from './views.ts'
import type { Delivery } from './webhooks.ts'
import { WebhookQueue } from './webhooks.ts'

/** A request that reached Meta's door. */
export interface Sent {
  at: number
  method: string
  path: string
  /** Parsed JSON; undefined for uploads and reads. */
  body: unknown
  /** The HTTP status; 0 when the connection was broken instead. */
  status: number
}

/** Somebody with the simulated phone in hand, for tests. */
export interface Somebody {
  readonly waId: string
  readonly userId: string
  /** Text, or any other act. */
  sends(act: string | Act, options?: Where & { replyTo?: string }): { id: string; message: MessageView }
  opens(where?: Where): ChatView
  closes(where?: Where): ChatView
  goes(place: 'online' | 'offline'): PersonView
  types(on: boolean, where?: Where): void
  chat(where?: Where): ChatView
}

/** Meta and everybody's phones, played locally. One object is one world: its API, its people, its webhooks. */
export class WhatsAppSimulator implements Played {
  /** Asked of Meta's door, newest last. */
  readonly sent: Sent[] = []
  readonly ledger: Ledger
  readonly #channels = new Map<string, SimulatedChannel>()
  readonly #clock: Clock
  readonly #prefix: string
  readonly #queue: WebhookQueue
  readonly #line: Line
  readonly #phone: Phone
  readonly #acts: Acts
  readonly #templates: TemplateBook
  readonly #graph: Graph
  readonly #views: Views
  readonly #screens = new Screens()
  readonly #api: PhoneApi
  #isClosed = false

  constructor(options: SimulatorOptions) {
    const { file, clock = systemClock, prefix = '', retryMs = 1_000, tickMs = 0 } = options
    const { webhookTimeoutMs = 10_000, shuffleMs = 300, seed = randomBytes(4).readUInt32BE() } = options
    this.#clock = clock
    this.#prefix = prefix.replace(/\/+$/, '')
    this.ledger = new Ledger(file)
    const { ledger } = this
    const channelOf = (id: string) => this.#channels.get(id)
    const publish = (change: Change) => this.#publish(change)
    const heard = this.#heard.bind(this)
    this.#queue = new WebhookQueue({
      ledger,
      clock,
      channelOf,
      heard,
      retryMs,
      timeoutMs: webhookTimeoutMs,
      shuffleMs,
      seed,
    })
    this.#line = new Line({ ledger, queue: this.#queue, clock, tickMs, channelOf, publish })
    this.#phone = new Phone(this.#line)
    const rejected = (channel: SimulatedChannel) => this.#graph.rejected(channel)
    this.#templates = new TemplateBook({
      ledger,
      line: this.#line,
      reviewMs: options.reviewMs ?? 10 * tickMs,
      rejected,
    })
    for (const channel of options.channels) this.#known(channel)
    this.#acts = new Acts(this.#line)
    this.#views = new Views({
      ledger,
      phone: this.#phone,
      queue: this.#queue,
      channels: () => [...this.#channels.values()],
    })
    this.#graph = new Graph({
      ledger,
      phone: this.#phone,
      templates: this.#templates,
      channels: () => [...this.#channels.values()],
      faultsChanged: (phoneNumberId) => publish({ type: 'channel', phoneNumberId }),
      isFull: () => this.#queue.isFull,
    })
    this.#api = new PhoneApi(this, this.#screens, options.phoneKey)
    // Whatever a crash left.
    this.#queue.pump()
  }

  /** For `http.createServer`, or any server that hands on what begins with the prefix. */
  readonly handler = (req: IncomingMessage, res: ServerResponse): void => {
    this.#route(req, res).catch(() => {
      if (res.headersSent) res.destroy()
      else sendJson(res, 500, { error: { code: 'simulator_failed', message: 'The simulator failed at this.' } })
    })
  }

  /** Ends everything at once; what was not delivered stays in the file. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#queue.close()
    this.#screens.close()
    this.ledger.close()
  }

  // Channels and faults.

  #known(channel: SimulatedChannel): void {
    this.#channels.set(channel.phoneNumberId, channel)
    this.#templates.seed(channel)
  }

  addChannel(channel: SimulatedChannel): void {
    this.#known(channel)
    this.#publish({ type: 'channel', phoneNumberId: channel.phoneNumberId })
    this.#queue.pump()
  }

  channel({ channelId, phoneNumberId }: Where = {}): SimulatedChannel {
    const channels = [...this.#channels.values()]
    const isAny = channelId === undefined && phoneNumberId === undefined
    if (isAny && channels.length !== 1) throw new Problem('invalid', 'which_channel', 'Say which channel.')
    const found = channels.find(
      (each) =>
        isAny || each.channelId === channelId || (channelId === undefined && each.phoneNumberId === phoneNumberId),
    )
    if (found === undefined) throw missing('channel_unknown', 'The simulator has no such channel.')
    return found
  }

  faults(channel = this.channel()): Faults {
    return this.ledger.faults(channel.phoneNumberId)
  }

  setFaults(channel: SimulatedChannel, changes: { [Name in keyof Faults]?: Faults[Name] | undefined }): Faults {
    const { phoneNumberId } = channel
    const known = Object.entries(changes).filter(([, value]) => value !== undefined)
    const faults: Faults = { ...this.ledger.faults(phoneNumberId), ...(Object.fromEntries(known) as Partial<Faults>) }
    this.ledger.saveFaults(phoneNumberId, faults)
    this.#publish({ type: 'channel', phoneNumberId })
    this.#queue.pump()
    return faults
  }

  /** What Meta decides about a template by itself: a pause, say. */
  decide(channel: SimulatedChannel, template: { name: string; language: string }, event: TemplateEvent): void {
    this.#templates.decide(channel, template.name, template.language, event)
  }

  clearFaults(channel = this.channel()): Faults {
    return this.setFaults(channel, noFaults)
  }

  /** Meta's handshake when an address is set: it asks for a challenge back. */
  async verify(channel = this.channel()): Promise<{ ok: boolean; status: number }> {
    const challenge = String(randomBytes(4).readUInt32BE())
    const address = new URL(channel.webhookUrl)
    address.searchParams.set('hub.mode', 'subscribe')
    address.searchParams.set('hub.verify_token', channel.verifyToken)
    address.searchParams.set('hub.challenge', challenge)
    try {
      const response = await fetch(address, { redirect: 'manual', signal: AbortSignal.timeout(10_000) })
      return { ok: response.status === 200 && (await response.text()) === challenge, status: response.status }
    } catch {
      return { ok: false, status: 0 } // Nobody there: said by the status.
    }
  }

  // People.

  addPerson(person: { waId: string; name: string; hidesNumber?: boolean }): PersonView {
    return this.#views.person(this.#phone.add(person))
  }

  act(channel: SimulatedChannel, waId: string, act: Act, replyTo?: string): { id: string; message: MessageView } {
    if (this.#queue.isFull) throw new Problem('busy', 'webhooks_wait', 'Too many webhooks wait to be taken.')
    const { id, message } = this.#acts.perform(channel, waId, act, replyTo)
    return { id, message: this.#views.message(message) }
  }

  open(channel: SimulatedChannel, waId: string): ChatView {
    return this.#views.chat(this.#phone.open(channel, waId))
  }

  closeChat(channel: SimulatedChannel, waId: string): ChatView {
    return this.#views.chat(this.#phone.close(channel, waId))
  }

  setOnline(waId: string, online: boolean): PersonView {
    return this.#views.person(this.#phone.setOnline(waId, online))
  }

  types(channel: SimulatedChannel, waId: string, on: boolean): void {
    this.#phone.types(channel, waId, on)
  }

  /** Somebody new, or known already. */
  person(waId: string, name?: string, { hidesNumber = false } = {}): Somebody {
    const known: PersonRow | undefined = this.ledger.person(waId)
    const { userId } =
      known !== undefined && name === undefined ? known : this.addPerson({ waId, name: name ?? waId, hidesNumber })
    return {
      waId,
      userId,
      sends: (act, { replyTo, ...where } = {}) =>
        this.act(this.channel(where), waId, typeof act === 'string' ? { kind: 'text', text: act } : act, replyTo),
      opens: (where) => this.open(this.channel(where), waId),
      closes: (where) => this.closeChat(this.channel(where), waId),
      goes: (place) => this.setOnline(waId, place === 'online'),
      types: (on, where) => this.types(this.channel(where), waId, on),
      chat: (where) => this.#views.chat(this.ledger.chat(this.channel(where).phoneNumberId, waId)),
    }
  }

  // What there is to see.

  snapshot(): { at: number; channels: ChannelView[]; people: PersonView[] } {
    const people = this.ledger.people(bounds.peopleShown).map((person) => this.#views.person(person))
    const channels = [...this.#channels.values()].map((channel) => this.#views.channel(channel))
    return { at: this.#clock.now(), channels, people }
  }

  messages(channel: SimulatedChannel, waId: string, limit: number, before?: number): MessageView[] {
    const rows = this.ledger.messages(channel.phoneNumberId, waId, limit, before)
    return rows.map((row) => this.#views.message(row))
  }

  /** Every attempt at a webhook, newest last. */
  webhooksDelivered(): readonly Delivery[] {
    return this.#queue.deliveries
  }

  /** Resolves when no webhook waits or is on its way; paused ones do not count. Real time. */
  settled(timeoutMs = 30_000): Promise<void> {
    return this.#queue.settled(timeoutMs)
  }

  // Within.

  async #route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const address = URL.parse(req.url ?? '/', 'http://simulator')
    const path = address?.pathname ?? '/'
    if (address === null || !path.startsWith(`${this.#prefix}/`)) return notHere(res)
    const [, area = '', rest = ''] = /^\/([^/]+)\/?(.*)$/.exec(path.slice(this.#prefix.length)) ?? []
    if (area === 'phone') return this.#api.answer(req, res, rest, address.searchParams)
    if (area === 'media' || /^v\d+\.\d+$/.test(area)) return this.#askGraph(req, res, rest)
    return notHere(res)
  }

  async #askGraph(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const request = asked(req, this.#prefix)
    const noted: Sent = { at: this.#clock.now(), method: req.method ?? '', path, body: undefined, status: 0 }
    const json = async () => (noted.body = await request.json())
    const answer = await this.#graph.answer(path, { ...request, json }).catch((thrown: unknown) => {
      if (thrown instanceof Refusal) return { kind: 'json' as const, status: thrown.status, body: thrown.body }
      throw thrown
    })
    if (answer.kind !== 'reset') noted.status = answer.kind === 'json' ? answer.status : 200
    this.sent.push(noted)
    if (this.sent.length > bounds.requestsLogged) this.sent.shift()
    deliver(res, answer, this.#clock)
  }

  #heard({ phoneNumberId, messageId }: { phoneNumberId: string; messageId: string | null }, status: number): void {
    this.#views.lastStatus.set(phoneNumberId, status)
    if (messageId !== null && status >= 200 && status < 300) this.#phone.delivered(messageId)
    this.#publish({ type: 'channel', phoneNumberId })
  }

  #publish(change: Change): void {
    if (!this.#screens.areWatched) return
    const shown = this.#views.change(change)
    if (shown !== undefined) this.#screens.show(shown)
  }
}

function notHere(res: ServerResponse): void {
  sendJson(res, 404, { error: { code: 'not_found', message: 'Nothing of the simulator is here.' } })
}

export interface RunningSimulator {
  simulator: WhatsAppSimulator
  server: Server
  /** `http://127.0.0.1:{port}{prefix}` */
  url: string
  /** The `baseUrl` of a channel that is simulated here. */
  baseUrl: string
  close(): Promise<void>
}

/** The simulator on its own port of this machine; 0 takes a free one. */
export async function startSimulator(options: SimulatorOptions & { port?: number }): Promise<RunningSimulator> {
  const simulator = new WhatsAppSimulator(options)
  const server = createServer(simulator.handler)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}${(options.prefix ?? '').replace(/\/+$/, '')}`
  const close = async () => {
    simulator.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { simulator, server, url, baseUrl: `${url}/v23.0`, close }
}
