import { z } from 'zod'
import { errorOf, type SlackError } from './errors.ts'

/** Where Slack is: with the slash at its end. */
export const slackUrl = 'https://slack.com/api/'
const hooksOrigin = 'https://hooks.slack.com'
const timeoutMs = 10_000
const userTimeoutMs = 5_000
/** What opens a form is good for three seconds: later it need not be tried. */
const viewTimeoutMs = 2_500

export interface SlackAccount {
  token: string
  /** `slackUrl`, or what plays it. */
  baseUrl: string
}

/** `unknown`: nobody can say whether it was done. */
export type SlackAnswer<Data> =
  | { outcome: 'done'; data: Data }
  | { outcome: 'refused'; error: SlackError; retryAfterMs: number | null }
  | { outcome: 'unknown'; why: string }

const text = (max: number) => z.string().max(max)
// Slack leaves out what it does not know, and writes nothing there at other times.
const maybe = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().catch(null)

const Answered = z.looseObject({ ok: z.boolean(), error: maybe(text(200)), needed: maybe(text(500)) })
export const Identity = z.object({
  team_id: text(64),
  team: text(200),
  user_id: text(64),
  bot_id: maybe(text(64)),
  url: maybe(text(500)),
})
export const Posted = z.object({ channel: text(64), ts: text(64) })
export const SlackUser = z.object({
  user: z.object({
    id: text(64),
    team_id: maybe(text(64)),
    deleted: maybe(z.boolean()),
    is_bot: maybe(z.boolean()),
    is_email_confirmed: maybe(z.boolean()),
    is_stranger: maybe(z.boolean()),
    profile: maybe(z.object({ email: maybe(text(320)) })),
  }),
})
export const SlackChannels = z.object({
  channels: z.array(
    z.object({ id: text(64), name: maybe(text(200)), is_member: maybe(z.boolean()), is_archived: maybe(z.boolean()) }),
  ),
  response_metadata: maybe(z.object({ next_cursor: maybe(text(500)) })),
})
const OpenedView = z.object({ view: z.object({ id: text(64) }) })
const History = z.object({
  messages: z.array(
    z.object({
      ts: text(64),
      metadata: maybe(z.object({ event_type: maybe(text(200)), event_payload: maybe(z.looseObject({})) })),
    }),
  ),
  response_metadata: maybe(z.object({ next_cursor: maybe(text(500)) })),
})
type Found = z.output<typeof History>['messages'][number]
const isMarked = ({ metadata }: Found, id: string) =>
  metadata?.event_type === markOf && metadata.event_payload?.['id'] === id
const historyPagesMax = 5

/** A message as it goes to Slack. `id` comes back in the history: by it is found what was posted and not answered. */
export interface SlackMessage {
  channel: string
  text: string
  blocks: readonly object[]
  id: string
}

export const markOf = 'careline_alert'
const metadataOf = (id: string) => ({ event_type: markOf, event_payload: { id } })
/** Names in messages are links nowhere, and pages are not looked up for them. */
const plain = { unfurl_links: false, unfurl_media: false }

/**
 * Slack's Web API: bearer token, JSON in and out, 200 even for what is refused. Nothing is repeated here: it has no
 * keys by which it would know a message again, so whoever asks decides.
 */
export class SlackApi {
  /** Whether the token is right, and whose it is. */
  whoAmI(account: SlackAccount) {
    return call(account, 'auth.test', {}, Identity)
  }

  post(account: SlackAccount, { id, ...message }: SlackMessage) {
    return call(account, 'chat.postMessage', { ...message, ...plain, metadata: metadataOf(id) }, Posted)
  }

  update(account: SlackAccount, ts: string, { id, ...message }: SlackMessage) {
    return call(account, 'chat.update', { ...message, ts, metadata: metadataOf(id) }, Posted)
  }

  /** `ms`: for how long somebody waits for it. */
  user(account: SlackAccount, user: string, ms = userTimeoutMs) {
    return call(account, 'users.info', { user }, SlackUser, { ms, isForm: true })
  }

  /** Opens a form for whoever pressed: once for each `triggerId`, within three seconds. */
  openView(account: SlackAccount, triggerId: string, view: object) {
    return call(account, 'views.open', { trigger_id: triggerId, view }, OpenedView, { ms: viewTimeoutMs })
  }

  /** The channels that the app can see, a page of them. */
  channels(account: SlackAccount, cursor?: string) {
    const asked = { limit: '200', exclude_archived: 'true', types: 'public_channel,private_channel' }
    return call(account, 'conversations.list', { ...asked, ...(cursor && { cursor }) }, SlackChannels, { isForm: true })
  }

