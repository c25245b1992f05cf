import { z } from 'zod'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { slack as slackActor, SlackHealth } from '../../actors/slack/contract.ts'
import { instant } from '../../kernel/marks.ts'
import { invalid } from '../../kernel/problem.ts'
import { SlackChannelId, slackRulesMax } from '../../kernel/slack.ts'
import { type SlackConnection, slackRules } from '../../store/settings/slack.ts'
import { demandNotLive } from '../channel-rules.ts'
import { resource } from '../http/resource.ts'
import { del, get, patch, post } from '../http/route.ts'
import type { Ports } from '../ports.ts'
import { connectionIdOf, manifestOf, webhookPathOf } from '../slack/room.ts'

const tags = ['Slack']
const botToken = z
  .string()
  .max(512)
  .regex(/^xoxb-[\w-]{1,500}$/, 'The bot token is meant: it begins with xoxb-.')
const signingSecret = z
  .string()
  .max(512)
  .regex(/^[\w-]{16,512}$/, 'The signing secret of the app is meant.')

const Connection = z.object({
  id: z.string().max(128),
  teamId: z.string().max(64),
  teamName: z.string().max(200),
  simulate: z.boolean(),
  status: z.enum(['active', 'disabled']),
  /** Whether forms there show who the person is and what was said last. */
  showsWords: z.boolean(),
  verifiedAt: instant().nullable(),
  rev: z.int().positive(),
})
const Slack = z.object({
  /** Null before it is connected. */
  connection: Connection.nullable(),
  health: SlackHealth.nullable(),
  /** Where Slack is to tell of buttons and events: the same before it is connected. */
  webhookUrl: z.string().max(2_048),
  /** What Slack makes the app of: https://api.slack.com/apps, "From a manifest". JSON. */
  manifest: z.string().max(20_000),
})

const connectionShown = ({ id, teamId, teamName, simulate, status, showsWords, ...rest }: SlackConnection) => {
  const { verifiedAt, rev } = rest
  return { id, teamId, teamName, simulate, status, showsWords, verifiedAt, rev }
}

type At = Pick<Ports, 'slack' | 'workspaces' | 'config' | 'resourceChanged'> & { workspace: Workspace }

async function shown({ slack, config, workspace }: At) {
  const connection = await slack.ofWorkspace(workspace.id)
  const webhookUrl = `${config.publicUrl}${webhookPathOf(connectionIdOf(workspace.id))}`
  return {
    connection: connection ? connectionShown(connection) : null,
    health: connection ? await workspace.at(slackActor, workspace.id).view() : null,
    webhookUrl,
    manifest: JSON.stringify(manifestOf(webhookUrl), null, 2),
  }
}

/** Conversations know by the settings of their workspace whether anybody is to hear of them: they read nothing. */
async function inStep({ slack, workspaces, workspace }: At) {
  const rules = await slack.rulesInForce(workspace.id)
  await workspaces.change(workspace.id, { settings: { slackRules: rules } }, undefined)
  const desk = workspace.at(slackActor, workspace.id)
  if (rules.length > 0) await desk.rulesChanged({ rules })
  else await desk.off()
}

async function changed(call: At, { id, rev }: Pick<SlackConnection, 'id' | 'rev'>) {
  await inStep(call)
  call.resourceChanged(call.workspace.id, { resource: 'slack', id, rev })
}

export const slackRoutes = [
  get(
    '/slack',
    { allow: 'channels.read', summary: 'Whether Slack is connected, and works', tags, reply: Slack },
    (call) => shown(call),
  ),

  post(
    '/slack',
    {
      allow: 'channels.manage',
      summary: 'Connect Slack for the staff; without a token and a secret it is played by this server',
      tags,
      body: z.object({ botToken: botToken.optional(), signingSecret: signingSecret.optional() }),
      reply: Slack,
      status: 201,
      problems: ['slack_exists', 'slack_refused', 'no_simulator', 'workspace_is_live'],
      audit: 'slack.connected',
    },
    async (call) => {
      const { slack, workspace, caller, body } = call
      const { botToken, signingSecret } = body
      if ((botToken === undefined) !== (signingSecret === undefined)) {
        const path = botToken === undefined ? 'botToken' : 'signingSecret'
        throw invalid('invalid_request', 'Give both, or neither.', [{ path, message: 'This one is missing.' }])
      }
      const secrets = botToken !== undefined && signingSecret !== undefined ? { botToken, signingSecret } : undefined
      if (!secrets) await demandNotLive(call)
      await changed(call, await slack.connect(workspace, secrets, caller.id))
      return shown(call)
    },
  ),

  patch(
    '/slack',
    {
      allow: 'channels.manage',
      summary: 'Give another token or secret, switch it off or on; what is not named stays',
      tags,
      body: z.object({
        botToken: botToken.optional(),
        signingSecret: signingSecret.optional(),
        status: z.enum(['active', 'disabled']).optional(),
        showsWords: z.boolean().optional(),
      }),
      reply: Slack,
      problems: ['not_connected', 'slack_refused', 'stale_revision'],
      audit: 'slack.changed',
    },
    async (call) => {
      const { slack, workspace, caller, body } = call
      const { botToken, signingSecret, status, showsWords } = body
      const change = {
        ...(botToken !== undefined && { botToken }),
        ...(signingSecret !== undefined && { signingSecret }),
        ...(status !== undefined && { status }),
        ...(showsWords !== undefined && { showsWords }),
      }
      await changed(call, await slack.change(workspace, change, caller.id))
      return shown(call)
    },
  ),

  del(
    '/slack',
    {
      allow: 'channels.manage',
      summary: 'Disconnect Slack: what stands there stays, and says nothing new',
      tags,
      problems: ['not_connected', 'stale_revision'],
      audit: 'slack.removed',
    },
    async (call) => {
      const { id, rev } = await call.slack.remove(call.workspace, call.caller.id)
      await changed(call, { id, rev: rev + 1 })
    },
  ),

  post(
    '/slack/test',
    {
      allow: 'channels.manage',
      summary: 'Ask Slack whether it knows us; with a channel, also say something there',
      tags,
      body: z.object({ channel: SlackChannelId.optional() }),
      reply: z.object({
        isRight: z.boolean(),
        team: z.string().max(200).nullable(),
        why: z.string().max(500).nullable(),
        /** Whether a message left for the channel: what became of it is in the health. */
        isOnItsWay: z.boolean(),
      }),
      problems: ['not_connected', 'slack_disabled'],
      audit: 'slack.tested',
    },
    ({ slack, workspace, caller, body }) => slack.test(workspace, body.channel, caller.id),
  ),

  get(
    '/slack/channels',
    {
      allow: 'channels.manage',
      summary: 'The channels of Slack that the app can see',
      tags,
      reply: z.object({
        items: z
          .array(z.object({ id: z.string().max(64), name: z.string().max(200), isMember: z.boolean() }))
          .max(1_000),
      }),
      problems: ['not_connected', 'slack_refused'],
    },
    async ({ slack, workspace }) => ({ items: await slack.channels(workspace.id) }),
  ),

  ...resource({
    ...slackRules,
    path: '/slack-rules',
    noun: 'slack_rule',
    prefix: 'slr',
    allow: { read: 'channels.read', write: 'channels.manage' },
    words: {
      one: 'a rule of what the staff hears of in Slack',
      all: 'What the staff hears of in Slack, the latest first',
    },
    tags,
    max: slackRulesMax,
    unique: { of: slackRules.unique, code: 'slack_rule_exists', says: 'Another one has this name.' },
    changed: (call) => inStep(call),
  }),
]
