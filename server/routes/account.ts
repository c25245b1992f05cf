import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { memberRoles } from '../../kernel/role.ts'
import { del, get, originOf, post } from '../http/route.ts'
import { NewPassword, Tokens, tokensOf } from './auth.ts'

const text = (max: number) => z.string().max(max)
const SignIn = z.object({
  id: text(128),
  workspaceId: text(128),
  createdAt: instant(),
  /** When its tokens were last renewed: within 15 minutes of its last use. */
  seenAt: instant(),
  ip: text(64).nullable(),
  userAgent: text(300).nullable(),
  isCurrent: z.boolean(),
})
const tags = ['My account']

/** What somebody who is signed in does with their own account. */
export const account = [
  get(
    '/auth/sessions',
    {
      allow: 'any',
      summary: 'Where I am signed in',
      tags,
      reply: z.object({ items: z.array(SignIn).max(200) }),
    },
    async ({ account, caller }) => ({
      items: (await account.signIns(caller)).map((one) => ({ ...one, isCurrent: one.id === caller.sessionId })),
    }),
  ),

  del(
    '/auth/sessions/:id',
    { allow: 'any', audit: 'session.ended', summary: 'End one of my sign-ins', tags },
    ({ account, caller, params }) => account.end(caller, params.id),
  ),

  post(
    '/auth/logout-all',
    {
      allow: 'any',
      audit: 'sessions.ended',
      summary: 'End all of my sign-ins',
      tags,
      body: z.object({
        /** True: only those elsewhere. */
        keepsThis: z.boolean().default(false),
      }),
    },
    ({ account, caller, body }) => account.endAll(caller, body),
  ),

  post(
    '/auth/password/change',
    {
      allow: 'any',
      audit: 'password.changed',
      summary: 'Change my password; other sign-ins end',
      tags,
      body: z.object({ current: z.string().min(1).max(256), password: NewPassword }),
      problems: ['bad_credentials', 'too_many_attempts', 'weak_password'],
    },
    ({ account, caller, body }) => account.changePassword(caller, body),
  ),

  get(
    '/auth/workspaces',
    {
      allow: 'any',
      summary: 'The workspaces that I work for',
      tags,
      reply: z.object({
        items: z
          .array(
            z.object({
              id: text(128),
              slug: text(64),
              name: text(200),
              role: z.enum(memberRoles),
              isHere: z.boolean(),
            }),
          )
          .max(500),
      }),
    },
    async ({ account, caller }) => ({
      items: (await account.workspaces(caller)).map(({ workspace: { id, slug, name }, ...rest }) => ({
        id,
        slug,
        name,
        ...rest,
      })),
    }),
  ),

  post(
    '/auth/switch',
    {
      allow: 'any',
      summary: 'Go on in another of my workspaces',
      tags,
      body: z.object({ workspaceId: z.string().min(1).max(128) }),
      reply: Tokens,
    },
    async ({ account, caller, body, request }) =>
      tokensOf(await account.switchTo(caller, body.workspaceId, originOf(request))),
  ),
]
