import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { get, post } from '../http/route.ts'

const count = z.int().nonnegative()
const Export = z.object({
  id: z.string().max(128),
  by: z.string().max(128),
  startedAt: instant(),
  finishedAt: instant().nullable(),
  status: z.enum(['running', 'ready', 'failed', 'expired']),
  /** How many collections are done, of how many. */
  collections: count,
  of: count,
  documents: count,
  files: count,
  sizeBytes: count.nullable(),
  expiresAt: instant().nullable(),
  why: z.string().max(500).nullable(),
})
/** Whom it is encrypted for: whoever knows this passphrase, or has the key of this age recipient. */
const Whom = z.union([
  z.strictObject({ passphrase: z.string().min(12).max(256) }),
  z.strictObject({ recipient: z.string().regex(/^age1[02-9a-z]{58}$/, 'an age recipient: age1…') }),
])
const tags = ['Workspace']

/** Everything that a workspace has, to take along. */
export const exportRoutes = [
  get(
    '/workspaces/current/exports',
    {
      allow: 'workspace.export',
      summary: 'Exports, the latest first',
      tags,
      reply: z.object({ items: z.array(Export).max(20) }),
    },
    async ({ exports, caller }) => ({ items: await exports.list(caller.workspaceId) }),
  ),

  post(
    '/workspaces/current/export',
    {
      allow: 'workspace.export',
      summary: 'Export everything, encrypted for a passphrase or an age recipient',
      tags,
      body: Whom,
      reply: Export,
      status: 202,
      problems: ['proof_required', 'not_yourself', 'export_running'],
      audit: 'export.started',
    },
    async ({ exports, security, caller, body }) => {
      await security.sudo.require(caller)
      return exports.begin(caller, body)
    },
  ),

  post(
    '/workspaces/current/exports/:id/link',
    {
      allow: 'workspace.export',
      summary: 'An address at which an export can be fetched, for ten minutes',
      tags,
      reply: z.object({ url: z.string().max(1_100), expiresAt: instant() }),
      audit: 'export.fetched',
    },
    async ({ exports, auth, caller, params }) => {
      const { token, expiresAt } = auth.tokens.file(
        caller.workspaceId,
        await exports.ready(caller.workspaceId, params.id),
      )
      return { url: `/f/${token}`, expiresAt }
    },
  ),
]
