import { z } from 'zod'
import { conversation } from '../../actors/conversation/contract.ts'
import { personCodes } from '../../kernel/consent.ts'
import { staleRevision } from '../../kernel/problem.ts'
import { VoiceLine } from '../../kernel/voice-line.ts'
import type { Channel } from '../../store/settings/channels.ts'
import { demandPhone } from '../calls.ts'
import { known } from '../channel-rules.ts'
import { revisionOf } from '../http/if-match.ts'
import { get, post, put } from '../http/route.ts'
import { knownChannel } from '../known-ids.ts'

const { call } = conversation.messages
const tags = ['Calls']

const Shown = VoiceLine.extend({
  rev: z.int().nonnegative(),
  /** Where Twilio is to ask what to do with a call, and to tell that it is over. */
  webhookUrl: z.string().max(2_048),
})
const shownOf = ({ id, voice, rev }: Channel, { publicUrl }: { publicUrl: string }) => ({
  ...voice,
  rev,
  webhookUrl: `${publicUrl}/webhooks/twilio/${id}/voice`,
})

export const calls = [
  post(
    '/conversations/:id/calls',
    {
      allow: 'conversations.write',
      module: 'inbox',
      summary: 'Call the person: the own telephone of whoever calls rings first, and neither sees the other’s number',
      tags,
      body: call.input,
      reply: call.reply,
      status: 201,
      problems: [
        ...['conversation_missing', 'unknown_channel', 'no_own_number', 'address_missing', 'call_underway'],
        ...[...personCodes, 'address_suppressed', 'quiet_hours'],
      ],
      audit: 'conversation.called',
    },
    async ({ store, channels, workspace, caller, params, body }) => {
      const it = workspace.at(conversation, params.id)
      await knownChannel({ channels, workspace }, body.channelId)
      // What is not there is not there, whoever asks.
      await it.view()
      await demandPhone(store, workspace.id, caller.id)
      return it.call(body)
    },
  ),

  post(
    '/conversations/:id/calls/:messageId/end',
    {
      allow: 'conversations.write',
      module: 'inbox',
      summary: 'Hang up',
      tags,
      problems: ['conversation_missing', 'call_over', 'call_unknown'],
      audit: 'conversation.call_ended',
    },
    async ({ workspace, params: { id, messageId } }) => {
      await workspace.at(conversation, id).hangUp({ messageId })
    },
  ),

  get(
    '/channels/:id/voice',
    { allow: 'channels.read', tags, summary: 'What a number says that is called', reply: Shown },
    async ({ channels, workspace, config, params }) => shownOf(await known(channels, workspace.id, params.id), config),
  ),

  put(
    '/channels/:id/voice',
    {
      allow: 'channels.manage',
      summary: 'What a number says that is called, whether messages are recorded, and whose telephone rings first',
      tags,
      takesRevision: true,
      body: VoiceLine,
      reply: Shown,
      problems: ['stale_revision'],
      audit: 'channel.voice_changed',
    },
    async ({ channels, channelChanged, resourceChanged, workspace, config, request, params: { id }, body }) => {
      const before = await known(channels, workspace.id, id)
      const rev = revisionOf(request)
      if (rev !== undefined && rev !== before.rev) throw staleRevision()
      const changed = await channels.change(workspace.id, id, { voice: body })
      await channelChanged(changed)
      resourceChanged(workspace.id, { resource: 'integrations', id, rev: changed.rev })
      return shownOf(changed, config)
    },
  ),
]