  /** The message with this mark, posted since then (epoch ms); undefined where it is surely not there. */
  async find(account: SlackAccount, { channel, id, since }: { channel: string; id: string; since: number }) {
    const asked = { channel, oldest: String(Math.floor(since / 1_000)), limit: '200', include_all_metadata: 'true' }
    let cursor: string | null | undefined
    for (let pages = 0; pages < historyPagesMax; pages++) {
      const body = { ...asked, ...(cursor && { cursor }) }
      const found = await call(account, 'conversations.history', body, History, { isForm: true })
      if (found.outcome !== 'done') return found
      const ts = found.data.messages.find((one) => isMarked(one, id))?.ts
      cursor = found.data.response_metadata?.next_cursor
      if (ts !== undefined || !cursor) return { outcome: 'done' as const, data: ts }
    }
    return { outcome: 'unknown' as const, why: 'Too much was said in this channel to find what we said.' }
  }

  /** Says something to the one who pressed, and to nobody else. */
  async whisper(
    { baseUrl }: SlackAccount,
    responseUrl: string,
    words: string,
    blocks: readonly object[] = [],
  ): Promise<SlackAnswer<null>> {
    if (!isTheirs(responseUrl, baseUrl)) return refused('invalid_response_url')
    const shown = { text: words, ...(blocks.length > 0 && { blocks }) }
    const body = { response_type: 'ephemeral', replace_original: false, ...shown }
    const answer = await asked(responseUrl, { 'content-type': jsonType }, JSON.stringify(body), userTimeoutMs)
    if ('why' in answer) return answer
    await answer.body?.cancel()
    return answer.ok ? { outcome: 'done', data: null } : refused(`http_${answer.status}`, answer.status)
  }
}

/** The address comes with a payload: it must be Slack's own, or that of what plays it. */
function isTheirs(address: string, baseUrl: string): boolean {
  const origin = URL.parse(address)?.origin
  return origin === (baseUrl === slackUrl ? hooksOrigin : URL.parse(baseUrl)?.origin)
}

const jsonType = 'application/json; charset=utf-8'
const refused = (code: string, status?: number, retryAfterMs: number | null = null) =>
  ({ outcome: 'refused', error: errorOf(code, status), retryAfterMs }) as const

/** Reads go as forms: not every method takes JSON. */
async function call<Schema extends z.ZodType>(
  { token, baseUrl }: SlackAccount,
  method: string,
  body: Readonly<Record<string, unknown>>,
  schema: Schema,
  { ms = timeoutMs, isForm = false } = {},
): Promise<SlackAnswer<z.output<Schema>>> {
  const type = isForm ? 'application/x-www-form-urlencoded' : jsonType
  const written = isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body)
  const headers = { authorization: `Bearer ${token}`, 'content-type': type }
  const answer = await asked(baseUrl + method, headers, written, ms)
  if ('why' in answer) return answer
  return readAs(await jsonIn(answer), answer, schema)
}

function readAs<Schema extends z.ZodType>(
  said: unknown,
  { status, ok, headers }: Response,
  schema: Schema,
): SlackAnswer<z.output<Schema>> {
  const seconds = Number(headers.get('retry-after'))
  const retryAfterMs = seconds > 0 ? seconds * 1_000 : null
  if (status === 429) return refused('ratelimited', 429, retryAfterMs)
  const read = Answered.safeParse(said)
  if (!read.success) return ok ? unreadable : refused(`http_${status}`, status, retryAfterMs)
  const { error, needed } = read.data
  if (!read.data.ok) return withNeeded(refused(error || 'unknown_error', status, retryAfterMs), needed)
  const data = schema.safeParse(said)
  return data.success ? { outcome: 'done', data: data.data } : unreadable
}

const unreadable = { outcome: 'unknown', why: 'Slack answered nothing that can be read.' } as const

function withNeeded(answer: ReturnType<typeof refused>, needed: string | null | undefined) {
  if (!needed) return answer
  return { ...answer, error: { ...answer.error, title: `${answer.error.title} Needed: ${needed}.`.slice(0, 500) } }
}

async function asked(url: string, headers: Record<string, string>, body: string, ms: number) {
  try {
    return await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(ms) })
  } catch (error) {
    return { outcome: 'unknown' as const, why: wordsOf(error) }
  }
}

/** Undefined for what is no JSON, or broke off. */
async function jsonIn(answer: Response): Promise<unknown> {
  const said = await answer.text().catch(() => '')
  try {
    return JSON.parse(said) as unknown
  } catch {
    return undefined
  }
}

function wordsOf(error: unknown) {
  const isLate = error instanceof Error && error.name === 'TimeoutError'
  return isLate ? 'Slack did not answer in time.' : 'Slack could not be reached.'
}
