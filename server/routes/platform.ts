import { z } from 'zod'
import type { Caller } from '../../kernel/caller.ts'
import { instant } from '../../kernel/marks.ts'
import { Quotas } from '../../kernel/settings.ts'
import { memberRoles } from '../../kernel/role.ts'
import { membersOf } from '../../store/settings/members.ts'
import { get, Id, originOf, page, pageOf, patch, post } from '../http/route.ts'
import { ActorLine } from '../inspection.ts'
import type { Ports } from '../ports.ts'
import { Tokens, tokensOf } from './auth.ts'
import { backupRoutes } from './backups.ts'

const text = (max: number) => z.string().max(max)
const count = z.int().nonnegative()
const Operator = z.object({ id: text(128), name: text(200), email: text(254) })
const SignedIn = z.object({
  accessToken: text(4_096),
  /** Good once: the answer to its use brings the next. */
  refreshToken: text(128),
  expiresAt: instant(),
  operator: Operator,
})
const Tenancy = z.object({
  id: text(128),
  slug: text(64),
  name: text(200),
  status: z.enum(['draft', 'active', 'suspended', 'closing']),
  createdAt: instant(),
  isSandbox: z.boolean(),
  quotas: Quotas,
  /** Why it is suspended. */
  suspension: text(500).nullable(),
  members: count,
  /** Counted up to a million. */
  conversations: count,
  messages: count,
  storageBytes: count,
})
const Keys = z.object({
  workspaceId: text(128),
  keys: z.array(count).max(10_000),
  current: count,
  /** The id of the master key that wraps them. */
  master: text(64).nullable(),
  rotation: z
    .object({
      to: count,
      stage: z.enum(['published', 'sealing', 'resting']),
      since: instant(),
      resealed: count,
      stuck: z.array(text(500)).max(10),
    })
    .nullable(),
  destroyedAt: instant().nullable(),
})
const Colleague = z.object({
  id: text(128),
  name: text(200),
  role: z.enum(memberRoles),
  /** Until when operators may act as them; null: they may not. */
  operatorsUntil: instant().nullable(),
})
const tags = ['Platform']

/** It stands in the workspace's own audit as well: its people see who of the installation came, and as whom. */
const toldThere = (
  { audit, caller, params }: Pick<Ports, 'audit'> & { caller: Caller; params: Here },
  action: string,
) => audit({ workspaceId: params.id, by: caller, action, target: params.memberId })
interface Here {
  id: string
  memberId: string
}

