import { z } from 'zod'
import { user } from '../../actors/user/contract.ts'
import { ConsentEntry } from '../../actors/user/contract/consents.ts'
import { ChannelKind } from '../../kernel/channel-kind.ts'
import { ConsentMethod, ConsentState, Purpose } from '../../kernel/consent.ts'
import { sensitive } from '../../kernel/marks.ts'
import { consentPage } from '../../store/queries/consents.ts'
import { get, page, pageOf, post, put } from '../http/route.ts'

const { setConsents, lift } = user.messages
const tags = ['Consents']
const gone = ['user_missing', 'person_erased', 'person_merged']

/** What may go to a person, with the proof of it. */
export const consentRoutes = [
  get(
    '/users/:id/consents',
    {
      allow: 'people.read',
      summary: 'What they said yes and no to, and what goes to them no more',
      tags,
      reply: setConsents.reply,
      problems: gone,
    },
    ({ workspace, params }) => workspace.at(user, params.id).consents(),
  ),

  put(
    '/users/:id/consents',
    {
      allow: 'people.write',
      audit: 'person.consents_set',
      summary: 'Enter what they said; what is not named stays',
      tags,
      body: z.object({
        changes: z
          .array(z.object({ channel: ChannelKind, purpose: Purpose, state: ConsentState }))
          .min(1)
          .max(16),
        /** How they said it, and the words that they agreed to: to grant something takes them. */
        proof: z.object({
          method: ConsentMethod.exclude(['keyword', 'link', 'preferences']),
          text: sensitive(z.string().trim().min(1).max(2_000)).nullable().default(null),
          textVersion: z.string().max(64).nullable().default(null),
          messageId: z.string().max(128).nullable().default(null),
        }),
      }),
      reply: setConsents.reply,
      problems: [...gone, 'proof_missing'],
    },
    ({ workspace, params, body: { changes, proof } }) =>
      workspace.at(user, params.id).setConsents({ changes, proof: { ...proof, address: null, ip: null } }),
  ),

  get(
    '/users/:id/consents/history',
    {
      allow: 'people.read',
      audit: { action: 'person.consents_read', isRead: true },
      summary: 'Everything that was said, the latest first, with what shows it',
      tags,
      query: z.object(page),
      reply: pageOf(ConsentEntry),
      problems: gone,
    },
    async ({ store, rest, workspace, params, query }) => {
      const found = await consentPage({ store, rest }, workspace.id, params.id, query)
      if (found.items.length === 0) await workspace.at(user, params.id).view()
      return found
    },
  ),

  post(
    '/users/:id/consents/lift',
    {
      allow: 'people.write',
      audit: 'person.suppression_lifted',
      summary: 'Let an address get messages again that a provider, a list or staff took out',
      tags,
      body: lift.input,
      reply: lift.reply,
      problems: [...gone, 'own_act_needed'],
    },
    ({ workspace, params, body }) => workspace.at(user, params.id).lift(body),
  ),
]
