import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { may, permissionNames, permissionsOf } from '../../kernel/permissions.ts'
import { missing } from '../../kernel/problem.ts'
import { accountsById } from '../../store/settings/accounts.ts'
import { type Member as Stored, membersOf } from '../../store/settings/members.ts'
import { del, get, originOf, patch, post } from '../http/route.ts'
import { NewPassword, Tokens, tokensOf } from './auth.ts'

const Role = z.enum(['owner', 'admin', 'staff', 'expert'])
const Permissions = z.array(z.enum(permissionNames)).max(permissionNames.length)
const Name = z.string().trim().min(1).max(200)
const Member = z.object({
  id: z.string().max(128),
  name: z.string().max(200),
  email: z.string().max(254).nullable(),
  role: Role,
  status: z.enum(['invited', 'active', 'disabled']),
  /** What is given to them beyond their role, what is withheld of it, and what comes of both. */
  grants: Permissions,
  withheld: Permissions,
  permissions: Permissions,
})
const tags = ['Members']
const byToken = z.object({ token: z.string().regex(/^[\w-]{1,128}$/) })

export const members = [
  get(
    '/members',
    {
      allow: 'members.read',
      summary: 'Everybody who works here',
      tags,
      query: z.object({
        /** Those who were invited or disabled, too: for admins. */
        all: z.enum(['true', 'false']).default('false'),
      }),
      reply: z.object({ items: z.array(Member).max(500) }),
    },
    async ({ store, workspace, caller, query }) => {
      const seesAll = query.all === 'true' && may(caller, 'members.manage')
      const shown = (await membersOf(store, workspace.id)).filter((one) => one.status === 'active' || seesAll)
      const accounts = await accountsById(
        store,
        shown.map(({ accountId }) => accountId),
      )
      const items = shown.flatMap((one) => shownOf(one, accounts.get(one.accountId)?.email ?? null) ?? [])
      return { items }
    },
  ),

  post(
    '/members/invitations',
    {
      allow: 'members.manage',
      audit: {
        action: 'member.invited',
        target: (_, { member }) => member.id,
        note: (_, { member }) => ({ role: member.role }),
      },
      summary: 'Invite somebody to work here; a second time makes a new link',
      tags,
      status: 201,
      body: z.object({ email: z.email().max(254), name: Name, role: Role }),
      reply: z.object({
        member: Member,
        /** Shown once. Whoever opens it joins. */
        url: z.string().max(2_048),
        expiresAt: instant(),
        /** A letter with it is on its way; otherwise it is given by hand. */
        isMailed: z.boolean(),
      }),
      problems: ['already_member', 'quota_reached'],
    },
    async ({ team, caller, body }) => {
      const { member, email, ...rest } = await team.invite(caller, body)
      return { member: known(shownOf(member, email)), ...rest }
    },
  ),

  get(
    '/members/invitations/:token',
    {
      allow: 'public',
      summary: 'What an invitation says; a look uses nothing up',
      tags,
      params: byToken,
      reply: z.object({
        name: z.string().max(200),
        email: z.string().max(254).nullable(),
        role: Role,
        workspace: z.string().max(200),
        /** Of the workspace: its looks are at `/public/{slug}/brand`. */
        slug: z.string().max(64),
        /** They have no account yet: a password can be chosen with the acceptance. */
        needsPassword: z.boolean(),
      }),
      problems: ['link_invalid'],
    },
    async ({ team, params }) => {
      const { member, email, workspace, needsPassword } = await team.invitation(params.token)
      return {
        name: member.name,
        role: member.role,
        email,
        workspace: workspace.name,
        slug: workspace.slug,
        needsPassword,
      }
    },
  ),

  post(
    '/members/invitations/:token/accept',
    {
      allow: 'public',
      summary: 'Join, and sign in',
      tags,
      params: byToken,
      body: z.object({ name: Name.optional(), password: NewPassword.optional() }),
      reply: Tokens,
      problems: ['link_invalid', 'has_password', 'weak_password'],
    },
    async ({ team, params, body: { name, password }, request }) => {
      const given = { ...(name !== undefined && { name }), ...(password !== undefined && { password }) }
      return tokensOf(await team.accept(params.token, given, originOf(request)))
    },
  ),

  patch(
    '/members/:id',
    {
      allow: 'members.manage',
      audit: 'member.changed',
      summary: 'Change somebody’s name, role, permissions, or whether they may come in',
      tags,
      body: z
        .object({
          name: Name,
          role: Role,
          status: z.enum(['active', 'disabled']),
          /** As a whole: what is not named is as the role has it. */
          permissions: z.object({ grants: Permissions, withheld: Permissions }),
        })
        .partial(),
      reply: Member,
      problems: ['still_invited', 'own_membership', 'last_owner'],
    },
    async ({ team, store, caller, params, body }) => {
      const said = Object.entries(body).filter(([, value]) => value !== undefined)
      const member = await team.change(caller, params.id, Object.fromEntries(said))
      const accounts = await accountsById(store, [member.accountId])
      return known(shownOf(member, accounts.get(member.accountId)?.email ?? null))
    },
  ),

  del(
    '/members/:id',
    {
      allow: 'members.manage',
      audit: 'member.removed',
      summary: 'Take somebody out, or an invitation back',
      tags,
      problems: ['own_membership', 'last_owner'],
    },
    ({ team, caller, params }) => team.remove(caller, params.id),
  ),
]

/** Nothing for those who were taken out. */
function shownOf(member: Stored, email: string | null): z.output<typeof Member> | undefined {
  const { id, name, role, status } = member
  if (status === 'removed') return undefined
  return { id, name, email, role, status, ...givenTo(member) }
}

const givenTo = (member: Stored) => ({
  grants: [...member.grants],
  withheld: [...member.withheld],
  permissions: [...permissionsOf(member.role, member)],
})

function known<T>(member: T | undefined): T {
  if (member === undefined) throw missing('not_found', 'There is no such member.')
  return member
}