/** What the operators of an installation do. Tokens of a workspace are refused here, and those of here everywhere else. */
export const platformRoutes = [
  post(
    '/platform/auth/sign-in',
    {
      allow: 'public',
      summary: 'Sign in as an operator: password and code together',
      tags,
      body: z.object({ email: text(254), password: text(256), code: text(16) }),
      reply: SignedIn,
      problems: ['bad_credentials', 'too_many_attempts', 'try_again'],
      audit: {
        action: 'operator.signed_in',
        by: (_, { operator: { id } }) => ({ workspaceId: 'platform', by: { kind: 'operator', id } }),
        target: (_, { operator: { id } }) => id,
      },
    },
    ({ operators, body }) => operators.signIn(body),
  ),

  post(
    '/platform/auth/refresh',
    {
      allow: 'public',
      summary: 'Exchange an operator’s refresh token',
      tags,
      body: z.object({ refreshToken: text(128) }),
      reply: SignedIn,
      problems: ['refresh_invalid'],
    },
    ({ operators, body }) => operators.refresh(body.refreshToken),
  ),

  post(
    '/platform/auth/sign-out',
    { allow: 'operator', summary: 'End this sign-in', tags, audit: 'operator.signed_out' },
    ({ operators, caller }) => operators.signOut(caller),
  ),

  get(
    '/platform/me',
    { allow: 'operator', summary: 'Who is signed in', tags, reply: Operator },
    ({ operators, caller }) => operators.me(caller),
  ),

  get(
    '/platform/workspaces',
    {
      allow: 'operator',
      summary: 'All workspaces with their sizes',
      tags,
      query: z.object({ ...page, q: z.string().min(1).max(64).optional() }),
      reply: pageOf(Tenancy),
    },
    ({ installation, query: { q, cursor, limit } }) => installation.workspaces({ find: q, cursor, limit }),
  ),

  get(
    '/platform/workspaces/:id',
    { allow: 'operator', summary: 'One workspace with its sizes', tags, reply: Tenancy },
    ({ installation, params }) => installation.workspace(params.id),
  ),

  post(
    '/platform/workspaces/:id/suspend',
    {
      allow: 'operator',
      summary: 'Stop a workspace: nothing leaves it any more',
      tags,
      body: z.object({ reason: z.string().trim().min(1).max(500) }),
      reply: Tenancy,
      problems: ['wrong_state'],
      audit: 'workspace.suspended',
    },
    ({ installation, caller, params, body }) => installation.suspend(caller, params.id, body.reason),
  ),

  post(
    '/platform/workspaces/:id/resume',
    {
      allow: 'operator',
      summary: 'Let a suspended workspace go on',
      tags,
      reply: Tenancy,
      problems: ['wrong_state'],
      audit: 'workspace.resumed',
    },
    ({ installation, caller, params }) => installation.resume(caller, params.id),
  ),

  patch(
    '/platform/workspaces/:id/quotas',
    {
      allow: 'operator',
      summary: 'Change what a workspace may use',
      tags,
      body: Quotas.partial(),
      reply: Tenancy,
      audit: 'workspace.quotas_changed',
    },
    ({ installation, caller, params, body }) => installation.setQuotas(caller, params.id, given(body)),
  ),

  get(
    '/platform/workspaces/:id/actors',
    {
      allow: 'operator',
      summary: 'The actors of a workspace in memory, without what they hold',
      tags,
      query: z.object({ ...page, kind: Id.optional() }),
      reply: pageOf(ActorLine),
      audit: { action: 'actor.listed', isRead: true },
    },
    async ({ inspection, installation, params, query: { kind, cursor, limit } }) => {
      const { id } = await installation.workspace(params.id)
      return inspection.actors(id, { limit, ...(kind && { kind }), ...(cursor !== undefined && { cursor }) })
    },
  ),

  get(
    '/platform/workspaces/:id/members',
    {
      allow: 'operator',
      summary: 'Who works in a workspace, and whether operators may act as them',
      tags,
      reply: z.object({ items: z.array(Colleague).max(500) }),
      audit: { action: 'member.listed', isRead: true },
    },
    async ({ installation, store, params, now }) => {
      const { id } = await installation.workspace(params.id)
      const active = (await membersOf(store, id)).filter(({ status }) => status === 'active')
      const lasting = (until: number | null) => (until !== null && until > now() ? until : null)
      return { items: active.map((one) => ({ ...one, operatorsUntil: lasting(one.operatorsUntil) })) }
    },
  ),

  post(
    '/platform/workspaces/:id/members/:memberId/impersonation/ask',
    {
      allow: 'operator',
      summary: 'Ask somebody for their consent to act as them',
      tags,
      status: 202,
      audit: 'impersonation.asked',
    },
    async ({ acting, operators, ...call }) => {
      const { caller, params } = call
      await acting.askAsOperator(await operators.me(caller), params.id, params.memberId)
      await toldThere(call, 'impersonation.asked')
    },
  ),

  post(
    '/platform/workspaces/:id/members/:memberId/impersonation',
    {
      allow: 'operator',
      summary: 'Act as somebody who consents, for an hour at most, and no longer than this sign-in',
      tags,
      reply: Tokens,
      problems: ['consent_missing'],
      audit: 'impersonation.begun',
    },
    async ({ acting, operators, request, ...call }) => {
      const { caller, params } = call
      const operator = await operators.me(caller)
      const signedIn = await acting.beginAsOperator(operator, params.id, params.memberId, originOf(request))
      await toldThere(call, 'impersonation.begun')
      return tokensOf(signedIn)
    },
  ),

  get(
    '/platform/keys',
    {
      allow: 'operator',
      summary: 'How every workspace’s keys stand',
      tags,
      reply: z.object({ items: z.array(Keys).max(100_000) }),
    },
    async ({ installation }) => ({ items: await installation.keys() }),
  ),

  post(
    '/platform/workspaces/:id/rotate-key',
    {
      allow: 'operator',
      summary: 'Give a workspace a new key: everything is sealed anew, then the old one is destroyed',
      tags,
      status: 202,
      problems: ['rotation_running'],
      audit: 'key.rotated',
    },
    ({ installation, params }) => installation.rotate(params.id),
  ),

  ...backupRoutes('/platform/backups', { reads: 'operator', manages: 'operator', tags }),
]

/** Those that were said: a missing one changes nothing. */
function given(quotas: Partial<Record<keyof Quotas, number | undefined>>): Partial<Quotas> {
  return Object.fromEntries(Object.entries(quotas).filter(([, value]) => value !== undefined))
}
