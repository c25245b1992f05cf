import { z } from 'zod'
import { TeamRule } from '../../kernel/assignment.ts'
import type { Store } from '../connection.ts'
import type { Home } from './resources.ts'

export const TeamFields = z.object({
  name: z.string().trim().min(1).max(80),
  description: z.string().trim().max(500).default(''),
  memberIds: z
    .array(z.string().min(1).max(128))
    .max(200)
    .refine((ids) => new Set(ids).size === ids.length, 'Everybody is in a team once.')
    .default([]),
  /** How what waits for it is assigned; null: as the business says. */
  assignment: TeamRule.nullable().default(null),
})

export const teamsMax = 100
export const teams = {
  collection: 'teams',
  fields: TeamFields,
  search: 'name',
  unique: ({ name }) => name.normalize('NFKC').toLowerCase(),
} as const satisfies Home<typeof TeamFields>

/** In which teams somebody is. */
export async function teamIdsOf(store: Store, workspaceId: string, memberId: string): Promise<string[]> {
  const options = { projection: { _id: 1 }, limit: teamsMax } as const
  return (await store.of(workspaceId).find('teams', { memberIds: memberId }, options)).map(({ _id }) => _id)
}

/** Somebody works here no more: they are in none of the teams. */
export async function leaveTeams(store: Store, workspaceId: string, memberId: string) {
  const tenant = store.of(workspaceId)
  for (const { _id } of await tenant.find('teams', { memberIds: memberId }, { limit: teamsMax }))
    await tenant.update('teams', { _id }, { $pull: { memberIds: memberId }, $inc: { rev: 1 } })
}
