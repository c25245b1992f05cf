import { z } from 'zod'
import { user } from '../../actors/user/contract.ts'
import { ChannelKind } from '../../kernel/channel-kind.ts'
import { Purpose } from '../../kernel/consent.ts'
import { instant } from '../../kernel/marks.ts'
import { Timezone } from '../../kernel/settings.ts'
import { del, get, Id, post, put } from '../http/route.ts'
import { aboutMe, Language, Self, selfOf } from './ownself.ts'
import { PrivacyRequest, requestsChanged } from './privacy.ts'

const about = { allow: 'person', tags: ['Own affairs'] } as const
const Choices = z.object({
  choices: z.array(z.object({ channel: ChannelKind, purpose: Purpose, isOn: z.boolean() })).max(16),
})

/** What is kept of somebody who is looked after, what goes to them, and what the law lets them ask for. */
export const ownData = [
  ...aboutMe('/users/me'),

  del(
    '/users/me',
    {
      ...about,
      audit: { action: 'privacy.requested', target: ({ caller }) => ({ kind: 'user', id: caller.id }) },
      summary: 'Ask to be erased: the business does it, or says why not, within a month',
      status: 202,
      reply: PrivacyRequest,
      problems: ['person_erased'],
    },
    async ({ records, resourceChanged, workspace, caller }) => {
      const asked = await records.privacy.ask(workspace, caller.id, 'erasure', 'app')
      resourceChanged(workspace.id, requestsChanged)
      return asked
    },
  ),

  post(
    '/users/me/onboard',
    {
      ...about,
      summary: 'What an app asks at first: my name, where the business has none yet, my language and time zone',
      body: Language.extend({ name: z.string().trim().min(1).max(200).optional() }),
      reply: Self,
    },
    async ({ workspace, caller, body: { name, ...language } }) => {
      const person = workspace.at(user, caller.id)
      const isNameless = (await person.view()).name.trim() === ''
      return selfOf(await person.update({ ...language, ...(isNameless && name !== undefined && { name }) }))
    },
  ),

  put(
    '/users/me/timezone',
    { ...about, summary: 'My time zone', body: z.object({ timezone: Timezone.nullable() }), reply: Self },
    async ({ workspace, caller, body }) => selfOf(await workspace.at(user, caller.id).update(body)),
  ),

  get(
    '/users/me/preferences',
    { ...about, summary: 'What comes to me, and by which way', reply: Choices },
    ({ preferences, caller }) => preferences.own(caller),
  ),

  put(
    '/users/me/preferences',
    {
      ...about,
      summary: 'What is to come to me, and by which way',
      body: Choices.extend({
        choices: Choices.shape.choices.min(1),
        /** The words that stood above what was chosen. */
        text: z.string().trim().min(1).max(2_000),
      }),
      reply: Choices,
    },
    async ({ preferences, caller, request, body: { choices, text } }) => {
      await preferences.chooseOwn(caller, choices, { ip: request.ip, text })
      return preferences.own(caller)
    },
  ),

  post(
    '/users/me/export',
    {
      ...about,
      audit: { action: 'person.exported', target: ({ caller }) => ({ kind: 'person', id: caller.id }) },
      summary: 'Begin to gather everything that is kept of me; within an hour it is the same again',
      status: 202,
      reply: z.object({ id: Id }),
    },
    async ({ records, workspace, caller }) => ({ id: await records.privacy.gather(workspace, caller.id) }),
  ),

  post(
    '/users/me/export/:id/link',
    {
      ...about,
      audit: { action: 'person.export_fetched', target: ({ caller }) => ({ kind: 'person', id: caller.id }) },
      summary: 'An address at which it can be fetched, for ten minutes; 404 while it is being made',
      problems: ['file_not_ready'],
      reply: z.object({ url: z.string().max(1_100), expiresAt: instant() }),
    },
    async ({ records, auth, workspace, caller, params }) => {
      const fileId = await records.privacy.gathered(workspace.id, caller.id, params.id)
      const { token, expiresAt } = auth.tokens.file(workspace.id, fileId)
      return { url: `/f/${token}`, expiresAt }
    },
  ),

  get(
    '/users/me/requests',
    {
      ...about,
      summary: 'What I asked for by the law, and what became of it, the latest first',
      reply: z.object({ items: z.array(PrivacyRequest.omit({ userId: true, settledBy: true })).max(20) }),
    },
    async ({ records, workspace, caller }) => ({ items: await records.privacy.mine(workspace.id, caller.id) }),
  ),

  del(
    '/users/me/requests/:id',
    {
      ...about,
      audit: 'privacy.withdrawn',
      summary: 'Ask no longer',
      problems: ['request_settled'],
    },
    async ({ records, resourceChanged, workspace, caller, params }) => {
      await records.privacy.withdraw(workspace.id, caller.id, params.id)
      resourceChanged(workspace.id, requestsChanged)
    },
  ),
]
