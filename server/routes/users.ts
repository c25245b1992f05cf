import { Profile, user } from '../../actors/user/contract.ts'
import { get, patch } from '../http/route.ts'

const { update } = user.messages
const tags = ['Users']

export const users = [
  get('/users/:id', { allow: 'staff', summary: 'One person', tags, reply: Profile }, async ({ workspace, params }) =>
    workspace.at(user, params.id).view(),
  ),

  patch(
    '/users/:id',
    { allow: 'staff', summary: 'Change what we know of a person', tags, body: update.input, reply: update.reply },
    async ({ workspace, params, body }) => workspace.at(user, params.id).update(body),
  ),
]
