import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { invalid, missing } from '../../kernel/problem.ts'
import { ErrorLog, ErrorStatus } from '../../store/error-logs.ts'
import { memberById } from '../../store/settings/members.ts'
import { platform } from '../errors.ts'
import { get, Id, page, pageOf, patch, post } from '../http/route.ts'

const tags = ['Errors']
const Search = z.object({
  ...page,
  status: ErrorStatus.optional(),
  id: Id.optional(),
  /** The id that an answer gave to whoever met it. */
  errorId: Id.optional(),
})

export const errors = [
  post(
    '/errors',
    {
      allow: 'any',
      summary: 'An app tells of an error of its own; what people wrote is not kept',
      tags,
      status: 202,
      body: z.object({
        name: z.string().min(1).max(100),
        /** As the browser has it: functions, files and lines. */
        stack: z.string().max(8_000).default(''),
        /** The path of the page; what is asked for in it (`?…`) is cut off. */
        page: z.string().max(500).default(''),
        release: z.string().max(64).optional(),
        at: instant().optional(),
      }),
      reply: z.object({ errorId: z.string().max(128) }),
      problems: ['too_many_errors'],
    },
    ({ errors: book, caller, body: { name, stack, page: path, release } }) => {
      const context = { page: path.replace(/[?#].*$/s, ''), release, memberId: caller.id }
      const seeing = { source: 'client', workspaceId: caller.workspaceId, context }
      return { errorId: book.told(`${caller.workspaceId}/${caller.id}`, { name, stack }, seeing) }
    },
  ),

  get(
    '/admin/errors',
    {
      allow: 'errors.read',
      summary: 'Unexpected errors by kind, the latest first',
      tags,
      query: Search,
      reply: pageOf(ErrorLog),
    },
    ({ errorLogs, workspace, query }) => errorLogs.page(workspace.id, query),
  ),

  patch(
    '/admin/errors/:id',
    {
      allow: 'errors.manage',
      summary: 'Resolve one, ignore it, open it again, or give it to somebody',
      tags,
      audit: 'error.changed',
      body: z.object({ status: ErrorStatus.optional(), assigneeId: Id.nullable().optional() }),
      reply: ErrorLog,
      problems: ['unknown_member'],
    },
    async ({ errorLogs, store, workspace, params, body: { status, assigneeId }, resourceChanged }) => {
      if (assigneeId !== undefined && assigneeId !== null) {
        const member = await memberById(store, workspace.id, assigneeId)
        if (member?.status !== 'active') throw invalid('unknown_member', 'Nobody of this id works here.')
      }
      const change = { ...(status && { status }), ...(assigneeId !== undefined && { assigneeId }) }
      const log = known(await errorLogs.change(workspace.id, params.id, change))
      resourceChanged(workspace.id, { resource: 'errors', id: log.id, rev: log.rev })
      return log
    },
  ),

  get(
    '/platform/errors',
    {
      allow: 'operator',
      summary: 'Unexpected errors of no workspace, the latest first: of schedules, of the start',
      tags,
      query: Search,
      reply: pageOf(ErrorLog),
    },
    ({ errorLogs, query }) => errorLogs.page(platform, query),
  ),

  patch(
    '/platform/errors/:id',
    {
      allow: 'operator',
      summary: 'Resolve one of these, ignore it, or open it again',
      tags,
      audit: 'error.changed',
      body: z.object({ status: ErrorStatus }),
      reply: ErrorLog,
    },
    async ({ errorLogs, params, body }) => known(await errorLogs.change(platform, params.id, body)),
  ),
]

function known(log: ErrorLog | undefined): ErrorLog {
  if (!log) throw missing('not_found', 'There is no such error.')
  return log
}
