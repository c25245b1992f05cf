import { z } from 'zod'
import { channel as channelActor, Health, HealthNow } from '../../actors/channel/contract.ts'
import { newSecret } from '../../kernel/id.ts'
import { instant } from '../../kernel/marks.ts'
import { fieldsOf, providerOf } from '../channel-kinds.ts'
import {
  addressFor,
  demandNotLive,
  known,
  playedSecrets,
  refusedAt,
  secretsMissing,
  stillMadeUp,
  working,
} from '../channel-rules.ts'
import { Integration, Secret, shown, TestAddress, Tested } from '../channel-shapes.ts'
import { get, post } from '../http/route.ts'

const tags = ['Integrations']
const dayMs = 24 * 60 * 60_000

/** Whether a channel works, and what keeps it working. */
export const channelCare = [
  post(
    '/integrations/:id/test',
    {
      allow: 'channels.manage',
      summary: 'Ask the provider whether it knows us; with a number, also send a test message there',
      tags,
      body: z.object({
        to: TestAddress.optional(),
      }),
      reply: Tested,
      problems: ['channel_disabled'],
      audit: 'channel.tested',
    },
    async ({ channels, testChannel, workspace, params: { id }, body }) => {
      return testChannel(await working(channels, workspace.id, id), body.to)
    },
  ),

  post(
    '/integrations/:id/rotate-secret',
    {
      allow: 'channels.manage',
      summary: 'Another secret; of what the provider shows us the former is good for a day as well',
      tags,
      /** `value`: the provider's new one. A verify token is ours: one is made where it is missing. */
      body: z.object({ secret: Secret, value: z.string().min(1).max(4_096).optional() }),
      reply: z.object({
        secret: Secret,
        /** Shown once, where we made it. */
        value: z.string().max(256).optional(),
        previousUntil: instant().nullable(),
      }),
      audit: { action: 'channel.secret_rotated', note: ({ body }) => ({ secret: body.secret }) },
    },
    async ({ channels, channelChanged, resourceChanged, now, workspace, params: { id }, body: { secret, value } }) => {
      const provider = providerOf(await known(channels, workspace.id, id))
      const field = fieldsOf(provider).find((one) => one.name === secret && one.isSecret)
      if (!field) throw refusedAt('secret', 'This channel has no such secret.')
      if (value === undefined && !field.isOurs)
        throw refusedAt('value', 'Only your provider can make this one: give its new value.')
      if (value !== undefined && !field.schema.safeParse(value).success)
        throw refusedAt('value', 'This cannot be what your provider gave you.')
      const made = value ?? newSecret()
      const until = field.isShownToUs ? now() + dayMs : null
      const changed = await channels.rotate(workspace.id, id, secret, made, until)
      await channelChanged(changed)
      resourceChanged(workspace.id, { resource: 'integrations', id, rev: changed.rev })
      return { secret, previousUntil: until, ...(value === undefined && { value: made }) }
    },
  ),

  post(
    '/integrations/:id/simulate',
    {
      allow: 'channels.manage',
      summary: 'Have the provider played by this server, or be itself again',
      tags,
      body: z.object({ simulate: z.boolean() }),
      reply: Integration,
      problems: ['workspace_is_live', 'secrets_missing'],
      audit: { action: 'channel.simulated', note: ({ body }) => ({ simulate: body.simulate }) },
    },
    async (call) => {
      const { channels, channelChanged, resourceChanged, config, workspace, params, body } = call
      const channel = await known(channels, workspace.id, params.id)
      const madeUp = stillMadeUp(channel)
      if (body.simulate) await demandNotLive(call)
      else if (madeUp.length > 0) throw secretsMissing(madeUp)
      const baseUrl = addressFor(providerOf(channel), { simulate: body.simulate }, config)
      const opened = await channels.opened(params.id)
      const change = { simulate: body.simulate, baseUrl, ...(opened && playedSecrets(opened, body.simulate)) }
      const changed = await channels.change(workspace.id, params.id, change)
      await channelChanged(changed)
      resourceChanged(workspace.id, { resource: 'integrations', id: params.id, rev: changed.rev })
      return shown(changed, config)
    },
  ),

  get(
    '/integrations/:id/health',
    {
      allow: 'channels.read',
      summary: 'Whether a channel works, and what waits in it',
      tags,
      problems: ['channel_missing'],
      reply: HealthNow,
    },
    async ({ channels, workspace, params }) => {
      await known(channels, workspace.id, params.id)
      return workspace.at(channelActor, params.id).view()
    },
  ),

  get(
    '/integrations/:id/health/history',
    {
      allow: 'channels.read',
      summary: 'When it worked and when it did not, the latest first',
      tags,
      problems: ['channel_missing'],
      reply: z.object({ items: z.array(Health.extend({ at: instant() })).max(100) }),
    },
    async ({ channels, history, workspace, params }) => {
      await known(channels, workspace.id, params.id)
      const events = await history(workspace.id, `channel:${params.id}`, 100)
      const changes = events.filter(({ type }) => type === 'channel.health_changed')
      return { items: changes.map(({ at, data }) => ({ ...(data as z.output<typeof Health>), at })) }
    },
  ),
]
