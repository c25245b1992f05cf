import { z } from 'zod'
import { del, get, type Incoming, originOf, post, raw } from '../http/route.ts'
import { sessionOpened, Tokens, tokensOf } from './auth.ts'

const cookieSeconds = 10 * 60
const tags = ['Google']
const Query = z.object({
  state: z.string().max(512).optional(),
  code: z.string().max(4_096).optional(),
  iss: z.string().max(512).optional(),
  error: z.string().max(128).optional(),
})

/** Of this host alone where it is reached by https: then no neighbour of the domain can plant one. */
const cookieName = ({ isSecure }: { isSecure: boolean }) => (isSecure ? '__Host-careline_google' : 'careline_google')

function secretIn({ header }: Incoming, config: { isSecure: boolean }): string {
  const pairs = header('cookie').split(';')
  const mine = pairs.map((pair) => pair.trim().split('=')).find(([name]) => name === cookieName(config))
  return mine?.[1]?.slice(0, 128) ?? ''
}

const sentTo = (location: string, cookie?: string) => ({
  type: 'text/plain; charset=utf-8',
  body: '',
  status: 303 as const,
  headers: { location, 'cache-control': 'no-store', ...(cookie !== undefined && { 'set-cookie': cookie }) },
})

export const google = [
  get(
    '/auth/google',
    {
      allow: 'public',
      summary: 'Off to Google, for a browser; it comes back to `back`, a path of our own, with `?google=` and a word',
      tags,
      query: z.object({ back: z.string().max(2_000).default('/sign-in') }),
      reply: raw('text/plain'),
      status: 303,
      problems: ['google_not_set_up', 'google_unreachable'],
    },
    async ({ security, query, config }) => {
      const { url, secret } = await security.google.begin(query.back)
      const flags = `Path=/; Max-Age=${cookieSeconds}; HttpOnly; SameSite=Lax${config.isSecure ? '; Secure' : ''}`
      return sentTo(url, `${cookieName(config)}=${secret}; ${flags}`)
    },
  ),

  get(
    '/auth/google/callback',
    {
      allow: 'public',
      summary: 'Where Google sends the browser back to; nobody is signed in by it yet',
      tags,
      query: Query.loose(),
      reply: raw('text/plain'),
      status: 303,
    },
    async ({ security, query, request, config }) => {
      const said = new URLSearchParams(Object.entries(query).filter(isText))
      return sentTo(await security.google.callback(said.toString(), secretIn(request, config)))
    },
  ),

  post(
    '/auth/google/finish',
    {
      allow: 'public',
      audit: sessionOpened('google'),
      summary: 'Sign in as whom Google has said, in the browser that went there; with an invitation, join',
      tags,
      body: z.object({ invitation: z.string().min(1).max(128).optional() }),
      reply: Tokens,
      problems: [
        'google_invalid',
        'google_unverified',
        'google_unproven',
        'google_no_account',
        'link_invalid',
        'second_factor_required',
      ],
    },
    async ({ security, body, request, config }) =>
      tokensOf(await security.google.signIn(secretIn(request, config), body.invitation, originOf(request))),
  ),

  post(
    '/auth/google/link',
    {
      allow: 'any',
      audit: 'google.linked',
      summary: 'Link whom Google has said with my account',
      tags,
      problems: ['proof_required', 'google_invalid', 'google_unverified', 'google_taken', 'google_linked'],
    },
    ({ security, caller, request, config }) =>
      security.google.link(caller, secretIn(request, config), originOf(request)),
  ),

  del(
    '/auth/google',
    { allow: 'any', audit: 'google.unlinked', summary: 'Unlink Google', tags, problems: ['proof_required'] },
    ({ security, caller, request }) => security.google.unlink(caller, originOf(request)),
  ),
]

const isText = (pair: [string, unknown]): pair is [string, string] => typeof pair[1] === 'string'
