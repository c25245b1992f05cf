import { z } from 'zod'
import { conflict, invalid } from '../../kernel/problem.ts'
import { channelKinds, fieldsOf, providerOf } from '../channel-kinds.ts'
import {
  addressFor,
  allowedUrl,
  changedFields,
  demandBrought,
  demandNotLive,
  isPlayedByItself,
  known,
  settled,
} from '../channel-rules.ts'
import { Change, Create, Integration, Kind, Line, line, shown } from '../channel-shapes.ts'
import { del, get, patch, post } from '../http/route.ts'

const tags = ['Integrations']
const said = (given: object) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

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
      summary: 'Connect a channel: a number at WhatsApp or Twilio, a mail address, the app',
      tags,
      body: Create,
      /** `verifyToken`, `inboundToken`: shown once, where we made it. */
      reply: Integration.extend({
        verifyToken: z.string().max(256).optional(),
        inboundToken: z.string().max(256).optional(),
      }),
      status: 201,
      problems: ['channel_exists', 'quota_reached', 'workspace_is_live'],
      audit: 'channel.connected',
    },
    async (call) => {
      const { channels, channelChanged, resourceChanged, config, workspaces, workspace, body } = call
      const { kind, provider: named = 'whatsapp', name, simulate: asked, baseUrl, ...given } = body
      const provider = providerOf({ provider: named })
      await workspaces.demandRoom(workspace.id, 'channels', (await channels.list(workspace.id)).length)
      const simulate = asked ?? (await isPlayedByItself(call, provider, given))
      if (simulate) await demandNotLive(call)
      else demandBrought(provider, given)
      const { fields, secrets, madeUp } = settled(provider, given, simulate)
      const made = await channels.create(workspace.id, {
        ...{ id: workspace.newId('ch'), kind, provider: named, name, simulate, fields, secrets, madeUp },
        address: provider.address(fields),
        baseUrl: addressFor(provider, { simulate, baseUrl }, config),
      })
      await channelChanged(made)
      resourceChanged(workspace.id, { resource: 'integrations', id: made.id, rev: made.rev })
      const ours = fieldsOf(provider).find((field) => field.isOurs && madeUp.includes(field.name))
      if (!ours || simulate) return shown(made, config)
      const value = secrets[ours.name]
      return { ...shown(made, config), ...(value !== undefined && { [ours.name]: value }) }
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
      const channel = await known(channels, workspace.id, params.id)
      const { name, baseUrl, status, ...rest } = body
      if (baseUrl !== undefined && channel.simulate)
        throw invalid('invalid_request', 'A simulated channel finds its provider by itself.', [
          { path: 'baseUrl', message: 'Leave it out.' },
        ])
      const provider = providerOf(channel)
      if (baseUrl !== undefined) allowedUrl(provider, baseUrl, config)
      const { fields, secrets } = changedFields(channel, said(rest))
      const address = provider.address({ ...channel.fields, ...fields })
      const change = { ...said({ name, baseUrl, status }), fields, secrets, address }
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
