import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { pushServices } from '../../providers/push/port.ts'
import { working } from '../channel-rules.ts'
import { get, Id, post } from '../http/route.ts'

const tags = ['Integrations']
const service = z.enum(pushServices)
const why = z.string().max(300)

const Health = z.object({
  service,
  /** Its keys are there. Browsers need none: ours are made for each business. */
  isSetUp: z.boolean(),
  /** When it last took something, to within ten minutes; null where it never did. */
  takenAt: instant().nullable(),
  /** Why it refuses what is sent, where it took nothing since. */
  failing: z.object({ code: z.string().max(64), why, at: instant() }).nullable(),
})

const Tested = z.object({
  services: z
    .array(z.object({ service, isSetUp: z.boolean(), isRight: z.boolean().nullable(), why: why.nullable() }))
    .max(pushServices.length),
  devices: z
    .array(
      z.object({
        name: z.string().max(100),
        service,
        outcome: z.enum(['accepted', 'gone', 'refused', 'unknown']),
        why: why.nullable(),
      }),
    )
    .max(100),
})

/** How telephones are told of what comes while the app is closed. */
export const pushRoutes = [
  get(
    '/channels/:id/push',
    {
      allow: 'channels.read',
      summary: 'Which push services tell people of what is in the app, and whether they work',
      tags,
      reply: z.object({ services: z.array(Health).max(pushServices.length) }),
      problems: ['channel_disabled'],
    },
    async ({ channels, pushDesk, workspace, params }) => ({
      services: await pushDesk.health(workspace.id, await working(channels, workspace.id, params.id)),
    }),
  ),

  post(
    '/channels/:id/push/test',
    {
      allow: 'channels.manage',
      summary: 'Ask the push services whether they take our keys; with somebody, send a test to their devices',
      tags,
      body: z.object({ userId: Id.optional() }),
      reply: Tested,
      problems: ['channel_disabled'],
      audit: 'channel.tested',
    },
    async ({ channels, pushDesk, resourceChanged, workspace, params, body }) => {
      const channel = await working(channels, workspace.id, params.id)
      const tested = await pushDesk.test(channel, body.userId)
      resourceChanged(workspace.id, { resource: 'integrations', id: channel.id, rev: channel.rev })
      return tested
    },
  ),

  get(
    '/me/push-key',
    {
      allow: 'person',
      tags: ['Own affairs'],
      summary:
        'What a browser subscribes with (applicationServerKey), to be told of what comes while the app is closed',
      reply: z.object({ publicKey: z.string().max(128) }),
    },
    ({ pushDesk, workspace }) => ({ publicKey: pushDesk.webKey(workspace.id) }),
  ),
]
