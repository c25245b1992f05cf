import { z } from 'zod'
import { permissionNames, permissionsOfRole, scopes, wordsOf } from '../../kernel/permissions.ts'
import { get } from '../http/route.ts'

const roles = ['owner', 'admin', 'staff', 'expert'] as const
const Name = z.enum(permissionNames)

export const permissionRoutes = [
  get(
    '/permissions',
    {
      allow: 'any',
      alsoActing: true,
      summary: 'Everything that somebody may be allowed to do, in words, and which roles are',
      tags: ['Members'],
      reply: z.object({
        items: z
          .array(
            z.object({
              name: Name,
              words: z.string().max(200),
              roles: z.array(z.enum(roles)).max(roles.length),
              /** An API key can have it as a scope. */
              isScope: z.boolean(),
            }),
          )
          .max(permissionNames.length),
      }),
    },
    () => ({
      items: permissionNames.map((name) => ({
        name,
        words: wordsOf(name),
        roles: roles.filter((role) => permissionsOfRole(role).has(name)),
        isScope: scopes.includes(name),
      })),
    }),
  ),
]
