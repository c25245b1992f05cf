import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { missing, Problem } from '../../../kernel/problem.ts'
import { Act } from './acts.ts'
import { jsonOf, sameText, sendFile, sendJson } from './http.ts'
import type { Screens } from './screens.ts'
import type { Ledger } from './ledger.ts'
import { Faults } from './settings.ts'
import type { SimulatedChannel, Where } from './settings.ts'
import type { ChannelView, ChatView, MessageView, PersonView } from './views.ts'

// The phone's door for the console and for tests; ../README.md has its shapes.

const number = z.string().min(1).max(128)
const waId = z.string().regex(/^\d{5,20}$/, 'A WhatsApp id: digits, without +.')
const Where = z.object({ channelId: number.optional(), phoneNumberId: number.optional() })
const Chat = Where.extend({ waId })

const inputs = {
  people: z.object({ waId, name: z.string().min(1).max(100), hidesNumber: z.boolean().optional() }),
  messages: Chat.extend({ act: Act, replyTo: z.string().max(256).optional() }),
  chat: Chat,
  online: z.object({ waId, online: z.boolean() }),
  typing: Chat.extend({ on: z.boolean() }),
  faults: Where.extend({ faults: Faults.partial() }),
  where: Where,
  page: Chat.extend({
    before: z.coerce.number().int().positive().optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
}

type FaultChanges = { [Name in keyof Faults]?: Faults[Name] | undefined }

/** The world behind the door. */
export interface Played {
  readonly ledger: Ledger
  channel(where: Where): SimulatedChannel
  snapshot(): { at: number; channels: ChannelView[]; people: PersonView[] }
  messages(channel: SimulatedChannel, waId: string, limit: number, before?: number): MessageView[]
  addPerson(person: { waId: string; name: string; hidesNumber?: boolean }): PersonView
  act(channel: SimulatedChannel, waId: string, act: Act, replyTo?: string): { id: string; message: MessageView }
  open(channel: SimulatedChannel, waId: string): ChatView
  closeChat(channel: SimulatedChannel, waId: string): ChatView
  setOnline(waId: string, online: boolean): PersonView
  types(channel: SimulatedChannel, waId: string, on: boolean): void
  setFaults(channel: SimulatedChannel, changes: FaultChanges): Faults
  clearFaults(channel: SimulatedChannel): Faults
  verify(channel: SimulatedChannel): Promise<{ ok: boolean; status: number }>
}

interface Call {
  simulator: Played
  input(schema: 'json' | 'query'): Promise<unknown>
}
type Reply = { status?: number; body: unknown }
type Route = (call: Call) => Promise<Reply>

// A base64 file of 16 MB, and the rest.
const bodyMax = 23_000_000

const statusOf: Readonly<Partial<Record<Problem['kind'], number>>> = {
  unauthorized: 401,
  missing: 404,
  conflict: 409,
  too_large: 413,
  busy: 503,
}

const from = async <Schema extends z.ZodType>(call: Call, schema: Schema): Promise<z.output<Schema>> =>
  schema.parse(await call.input('json'))

const routes: Readonly<Record<string, Route>> = {
  'GET ': async ({ simulator }) => ({ body: simulator.snapshot() }),
  'GET messages': async ({ simulator, input }) => {
    const { before, limit, waId: who, ...where } = inputs.page.parse(await input('query'))
    return { body: { messages: simulator.messages(simulator.channel(where), who, limit, before) } }
  },
  'POST people': async (call) => {
    const person = await from(call, inputs.people)
    const isNew = call.simulator.ledger.person(person.waId) === undefined
    const { hidesNumber = false } = person
    return { status: isNew ? 201 : 200, body: { person: call.simulator.addPerson({ ...person, hidesNumber }) } }
  },
  'POST messages': async (call) => {
    const { act, replyTo, waId: who, ...where } = await from(call, inputs.messages)
    return { status: 201, body: call.simulator.act(call.simulator.channel(where), who, act, replyTo) }
  },
  'POST open': async (call) => {
    const { waId: who, ...where } = await from(call, inputs.chat)
    return { body: { chat: call.simulator.open(call.simulator.channel(where), who) } }
  },
  'POST close': async (call) => {
    const { waId: who, ...where } = await from(call, inputs.chat)
    return { body: { chat: call.simulator.closeChat(call.simulator.channel(where), who) } }
  },
  'POST online': async (call) => {
    const { waId: who, online } = await from(call, inputs.online)
    return { body: { person: call.simulator.setOnline(who, online) } }
  },
  'POST typing': async (call) => {
    const { waId: who, on, ...where } = await from(call, inputs.typing)
    call.simulator.types(call.simulator.channel(where), who, on)
    return { body: {} }
  },
  'PUT faults': async (call) => {
    const { faults, ...where } = await from(call, inputs.faults)
    return { body: { faults: call.simulator.setFaults(call.simulator.channel(where), faults) } }
  },
  'POST faults/clear': async (call) => {
    const channel = call.simulator.channel(await from(call, inputs.where))
    return { body: { faults: call.simulator.clearFaults(channel) } }
  },
  'POST verify': async (call) => {
    const channel = call.simulator.channel(await from(call, inputs.where))
    return { body: await call.simulator.verify(channel) }
  },
}

/** Answers everything below `{prefix}/phone`. */
export class PhoneApi {
  readonly #simulator: Played
  readonly #screens: Screens
  readonly #key: string

  constructor(simulator: Played, screens: Screens, key: string) {
    this.#simulator = simulator
    this.#screens = screens
    this.#key = key
  }

  /** `path` without the leading `phone/`. */
  async answer(req: IncomingMessage, res: ServerResponse, path: string, query: URLSearchParams): Promise<void> {
    try {
      this.#admit(req, query)
      const method = req.method ?? ''
      if (method === 'GET' && path === 'events') return this.#screens.add(res)
      if (method === 'GET' && path.startsWith('media/')) return this.#file(res, path.slice('media/'.length))
      const route = Object.hasOwn(routes, `${method} ${path}`) ? routes[`${method} ${path}`] : undefined
      if (route === undefined) throw missing('not_found', 'The phone knows no such call.')
      const input = async (source: 'json' | 'query') =>
        source === 'query' ? Object.fromEntries(query) : jsonOf(req, bodyMax)
      const { status = 200, body } = await route({ simulator: this.#simulator, input })
      sendJson(res, status, body)
    } catch (thrown) {
      const { status, code, message } = problemOf(thrown)
      sendJson(res, status, { error: { code, message } })
    }
  }

  #admit(req: IncomingMessage, query: URLSearchParams): void {
    const header = req.headers['x-phone-key']
    const key = typeof header === 'string' ? header : (query.get('key') ?? '')
    if (!sameText(key, this.#key)) throw new Problem('unauthorized', 'wrong_key', 'The phone opens with its key only.')
  }

  #file(res: ServerResponse, id: string): void {
    const media = this.#simulator.ledger.media(id)
    if (media === undefined) throw missing('media_unknown', 'There is no such file.')
    sendFile(res, media.bytes, media.mime, media.fileName)
  }
}

function problemOf(thrown: unknown): { status: number; code: string; message: string } {
  if (thrown instanceof Problem)
    return { status: statusOf[thrown.kind] ?? 400, code: thrown.code, message: thrown.message }
  if (!(thrown instanceof z.ZodError)) throw thrown
  const [issue] = thrown.issues
  return {
    status: 400,
    code: 'invalid',
    message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`.slice(0, 300),
  }
}
