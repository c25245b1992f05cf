import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { bytesOf } from '../../whatsapp/simulator/http.ts'
import { Refusal } from './refusal.ts'
import { channels, type SimulatedTeam, type SlackShelf } from './shelf.ts'
import type { SimulatedViews } from './views.ts'

const bodyMax = 512 * 1_024
const plain = z.looseObject({ type: z.literal('plain_text'), text: z.string().min(1).max(3_000) })
const Button = z.looseObject({
  type: z.literal('button'),
  text: z.looseObject({ type: z.literal('plain_text'), text: z.string().min(1).max(75) }),
  action_id: z.string().min(1).max(255),
  value: z.string().max(2_000).optional(),
  url: z.url().max(3_000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
})
const words = z.union([plain, z.looseObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(3_000) })])
/** As Slack documents them; of the kinds of blocks those that are sent to it. */
export const Blocks = z
  .array(
    z.discriminatedUnion('type', [
      z.looseObject({ type: z.literal('section'), text: words }),
      z.looseObject({ type: z.literal('context'), elements: z.array(words).min(1).max(10) }),
      z.looseObject({ type: z.literal('actions'), elements: z.array(Button).min(1).max(25) }),
    ]),
  )
  .max(50)
const Metadata = z.object({ event_type: z.string().min(1).max(200), event_payload: z.record(z.string(), z.unknown()) })

type Body = Readonly<Record<string, unknown>>
interface Asked {
  team: SimulatedTeam
  shelf: SlackShelf
  views: SimulatedViews
  now(): number
  body: Body
}
type Method = (asked: Asked) => object | Promise<object>

const textIn = (body: Body, name: string) => (typeof body[name] === 'string' ? body[name] : '')

/** What the app may post to. @throws Refusal */
function channelIn(body: Body) {
  const found = channels.find(({ id }) => id === textIn(body, 'channel'))
  if (!found) throw new Refusal('channel_not_found')
  return found
}

/** @throws Refusal */
function said(body: Body) {
  const [text, metadata] = [textIn(body, 'text'), Metadata.safeParse(body['metadata'])]
  const blocks = Blocks.safeParse(body['blocks'] ?? [])
  if (text === '' && body['blocks'] === undefined) throw new Refusal('no_text')
  if (text.length > 40_000) throw new Refusal('msg_too_long')
  if (!blocks.success) throw new Refusal('invalid_blocks')
  return { text, blocks: blocks.data, metadata: metadata.data ?? null }
}

let latestTs = 0
/** Seconds with six digits behind the point: no two are the same, and they are in order. */
export function newTs(now: number) {
  latestTs = Math.max(latestTs + 1, now * 1_000)
  return `${Math.floor(latestTs / 1_000_000)}.${String(latestTs % 1_000_000).padStart(6, '0')}`
}

/** The methods of Slack's Web API that are played, by name. */
export const methods: Readonly<Record<string, Method>> = {
  'auth.test': ({ team: { id, name, botUserId } }) => {
    return { url: 'https://simulated.slack.com/', team: name, user: 'careline', team_id: id, user_id: botUserId }
  },

  'chat.postMessage': async ({ team, shelf, now, body }) => {
    const channel = channelIn(body)
    if (channel.isArchived) throw new Refusal('is_archived')
    const [ts, message] = [newTs(now()), said(body)]
    const standing = { teamId: team.id, channel: channel.id, ts, ...message, onlyFor: null, isEdited: false, at: now() }
    await shelf.keep(standing)
    return { channel: channel.id, ts, message: { type: 'message', text: message.text, ts, user: team.botUserId } }
  },

  'chat.update': async ({ team, shelf, body }) => {
    const [channel, ts] = [channelIn(body).id, textIn(body, 'ts')]
    const before = await shelf.one(team.id, channel, ts)
    if (!before || before.onlyFor !== null) throw new Refusal('message_not_found')
    const { text, blocks } = said(body)
    await shelf.change({ ...before, text, blocks })
    return { channel, ts, text }
  },

  'users.info': async ({ team, shelf, body }) => {
    const user = await shelf.user(team.id, textIn(body, 'user'))
    if (!user) throw new Refusal('user_not_found')
    const { id, name, email } = user
    const profile = { real_name: name, display_name: name, email, team: team.id }
    return { user: { id, team_id: team.id, name, deleted: false, is_bot: false, is_email_confirmed: true, profile } }
  },

  'views.open': ({ team, views, body }) => {
    const { id, hash, view } = views.open(team.id, textIn(body, 'trigger_id'), body['view'])
    const more = { id, team_id: team.id, hash, root_view_id: id, previous_view_id: null, app_id: team.appId }
    return { view: { ...view, ...more, state: { values: {} } } }
  },

  'conversations.list': () => ({
    channels: channels.map(({ id, name, isArchived }) => ({ id, name, is_archived: isArchived, is_member: true })),
    response_metadata: { next_cursor: '' },
  }),

  'conversations.history': async ({ team, shelf, body }) => {
    const channel = channelIn(body)
    const oldest = Number(textIn(body, 'oldest') || '0')
    const found = await shelf.latest(team.id, channel.id, Math.min(Number(textIn(body, 'limit')) || 100, 999))
    const messages = found
      .filter(({ ts, onlyFor }) => onlyFor === null && Number(ts) >= oldest)
      .map(({ ts, text, blocks, metadata }) => {
        const marked = textIn(body, 'include_all_metadata') === 'true' && metadata ? { metadata } : {}
        return { type: 'message', user: team.botUserId, ts, text, blocks, ...marked }
      })
    return { messages, has_more: false, response_metadata: { next_cursor: '' } }
  },
}

/** JSON for those methods that take it, forms for all. @throws Refusal */
export async function bodyOf(req: IncomingMessage): Promise<Body> {
  const text = (await bytesOf(req, bodyMax)).toString()
  const type = req.headers['content-type'] ?? ''
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text))
  if (!type.startsWith('application/json')) throw new Refusal('invalid_post_type')
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) throw new Refusal('invalid_json')
    throw error
  }
}
