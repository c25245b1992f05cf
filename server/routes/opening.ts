import { z } from 'zod'
import { conversation } from '../../actors/conversation/contract.ts'
import { Purpose } from '../../kernel/consent.ts'
import { Id, post } from '../http/route.ts'
import { knownChannel } from '../known-ids.ts'
import { Addressee } from '../people/addressing.ts'
import { refusalsOfSending } from './conversations.ts'

const { send } = conversation.messages
const who = ['user_missing', 'person_erased']

/** Where the business speaks first. */
export const opening = [
  post(
    '/users/:id/conversation',
    {
      allow: 'conversations.write',
      module: 'inbox',
      summary: 'The conversation with a person, to write to; one who never wrote has one from now on',
      tags: ['Users'],
      problems: who,
      reply: z.object({ conversationId: Id }),
    },
    async ({ records, workspace, params }) => ({
      conversationId: await records.addressing.open(workspace, params.id),
    }),
  ),

  post(
    '/messages',
    {
      allow: 'conversations.write',
      module: 'inbox',
      summary: 'Write to a person or to an address; whoever has an address that nobody is known by becomes a lead',
      tags: ['Messages'],
      body: send.input.extend({
        to: Addressee,
        /** Of whoever is not known yet. */
        name: z.string().trim().max(200).default(''),
        class: Purpose.default('transactional'),
      }),
      reply: send.reply.extend({ conversationId: Id }),
      status: 201,
      problems: [...who, 'invalid_address', ...refusalsOfSending],
    },
    async ({ records, workspace, channels, body: { to, name, ...sent } }) => {
      await knownChannel({ channels, workspace }, sent.channelId)
      const conversationId = await records.addressing.reach(workspace, to, name)
      return { ...(await workspace.at(conversation, conversationId).send(sent)), conversationId }
    },
  ),
]
