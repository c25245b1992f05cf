import { z } from 'zod'
import { newSecret } from '../../kernel/id.ts'
import { conflict, invalid } from '../../kernel/problem.ts'
import { channelKinds } from '../channel-kinds.ts'
import {
  addressFor,
  demandNotLive,
  demandSecrets,
  isPlayedByItself,
  known,
  lacking,
  provider,
} from '../channel-rules.ts'
import { Change, Create, Integration, Kind, Line, line, shown } from '../channel-shapes.ts'
import { del, get, patch, post } from '../http/route.ts'

const tags = ['Integrations']

export const integrations = [
  get(
    '/integrations',
    { allow: 'channels.read', summary: 'The channels', tags, reply: z.object({ items: z.array(Line).max(200) }) },
    async ({ channels, workspace }) => ({ items: (await channels.list(workspace.id)).map(line) }),
  ),

  get(
    '/integrations/kinds',
    {
      allow: 'channels.read',
      summary: 'What can be connected, and what each provider asks for',
      tags,
      reply: z.object({ items: z.array(Kind).max(20) }),
    },
    () => ({ items: channelKinds }),
  ),

  post(
    '/integrations',
    {
      allow: 'channels.manage',
      summary: 'Connect a WhatsApp number',
      tags,
      body: Create,
      /** `verifyToken`: shown once, where we made it. */
      reply: Integration.extend({ verifyToken: z.string().max(256).optional() }),
      status: 201,
      problems: ['channel_exists', 'quota_reached', 'workspace_is_live'],
      audit: 'channel.connected',
    },
    async (call) => {
      const { channels, channelChanged, resourceChanged, config, workspaces, workspace, body } = call
      const { kind: _, simulate: asked, ...rest } = body
      await workspaces.demandRoom(workspace.id, 'channels', (await channels.list(workspace.id)).length)
      const simulate = asked ?? (await isPlayedByItself(call, body))
      if (simulate) await demandNotLive(call)
      else demandSecrets(body)
      const made = await channels.create(workspace.id, {
        ...rest,
        id: workspace.newId('ch'),
        simulate,
        token: body.token ?? newSecret(),
        appSecret: body.appSecret ?? newSecret(),
        verifyToken: body.verifyToken ?? newSecret(),
        madeUp: lacking(body),
        baseUrl: addressFor({ ...body, simulate }, config),
      })
      await channelChanged(made)
      resourceChanged(workspace.id, { resource: 'integrations', id: made.id, rev: made.rev })
      if (body.verifyToken !== undefined || simulate) return shown(made, config)
      const opened = await channels.opened(made.id)
      return { ...shown(made, config), ...(opened && { verifyToken: opened.verifyToken }) }
    },
  ),

  get(
    '/integrations/:id',
    { allow: 'channels.read', summary: 'One channel', tags, reply: Integration },
    async ({ channels, config, workspace, params }) => shown(await known(channels, workspace.id, params.id), config),
  ),

  patch(
    '/integrations/:id',
    {
      allow: 'channels.manage',
      summary: 'Change a channel, disable it or let it work again',
      tags,
      body: Change,
      reply: Integration,
      audit: 'channel.changed',
    },
    async ({ channels, channelChanged, resourceChanged, config, workspace, params, body }) => {
      const { simulate } = await known(channels, workspace.id, params.id)
      if (body.baseUrl !== undefined && simulate)
        throw invalid('invalid_request', 'A simulated channel finds its provider by itself.', [
          { path: 'baseUrl', message: 'Leave it out.' },
        ])
      if (body.baseUrl !== undefined) provider(body.baseUrl, config)
      const change = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
      const changed = await channels.change(workspace.id, params.id, change)
      await channelChanged(changed)
      resourceChanged(workspace.id, { resource: 'integrations', id: params.id, rev: changed.rev })
      return shown(changed, config)
    },
  ),

  del(
    '/integrations/:id',
    {
      allow: 'channels.manage',
      summary: 'Take a disabled channel away; what was said through it stays',
      tags,
      problems: ['channel_active'],
      audit: 'channel.removed',
    },
    async ({ channels, channelChanged, resourceChanged, workspace, params: { id } }) => {
      const channel = await known(channels, workspace.id, id)
      if (channel.status === 'active') throw conflict('channel_active', 'Disable the channel first.')
      await channels.remove(workspace.id, id)
      await channelChanged(channel)
      resourceChanged(workspace.id, { resource: 'integrations', id, rev: channel.rev + 1 })
    },
  ),
]
