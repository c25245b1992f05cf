import { z } from 'zod'
import { accountsById } from '../../store/settings/accounts.ts'
import { membersOf } from '../../store/settings/members.ts'
import { get } from '../http/route.ts'

const Member = z.object({
  id: z.string().max(128),
  name: z.string().max(200),
  email: z.string().max(254).nullable(),
  role: z.enum(['owner', 'admin', 'staff', 'expert']),
})

export const members = [
  get(
    '/members',
    {
      allow: 'staff',
      summary: 'Everybody who works here',
      tags: ['Members'],
      reply: z.object({ items: z.array(Member).max(500) }),
    },
    async ({ store, workspace }) => {
      const found = (await membersOf(store, workspace.id)).filter(({ status }) => status === 'active')
      const accounts = await accountsById(
        store,
        found.map(({ accountId }) => accountId),
      )
      const items = found.map(({ id, name, role, accountId }) => ({
        id,
        name,
        email: accounts.get(accountId)?.email ?? null,
        role,
      }))
      return { items }
    },
  ),
]
