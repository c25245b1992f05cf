import { z } from 'zod'
import { instant, sensitive } from '../../kernel/marks.ts'
import { SlackRuleFields } from '../../kernel/slack.ts'
import type { Store } from '../connection.ts'
import type { Rest } from '../rest.ts'
import { type Home, type Kept, Resources } from './resources.ts'

const secret = sensitive(z.string().max(512))

/** The app of a workspace in its Slack, as it rests. */
export const SlackConnectionFields = z.object({
  /** As Slack calls its own workspace, and names it. */
  teamId: z.string().max(64),
  teamName: z.string().max(200),
  botUserId: z.string().max(64),
  botToken: secret,
  signingSecret: secret,
  /** A local server plays Slack. */
  simulate: z.boolean(),
  status: z.enum(['active', 'disabled']),
  /** Whether forms there show who the person is and what was said last: Slack then has it. */
  showsWords: z.boolean().default(false),
  /** When Slack last said that it knows the token. */
  verifiedAt: instant().nullable(),
})
export type SlackConnectionFields = z.output<typeof SlackConnectionFields>
export type SlackConnection = Kept<SlackConnectionFields>

export const slackConnectionsOf = (source: { store: Store; rest: Rest }) =>
  // There is one in a workspace.
  new Resources(source, { collection: 'slack_connections', fields: SlackConnectionFields, unique: () => 'the one' })

/** Whose connection this is: the id is all that Slack's requests say. */
export async function workspaceOfSlack(store: Store, id: string): Promise<string | undefined> {
  const found = await store.collection('slack_connections').findOne({ _id: id }, { projection: { workspaceId: 1 } })
  return found?.['workspaceId'] as string | undefined
}

/** Those that are played here, in whichever workspace. */
export async function simulatedSlack(store: Store): Promise<{ id: string; workspaceId: string }[]> {
  const found = await store
    .collection('slack_connections')
    .find({ simulate: true, status: 'active' }, { projection: { workspaceId: 1 } })
    .limit(1_000)
    .toArray()
  return found.map(({ _id: id, workspaceId }) => ({ id, workspaceId: workspaceId as string }))
}

export const slackRules = {
  collection: 'slack_rules',
  fields: SlackRuleFields,
  search: 'name',
  unique: ({ name }) => name.normalize('NFKC').toLowerCase(),
} as const satisfies Home<typeof SlackRuleFields>
