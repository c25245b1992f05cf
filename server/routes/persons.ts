import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { placeOf } from '../http/limits.ts'
import { post } from '../http/route.ts'

const tags = ['Own affairs']
const slug = z.string().min(1).max(64)
const phone = z.string().min(4).max(32)
const SignedIn = z.object({
  accessToken: z.string().max(4_096),
  refreshToken: z.string().max(256),
  expiresAt: instant(),
  user: z.object({ id: z.string().max(128), name: z.string().max(200) }),
  workspace: z.object({ id: z.string().max(128), name: z.string().max(200) }),
})

/** How the people who are looked after sign in: a realm of their own. */
export const persons = [
  post(
    '/auth/people/otp',
    {
      allow: 'public',
      summary: 'Send a code to a number by which the business knows me; the answer is the same for every number',
      tags,
      body: z.object({ workspace: slug, phone, channel: z.enum(['sms', 'whatsapp']).default('sms') }),
      reply: z.object({ resendAt: instant(), expiresAt: instant() }),
      status: 202,
      problems: ['app_not_connected', 'phone_invalid', 'texts_not_set_up', 'codes_paused', 'too_soon'],
    },
    async ({ persons, request, body: { workspace, phone: number, channel } }) =>
      persons.ask(workspace, { phone: number, channel, place: placeOf(request.ip), deviceId: null }),
  ),

  post(
    '/auth/people/otp/verify',
    {
      allow: 'public',
      summary: 'Sign in with the code',
      tags,
      body: z.object({ workspace: slug, phone, code: z.string().regex(/^\d{6}$/) }),
      reply: SignedIn,
      problems: ['code_invalid', 'too_many_attempts', 'app_not_connected', 'phone_invalid'],
    },
    async ({ persons, request, body }) => persons.useCode(body, placeOf(request.ip)),
  ),

  post(
    '/auth/people/refresh',
    {
      allow: 'public',
      summary: 'Exchange the refresh token for its successor; one that is shown again later ends the sign-in',
      tags,
      body: z.object({ refreshToken: z.string().min(1).max(256) }),
      reply: SignedIn,
      problems: ['refresh_invalid'],
    },
    async ({ persons, body }) => persons.refresh(body.refreshToken),
  ),

  post(
    '/auth/people/logout',
    {
      allow: 'public',
      summary: 'Sign out',
      tags,
      body: z.object({ refreshToken: z.string().min(1).max(256) }),
    },
    async ({ persons, body }) => persons.logout(body.refreshToken),
  ),
]
