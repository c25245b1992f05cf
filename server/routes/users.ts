import { Profile, user } from '../../actors/user/contract.ts'
import { get, patch } from '../http/route.ts'

const { update } = user.messages
const tags = ['Users']

export const users = [
  get(
    '/users/:id',
    {
      allow: 'people.read',
      audit: { action: 'person.read', isRead: true },
      summary: 'One person',
      tags,
      problems: ['user_missing'],
      reply: Profile,
    },
    async ({ workspace, params }) => workspace.at(user, params.id).view(),
  ),

  patch(
    '/users/:id',
    {
      allow: 'people.write',
      audit: 'person.changed',
      summary: 'Change what we know of a person',
      tags,
      problems: ['user_missing'],
      body: update.input,
      reply: update.reply,
    },
    async ({ workspace, params, body }) => workspace.at(user, params.id).update(body),
  ),
]
