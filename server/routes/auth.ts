import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { permissionNames } from '../../kernel/permissions.ts'
import { memberRoles } from '../../kernel/role.ts'
import { passwordMin } from '../auth/own-account.ts'
import type { Auth, SignedIn } from '../auth/auth.ts'
import { isAskedHere } from '../http/from-here.ts'
import { get, originOf, post } from '../http/route.ts'

const text = (max: number) => z.string().max(max)
const Me = z.object({
  user: z.object({ id: text(128), name: text(200), email: text(254).nullable(), role: z.enum(memberRoles) }),
  /** What they may do. */
  permissions: z.array(z.enum(permissionNames)).max(permissionNames.length),
  /** The colleague who acts as them. */
  acting: z.object({ id: text(128), name: text(200) }).nullable(),
  workspace: z.object({ id: text(128), slug: text(64), name: text(200), timezone: text(64) }),
})
export const Tokens = Me.extend({
  accessToken: text(4_096),
  /** Good once: the answer to its use brings the next. */
  refreshToken: text(128),
  expiresAt: instant(),
})
/** To be chosen by a person. */
export const NewPassword = z.string().min(passwordMin).max(256)
const Refresh = z.object({ refreshToken: z.string().min(1).max(128) })
/** For the audit: who turned out to be there, and how they came. */
export const sessionOpened = (way: string) => ({
  action: 'session.opened',
  by: (_: unknown, { workspace, user }: z.output<typeof Tokens>) => ({
    workspaceId: workspace.id,
    by: { kind: 'member', id: user.id } as const,
  }),
  target: (_: unknown, { user }: z.output<typeof Tokens>) => ({ kind: 'member', id: user.id }),
  note: () => ({ way }),
})
const tags = ['Auth']

export const auth = [
  post(
    '/auth/login',
    {
      allow: 'public',
      audit: sessionOpened('password'),
      summary: 'Sign in by e-mail and password',
      tags,
      body: z.object({ email: z.string().min(3).max(254), password: z.string().min(1).max(256) }),
      reply: Tokens,
      problems: ['bad_credentials', 'too_many_attempts', 'second_factor_required'],
    },
    async ({ auth, body, request }) => tokensOf(await auth.login(body, originOf(request))),
  ),

  post(
    '/auth/link',
    {
      allow: 'public',
      audit: sessionOpened('link'),
      summary: 'Sign in by a one-time link',
      tags,
      body: z.object({ token: z.string().min(1).max(128) }),
      reply: Tokens,
      problems: ['link_invalid', 'second_factor_required'],
    },
    async ({ auth, body, request }) => tokensOf(await auth.useLink(body.token, originOf(request))),
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
    async ({ auth, body, request }) => tokensOf(await auth.refresh(body.refreshToken, originOf(request))),
  ),

  get(
    '/auth/ways',
    {
      allow: 'public',
      summary: 'The ways to sign in here',
      tags,
      reply: z.object({
        /** Links and codes by mail. */
        mail: z.boolean(),
        /** One-time codes to telephones, by SMS, and by the WhatsApp of a business that has it. */
        sms: z.boolean(),
        whatsapp: z.boolean(),
        google: z.boolean(),
        /** Strangers may open a business. */
        signUp: z.boolean(),
        /** At this address of the console passkeys can be used; null where they cannot. */
        passkeysAt: text(2_048).nullable(),
        /** Nothing is mailed, or sent to telephones, while this is tried out: it lies at /letters, and /texts. */
        playsMail: z.boolean(),
        playsTexts: z.boolean(),
        /** Who may be signed in as by a press, on the machine that a demo runs on; null elsewhere. */
        demo: z
          .object({
            business: text(200),
            members: z.array(z.object({ id: text(128), name: text(200), role: z.enum(memberRoles) })).max(20),
            /** Opens the simulated phones. */
            phoneKey: text(128),
          })
          .nullable(),
      }),
    },
    async ({ byMail, byPhone, registration, security: { google, passkeys }, config, demo, request }) => ({
      mail: byMail.isOpen,
      ...(await byPhone.ways()),
      signUp: registration.isOpen,
      google: google.isOpen,
      passkeysAt: passkeys.origin ?? null,
      playsMail: config.playsMail,
      playsTexts: config.playsTexts,
      demo: (isAskedHere(request) ? demo?.who() : undefined) ?? null,
    }),
  ),

  post(
    '/auth/magic-link',
    {
      allow: 'public',
      summary: 'Ask for a link and a code by mail, to sign in; the same answer for every address',
      tags,
      status: 202,
      body: z.object({ email: z.email().max(254) }),
      problems: ['mail_not_set_up'],
    },
    ({ byMail, body }) => byMail.askToSignIn(body.email),
  ),

  post(
    '/auth/verify',
    {
      allow: 'public',
      audit: sessionOpened('mail'),
      summary: 'Sign in by what was mailed: the link’s token, or the code',
      tags,
      body: z.union([
        z.object({ token: z.string().min(1).max(128) }),
        z.object({ email: z.email().max(254), code: z.string().regex(/^\d{6}$/) }),
      ]),
      reply: Tokens,
      problems: ['link_invalid', 'code_invalid', 'second_factor_required'],
    },
    async ({ byMail, body, request }) => {
      const from = originOf(request)
      return tokensOf(
        await ('token' in body ? byMail.useLink(body.token, from) : byMail.useCode(body.email, body.code, from)),
      )
    },
  ),

  post(
    '/auth/password/forgot',
    {
      allow: 'public',
      summary: 'Ask for a link to set a new password; the same answer for every address',
      tags,
      status: 202,
      body: z.object({ email: z.email().max(254) }),
      problems: ['mail_not_set_up'],
    },
    ({ byMail, body }) => byMail.askForPassword(body.email),
  ),

  post(
    '/auth/password/reset',
    {
      allow: 'public',
      summary: 'Set a new password by the link; every sign-in ends',
      tags,
      body: z.object({ token: z.string().min(1).max(128), password: NewPassword }),
      problems: ['link_invalid', 'weak_password'],
    },
    ({ byMail, body }) => byMail.setPassword(body.token, body.password),
  ),

  post('/auth/logout', { allow: 'public', summary: 'End a sign-in', tags, body: Refresh }, async ({ auth, body }) =>
    auth.logout(body.refreshToken),
  ),

  get(
    '/auth/me',
    { allow: 'any', alsoActing: true, summary: 'Who is signed in, and where', tags, reply: Me },
    async ({ auth, caller }) => about(await auth.me(caller)),
  ),
]

const about = ({ member, email, workspace, permissions, acting }: Awaited<ReturnType<Auth['me']>>) => ({
  user: { id: member.id, name: member.name, email, role: member.role },
  workspace: {
    id: workspace.id,
    slug: workspace.slug,
    name: workspace.name,
    timezone: workspace.settings.timezone,
  },
  permissions: [...permissions],
  acting,
})

export const tokensOf = (signedIn: SignedIn) => {
  const { accessToken, refreshToken, expiresAt } = signedIn
  return { accessToken, refreshToken, expiresAt, ...about(signedIn) }
}
