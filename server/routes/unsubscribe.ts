import { z } from 'zod'
import { ChannelKind } from '../../kernel/channel-kind.ts'
import { Purpose } from '../../kernel/consent.ts'
import { bytes, get, languagesOf, post, put } from '../http/route.ts'

const tags = ['Preferences']
const params = z.object({ token: z.string().regex(/^[\w~-]{1,400}$/) })
const Choice = z.object({ channel: ChannelKind, purpose: Purpose, isOn: z.boolean() })
const Shown = z.object({
  /** Whose messages they are. */
  business: z.string().max(200),
  /** In which language the page speaks: theirs, or their browser's, or the business's. */
  locale: z.string().max(35),
  /** What the link is about. */
  channel: ChannelKind,
  purpose: Purpose,
  choices: z.array(Choice).max(16),
})
const problems = ['link_unknown']
/** RFC 8058 sends `List-Unsubscribe=One-Click`; whatever else comes means the same. */
const bodyMax = 1_024
const oneClick = {
  allow: 'public' as const,
  // Mailbox providers call for all of their people from few addresses; a link that is not ours costs one hash.
  limit: 'none' as const,
  summary: 'What the link is about comes no more: one click, without a page',
  tags,
  params,
  body: bytes(bodyMax),
  reply: z.object({ isUnsubscribed: z.literal(true) }),
  problems,
}

/** What people choose who follow the link in a message. */
export const unsubscribeRoutes = [
  get(
    '/unsubscribe/:token',
    {
      allow: 'public',
      limit: 'pub',
      summary: 'What comes and what the link is about; changes nothing',
      tags,
      params,
      reply: Shown,
      problems,
    },
    ({ preferences, params, request }) => preferences.shown(params.token, languagesOf(request)),
  ),

  post('/unsubscribe/:token', oneClick, async ({ preferences, params, request }) => {
    await preferences.unsubscribe(params.token, request.ip)
    return { isUnsubscribed: true } as const
  }),

  put(
    '/unsubscribe/:token',
    {
      allow: 'public',
      limit: 'pub',
      summary: 'What is to come, and by which way',
      tags,
      params,
      body: z.object({
        choices: z.array(Choice).min(1).max(16),
        /** The words that stood above what was chosen. */
        text: z.string().trim().min(1).max(2_000),
      }),
      reply: Shown,
      problems,
    },
    async ({ preferences, params, body, request }) => {
      await preferences.choose(params.token, body.choices, { ip: request.ip, text: body.text })
      return preferences.shown(params.token, languagesOf(request))
    },
  ),
]

/** The address in the mail itself: its page is the console's, its one click is this. */
export const oneClickRoutes = [
  post('/unsubscribe/:token', oneClick, async ({ preferences, params, request }) => {
    await preferences.unsubscribe(params.token, request.ip)
    return { isUnsubscribed: true } as const
  }),
]
