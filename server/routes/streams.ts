import { z } from 'zod'
import { get } from '../http/route.ts'
import { Reader } from '../inspection.ts'

export const streams = [
  get(
    '/admin/streams/readers',
    {
      allow: 'actors.read',
      summary: 'The sockets that read a stream, on any process',
      tags: ['Operations'],
      query: z.object({ stream: z.string().min(1).max(200) }),
      reply: z.object({ items: z.array(Reader).max(1_000) }),
    },
    async ({ readers, workspace, query: { stream } }) => ({ items: await readers(workspace.id, stream) }),
  ),
]
