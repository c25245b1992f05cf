import { z } from 'zod'
import { channel as channelActor, HealthNow } from '../../actors/channel/contract.ts'
import { newSecret } from '../../kernel/id.ts'
import { invalid, missing } from '../../kernel/problem.ts'
import { WhatsAppConfig } from '../../providers/whatsapp/port.ts'
import { type Channel, channelSecrets } from '../../store/settings/channels.ts'
import { get, patch, post } from '../http/route.ts'
import type { Ports } from '../ports.ts'

const mask = '•••'
const Line = z.object({
  id: z.string().max(128),
  kind: z.literal('whatsapp'),
  provider: z.literal('whatsapp'),
  name: z.string().max(120),
  simulate: z.boolean(),
  status: z.enum(['active', 'disabled']),
})
const Integration = Line.extend({
  phoneNumberId: z.string().max(64),
  businessId: z.string().max(64),
  baseUrl: z.string().max(2_048),
  /** Where the provider is to send its webhooks; the address of this server goes before it. */
  webhookPath: z.string().max(256),
  /** That they are there; never what they are. */
  secrets: z.object({ token: z.literal(mask), appSecret: z.literal(mask), verifyToken: z.literal(mask) }),
})

const { phoneNumberId, businessId, token, appSecret, verifyToken, baseUrl } = WhatsAppConfig.shape
const name = z.string().trim().min(1).max(120)
const Create = z.object({
  kind: z.literal('whatsapp').default('whatsapp'),
  name,
  phoneNumberId,
  businessId,
  token: token.optional(),
  appSecret: appSecret.optional(),
  verifyToken: verifyToken.optional(),
  baseUrl: baseUrl.unwrap().optional(),
  /** A local server plays WhatsApp; the three secrets are made where they are missing. */
  simulate: z.boolean().default(false),
})
const Change = z.object({
  name: name.optional(),
  token: token.optional(),
  appSecret: appSecret.optional(),
  verifyToken: verifyToken.optional(),
  baseUrl: baseUrl.unwrap().optional(),
  status: z.enum(['active', 'disabled']).optional(),
})
const tags = ['Integrations']

export const integrations = [
  get(
    '/integrations',
    { allow: 'staff', summary: 'The channels', tags, reply: z.object({ items: z.array(Line).max(200) }) },
    async ({ channels, workspace }) => ({ items: (await channels.list(workspace.id)).map(line) }),
  ),

  post(
    '/integrations',
    {
      allow: 'admin',
      summary: 'Connect a WhatsApp number',
      tags,
      body: Create,
      reply: Integration,
      status: 201,
      problems: ['channel_exists'],
    },
    async ({ channels, channelChanged, config, workspace, body }) => {
      const { kind: _, simulate, ...rest } = body
      if (!simulate) demandSecrets(body)
      const made = await channels.create(workspace.id, {
        ...rest,
        id: workspace.newId('ch'),
        simulate,
        token: body.token ?? newSecret(),
        appSecret: body.appSecret ?? newSecret(),
        verifyToken: body.verifyToken ?? newSecret(),
        baseUrl: addressFor(body, config),
      })
      await channelChanged(made)
      return shown(made)
    },
  ),

  get(
    '/integrations/:id',
    { allow: 'staff', summary: 'One channel', tags, reply: Integration },
    async ({ channels, workspace, params }) => shown(await known(channels, workspace.id, params.id)),
  ),

  patch(
    '/integrations/:id',
    { allow: 'admin', summary: 'Change a channel', tags, body: Change, reply: Integration },
    async ({ channels, channelChanged, config, workspace, params, body }) => {
      const { simulate } = await known(channels, workspace.id, params.id)
      if (body.baseUrl !== undefined && simulate)
        throw invalid('invalid_request', 'A simulated channel finds its provider by itself.', [
          { path: 'baseUrl', message: 'Leave it out.' },
        ])
      if (body.baseUrl !== undefined) provider(body.baseUrl, config)
      const change = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
      const changed = await channels.change(workspace.id, params.id, change)
      await channelChanged(changed)
      return shown(changed)
    },
  ),

  get(
    '/integrations/:id/health',
    { allow: 'staff', summary: 'Whether a channel works, and what waits in it', tags, reply: HealthNow },
    async ({ channels, workspace, params }) => {
      await known(channels, workspace.id, params.id)
      return workspace.at(channelActor, params.id).view()
    },
  ),
]

async function known(channels: Ports['channels'], workspaceId: string, id: string): Promise<Channel> {
  const found = await channels.byId(workspaceId, id)
  if (!found) throw missing('not_found', 'There is no such channel.')
  return found
}

const line = ({ id, kind, name, simulate, status }: Channel) => ({
  id,
  kind,
  provider: 'whatsapp' as const,
  name,
  simulate,
  status,
})

const shown = (channel: Channel) => ({
  ...line(channel),
  phoneNumberId: channel.phoneNumberId,
  businessId: channel.businessId,
  baseUrl: channel.baseUrl,
  webhookPath: `/webhooks/whatsapp/${channel.id}`,
  secrets: { token: mask, appSecret: mask, verifyToken: mask } as const,
})

function demandSecrets(body: z.output<typeof Create>) {
  const lacking = channelSecrets.filter((secret) => body[secret] === undefined)
  if (lacking.length === 0) return
  const errors = lacking.map((path) => ({ path, message: 'A channel that is not simulated needs it.' }))
  throw invalid('invalid_request', 'Some of this cannot be accepted as it is.', errors)
}

const addressFor = ({ simulate, baseUrl }: z.output<typeof Create>, config: Ports['config']) => {
  if (simulate) return config.simulatorUrl
  return baseUrl === undefined ? config.whatsappBaseUrl : provider(baseUrl, config)
}

/**
 * The token of a channel goes to this address with every message, so in production it is Meta's. The tests and the
 * benchmark bring their own provider, and say so in the configuration.
 */
function provider(url: string, { allowsAnyProvider, whatsappBaseUrl }: Ports['config']) {
  const { protocol, hostname } = new URL(url)
  const isMeta = protocol === 'https:' && (hostname === 'facebook.com' || hostname.endsWith('.facebook.com'))
  if (isMeta || url === whatsappBaseUrl || allowsAnyProvider) return url
  throw invalid('invalid_request', 'Some of this cannot be accepted as it is.', [
    { path: 'baseUrl', message: 'Use an https address of facebook.com.' },
  ])
}
