import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { placeOf } from '../http/limits.ts'
import { post } from '../http/route.ts'
import { email, known, one, phone, slug, whichOne } from '../auth/known-by.ts'

const tags = ['Own affairs']
const SignedIn = z.object({
  accessToken: z.string().max(4_096),
  refreshToken: z.string().max(256),
  expiresAt: instant(),
  user: z.object({ id: z.string().max(128), name: z.string().max(200) }),
  workspace: z.object({ id: z.string().max(128), name: z.string().max(200) }),
  /** Mine with the business: the stream `conversation.own:{id}`. */
  conversationId: z.string().max(128),
})

/** How the people who are looked after sign in: a realm of their own. */
export const persons = [
  post(
    '/auth/people/otp',
    {
      allow: 'public',
      summary:
        'Send a code to a number or a mail address by which the business knows me; the answer is the same for all of them',
      tags,
      /** `channel` is of a number; to an address it goes as a letter. */
      body: z
        .object({ workspace: slug, phone, email, channel: z.enum(['sms', 'whatsapp']).default('sms') })
        .refine(one, whichOne),
      reply: z.object({ resendAt: instant(), expiresAt: instant() }),
      status: 202,
      problems: [
        'app_not_connected',
        'phone_invalid',
        'texts_not_set_up',
        'mail_not_set_up',
        'codes_paused',
        'too_many_codes',
      ],
    },
    async ({ persons, request, body: { workspace, channel, ...address } }) => {
      const from = { place: placeOf(request.ip), deviceId: null }
      return persons.ask(workspace, { channel, ...known(address), ...from })
    },
  ),

  post(
    '/auth/people/otp/verify',
    {
      allow: 'public',
      summary: 'Sign in with the code',
      tags,
      body: z.object({ workspace: slug, phone, email, code: z.string().regex(/^\d{6}$/) }).refine(one, whichOne),
      reply: SignedIn,
      problems: ['code_invalid', 'too_many_attempts', 'app_not_connected', 'phone_invalid'],
    },
    async ({ persons, request, body: { workspace, code, ...address } }) =>
      persons.useCode({ workspace, code, ...known(address) }, placeOf(request.ip)),
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
