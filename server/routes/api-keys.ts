import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { invalid } from '../../kernel/problem.ts'
import { scopes } from '../../kernel/permissions.ts'
import type { ApiKey } from '../../store/settings/api-keys.ts'
import { del, get, post } from '../http/route.ts'

const Scopes = z.array(z.enum(scopes)).min(1).max(scopes.length)
const perMinute = z.int().min(1).max(100_000)
const Key = z.object({
  id: z.string().max(128),
  name: z.string().max(120),
  /** How it begins: enough to tell one key from another. */
  begins: z.string().max(64),
  scopes: z.array(z.enum(scopes)).max(scopes.length),
  perMinute: perMinute.nullable(),
  createdBy: z.string().max(128),
  createdAt: instant(),
  expiresAt: instant().nullable(),
  /** To the minute. */
  lastUsedAt: instant().nullable(),
  /** Until when the secret before the last rotation is taken, too. */
  formerUntil: instant().nullable(),
})
/** `secret` is shown once: it is kept nowhere. */
const Made = z.object({ key: Key, secret: z.string().max(128) })
const graceHoursMax = 7 * 24
const hourMs = 60 * 60_000
const tags = ['API keys']

export const apiKeys = [
  get(
    '/api-keys',
    {
      allow: 'keys.manage',
      summary: 'The API keys, the latest first',
      tags,
      reply: z.object({ items: z.array(Key).max(200) }),
    },
    async ({ keys, workspace }) => ({ items: (await keys.list(workspace.id)).map(shown) }),
  ),

  post(
    '/api-keys',
    {
      allow: 'keys.manage',
      summary: 'Make an API key; its secret is in this answer and nowhere else',
      tags,
      status: 201,
      body: z.object({
        name: z.string().trim().min(1).max(120),
        scopes: Scopes,
        /** Until it is revoked, where it is missing. */
        expiresAt: instant().optional(),
        /** Requests per minute; as many as a member, where it is missing. */
        perMinute: perMinute.optional(),
      }),
      reply: Made,
      problems: ['key_exists'],
      audit: { action: 'api_key.made', target: (_, { key }) => key.id },
    },
    async ({ keys, workspace, caller, body, now }) => {
      const { name, expiresAt = null, perMinute: limit = null } = body
      if (expiresAt !== null && expiresAt <= now())
        throw invalid('invalid_request', 'Some of this cannot be accepted as it is.', [
          { path: 'expiresAt', message: 'This time has passed.' },
        ])
      const wanted = { name, scopes: [...new Set(body.scopes)], expiresAt, perMinute: limit }
      return withSecret(await keys.make(caller, workspace.newId('key'), wanted))
    },
  ),

  post(
    '/api-keys/:id/rotate',
    {
      allow: 'keys.manage',
      summary: 'Give a key a new secret; the old one goes on for so many hours',
      tags,
      body: z.object({ graceHours: z.int().min(0).max(graceHoursMax).default(24) }),
      reply: Made,
      audit: 'api_key.rotated',
    },
    async ({ keys, caller, params, body }) =>
      withSecret(await keys.rotate(caller, params.id, body.graceHours * hourMs)),
  ),

  del(
    '/api-keys/:id',
    { allow: 'keys.manage', summary: 'Revoke a key: it ends at once', tags, audit: 'api_key.revoked' },
    ({ keys, caller, params }) => keys.revoke(caller, params.id),
  ),
]

const withSecret = ({ key, secret }: { key: ApiKey; secret: string }) => ({ key: shown(key), secret })

const shown = ({ workspaceId: _, prefix, revokedAt: __, scopes: given, ...rest }: ApiKey) => ({
  ...rest,
  scopes: [...given],
  begins: `ck_live_${prefix}`,
})
