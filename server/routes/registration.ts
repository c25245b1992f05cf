import { z } from 'zod'
import { Locale, Timezone } from '../../kernel/settings.ts'
import { placeOf } from '../http/limits.ts'
import { get, originOf, post } from '../http/route.ts'
import { NewPassword, Tokens, tokensOf } from './auth.ts'

const name = z.string().trim().min(1).max(200)
const email = z.email().max(254)
const Token = z.string().regex(/^[\w-]{1,128}$/)
const tags = ['Registration']

export const registration = [
  post(
    '/auth/register',
    {
      allow: 'public',
      summary: 'Open a business, or join one by an invitation; to every address that comes by itself the same answer',
      tags,
      status: 202,
      body: z.union([
        z.object({
          email,
          name,
          /** What the business is called. */
          business: name,
          password: NewPassword,
          timezone: Timezone.default('UTC'),
          locale: Locale.default('en'),
        }),
        z.object({ invitation: Token, name: name.optional(), password: NewPassword.optional() }),
      ]),
      reply: z.object({
        /** A letter says how to go on. */
        isLetterSent: z.boolean(),
        /** Who joins by an invitation is in. */
        session: Tokens.nullable(),
      }),
      problems: [
        'sign_up_closed',
        'mail_not_set_up',
        'too_many_attempts',
        'weak_password',
        'link_invalid',
        'has_password',
        'second_factor_required',
      ],
    },
    async ({ registration, team, body, request }) => {
      if (!('invitation' in body)) {
        await registration.register(body, placeOf(request.ip))
        return { isLetterSent: true, session: null }
      }
      const { invitation, ...said } = body
      const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
      return { isLetterSent: false, session: tokensOf(await team.accept(invitation, given, originOf(request))) }
    },
  ),

  get(
    '/auth/register/:token',
    {
      allow: 'public',
      summary: 'What a letter’s link would open; a look uses nothing up',
      tags,
      params: z.object({ token: Token }),
      reply: z.object({ name: z.string().max(200), email: z.string().max(254), business: z.string().max(200) }),
      problems: ['link_invalid'],
    },
    ({ registration, params }) => registration.asked(params.token),
  ),

  post(
    '/auth/register/confirm',
    {
      allow: 'public',
      summary: 'Open the business, by the letter’s link and the password that was chosen, and sign in',
      tags,
      body: z.object({ token: Token, password: z.string().min(1).max(256) }),
      reply: Tokens,
      problems: ['link_invalid', 'bad_credentials', 'second_factor_required'],
      audit: {
        action: 'workspace.created',
        target: (_, { workspace }) => workspace.id,
        by: (_, { workspace, user }) => ({ workspaceId: workspace.id, by: { kind: 'member', id: user.id } }),
      },
    },
    async ({ registration, body, request }) =>
      tokensOf(await registration.confirm(body.token, body.password, originOf(request))),
  ),

  post(
    '/auth/email/proof',
    {
      allow: 'any',
      summary: 'Ask for a letter that proves the address of my account, or that it is to have',
      tags,
      status: 202,
      body: z.object({ email: email.optional() }),
      problems: ['mail_not_set_up', 'proof_required', 'not_yourself', 'email_missing', 'too_many_attempts'],
      audit: { action: 'account.email_asked', target: ({ caller }) => caller.id },
    },
    ({ ownEmail, caller, body }) => ownEmail.ask(caller, body.email),
  ),

  post(
    '/auth/email/confirm',
    {
      allow: 'any',
      summary: 'The address of my account is mine: by the link of its letter',
      tags,
      body: z.object({ token: Token }),
      problems: ['link_invalid', 'email_taken'],
      audit: { action: 'account.email_confirmed', target: ({ caller }) => caller.id },
    },
    ({ ownEmail, caller, body, request }) => ownEmail.confirm(caller, body.token, originOf(request)),
  ),
]
