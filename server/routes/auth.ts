import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import type { SignedIn } from '../auth/auth.ts'
import { get, post } from '../http/route.ts'

const text = (max: number) => z.string().max(max)
const Me = z.object({
  user: z.object({ id: text(128), name: text(200), email: text(254).nullable(), role: text(32) }),
  workspace: z.object({ id: text(128), slug: text(64), name: text(200), timezone: text(64) }),
})
const Tokens = Me.extend({
  accessToken: text(4_096),
  /** Good once: the answer to its use brings the next. */
  refreshToken: text(128),
  expiresAt: instant(),
})
const Refresh = z.object({ refreshToken: z.string().min(1).max(128) })
const tags = ['Auth']

export const auth = [
  post(
    '/auth/login',
    {
      allow: 'public',
      summary: 'Sign in by e-mail and password',
      tags,
      body: z.object({ email: z.string().min(3).max(254), password: z.string().min(1).max(256) }),
      reply: Tokens,
      problems: ['bad_credentials', 'too_many_attempts'],
    },
    async ({ auth, body }) => tokens(await auth.login(body)),
  ),

  post(
    '/auth/link',
    {
      allow: 'public',
      summary: 'Sign in by a one-time link',
      tags,
      body: z.object({ token: z.string().min(1).max(128) }),
      reply: Tokens,
      problems: ['link_invalid'],
    },
    async ({ auth, body }) => tokens(await auth.useLink(body.token)),
  ),

  post(
    '/auth/refresh',
    {
      allow: 'public',
      summary: 'Exchange a refresh token for fresh tokens',
      tags,
      body: Refresh,
      reply: Tokens,
      problems: ['refresh_invalid'],
    },
    async ({ auth, body }) => tokens(await auth.refresh(body.refreshToken)),
  ),

  post('/auth/logout', { allow: 'public', summary: 'End a sign-in', tags, body: Refresh }, async ({ auth, body }) =>
    auth.logout(body.refreshToken),
  ),

  get('/auth/me', { allow: 'any', summary: 'Who is signed in, and where', tags, reply: Me }, async ({ auth, caller }) =>
    about(await auth.me(caller)),
  ),
]

const about = ({ member, email, workspace }: Pick<SignedIn, 'member' | 'email' | 'workspace'>) => ({
  user: { id: member.id, name: member.name, email, role: member.role },
  workspace: {
    id: workspace.id,
    slug: workspace.slug,
    name: workspace.name,
    timezone: workspace.settings.timezone,
  },
})

const tokens = (signedIn: SignedIn) => {
  const { accessToken, refreshToken, expiresAt } = signedIn
  return { accessToken, refreshToken, expiresAt, ...about(signedIn) }
}
