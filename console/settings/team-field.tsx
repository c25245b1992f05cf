import { ChoiceField } from '../parts/fields.tsx'
import { useTeams } from './use-business.ts'

/** Whom something is for: a team, or everybody. */
export const TeamField = ({ teamId, change }: { teamId: string | null; change: (teamId: string | null) => void }) => {
  const teams = useTeams().data?.items ?? []
  if (teams.length === 0) return null
  return (
    <ChoiceField
      says="For"
      value={teamId ?? ''}
      options={[['', 'Everybody'], ...teams.map(({ id, name }) => [id, name] as const)]}
      change={(id) => change(id === '' ? null : id)}
    />
  )
}
