import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { get, post } from '../http/route.ts'

const Closing = z.object({
  at: instant(),
  by: z.string().max(128),
  /** Until then an owner can take it back. */
  endsAt: instant(),
})
const tags = ['Workspace']

/** How a workspace ends. */
export const closingRoutes = [
  get(
    '/workspaces/current/closing',
    { allow: 'workspace.read', summary: 'Until when the closing can be taken back', tags, reply: Closing },
    ({ closings, caller }) => closings.of(caller.workspaceId),
  ),

  post(
    '/workspaces/current/close',
    {
      allow: 'workspace.close',
      summary: 'Close this workspace; after a grace period nobody can read anything of it',
      tags,
      body: z.object({
        /** Its short name, typed once more. */
        slug: z.string().min(1).max(64),
      }),
      reply: Closing,
      problems: ['proof_required', 'not_yourself', 'not_the_name', 'wrong_state'],
      audit: 'workspace.closed',
    },
    async ({ closings, security, caller, body }) => {
      await security.sudo.require(caller)
      return closings.close(caller, body.slug)
    },
  ),

  post(
    '/workspaces/current/reopen',
    {
      allow: 'workspace.close',
      summary: 'Take the closing back',
      tags,
      problems: ['wrong_state'],
      audit: 'workspace.reopened',
    },
    ({ closings, caller }) => closings.reopen(caller.workspaceId),
  ),
]
