import { useTeams } from './use-business.ts'

/** Whom something is for: a team, or everybody. */
export const TeamField = ({ teamId, change }: { teamId: string | null; change: (teamId: string | null) => void }) => {
  const teams = useTeams().data?.items ?? []
  if (teams.length === 0) return null
  return (
    <label>
      For
      <select value={teamId ?? ''} onChange={({ target }) => change(target.value === '' ? null : target.value)}>
        <option value="">Everybody</option>
        {teams.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
