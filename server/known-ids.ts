import type { Workspace } from '../actors/runtime/contract.ts'
import { invalid } from '../kernel/problem.ts'
import type { Store } from '../store/connection.ts'
import type { Rest } from '../store/rest.ts'
import type { ChannelSettings } from '../store/settings/channels.ts'
import { memberById } from '../store/settings/members.ts'
import { cannedResponses, type Deed } from '../store/settings/replies.ts'
import { Resources } from '../store/settings/resources.ts'
import { teams } from '../store/settings/teams.ts'

interface At {
  store: Store
  rest: Rest
  workspace: Workspace
}

const refused = (code: string, message: string, path: string) => invalid(code, message, [{ path, message }])

/** @throws Problem `unknown_team` */
export async function knownTeam({ store, rest, workspace }: At, teamId: string | null, path = 'teamId') {
  if (teamId !== null && !(await new Resources({ store, rest }, teams).byId(workspace.id, teamId)))
    throw refused('unknown_team', 'There is no such team.', path)
}

/** Each of them works here now. @throws Problem `unknown_member` */
export async function knownMembers(
  { store, workspace }: Pick<At, 'store' | 'workspace'>,
  ids: readonly string[],
  path: string,
) {
  const found = await Promise.all(ids.map((id) => memberById(store, workspace.id, id)))
  if (found.some((one) => one?.status !== 'active'))
    throw refused('unknown_member', 'Nobody with this id works here.', path)
}

/** @throws Problem `unknown_channel` */
export async function knownChannel(
  { channels, workspace }: Pick<At, 'workspace'> & { channels: Pick<ChannelSettings, 'byId'> },
  channelId: string | undefined,
) {
  if (channelId !== undefined && !(await channels.byId(workspace.id, channelId)))
    throw refused('unknown_channel', 'There is no such channel.', 'channelId')
}

/** What they name is there. @throws Problem `unknown_team`, `unknown_member`, `unknown_reply` */
export async function knownDeeds(at: At, deeds: readonly Deed[]) {
  for (const [index, deed] of deeds.entries()) await knownIn(at, deed, `deeds.${index}`)
}

/** @throws Problem `unknown_member` */
export async function knownMember({ store, workspace }: At, memberId: string | null, path = 'to') {
  if (memberId !== null && (await memberById(store, workspace.id, memberId))?.status !== 'active')
    throw refused('unknown_member', 'Nobody with this id works here.', path)
}

/** @throws Problem `unknown_reply` */
export async function knownReply({ store, rest, workspace }: At, cannedId: string, path = 'cannedId') {
  const found = await new Resources({ store, rest }, cannedResponses).byId(workspace.id, cannedId)
  if (!found) throw refused('unknown_reply', 'There is no such canned answer.', path)
  return found
}

async function knownIn(at: At, deed: Deed, path: string) {
  if (deed.do === 'team') await knownTeam(at, deed.teamId, `${path}.teamId`)
  if (deed.do === 'assign' && deed.to !== 'me') await knownMember(at, deed.to, `${path}.to`)
  if (deed.do === 'reply') await knownReply(at, deed.cannedId, `${path}.cannedId`)
}
