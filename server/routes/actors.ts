import { z } from 'zod'
import { missing } from '../../kernel/problem.ts'
import { get, Id, page, pageOf } from '../http/route.ts'
import { ActorLine, ActorView, Overview } from '../inspection.ts'

const tags = ['Operations']

export const actors = [
  get(
    '/admin/actors/overview',
    { allow: 'actors.read', summary: 'Processes, kinds of actors, and what was slow lately', tags, reply: Overview },
    async ({ inspection, workspace }) => inspection.overview(workspace.id),
  ),

  get(
    '/admin/actors',
    {
      allow: 'actors.read',
      summary: 'The actors in memory, on any process',
      tags,
      query: z.object({ ...page, kind: Id.optional(), find: z.string().max(128).optional() }),
      reply: pageOf(ActorLine),
    },
    async ({ inspection, workspace, query: { kind, find, cursor, limit } }) =>
      inspection.actors(workspace.id, {
        limit,
        ...(kind !== undefined && { kind }),
        ...(find !== undefined && { find }),
        ...(cursor !== undefined && { cursor }),
      }),
  ),

  get(
    '/admin/actors/:kind/:id',
    {
      allow: 'actors.read',
      audit: { action: 'actor.read', isRead: true },
      summary: 'One actor: its state with secrets masked, what waits, and what it did last',
      tags,
      reply: ActorView,
    },
    async ({ inspection, workspace, params }) => {
      const found = await inspection.actor(workspace.id, params.kind, params.id)
      if (!found) throw missing('not_found', 'There is no such actor.')
      return found
    },
  ),
]
