import type { Deed } from '../../client/tools.ts'
import { useCanned } from '../inbox/use-tools.ts'
import { useMembers } from '../live/use-session.ts'
import { useTeams } from './use-business.ts'

export const deedNames: Record<Deed['do'], string> = {
  reply: 'Answer with',
  note: 'Leave the note',
  assign: 'Assign to',
  team: 'Give to the team',
  status: 'Set the status',
  snooze: 'Put off for',
  priority: 'Set the priority',
  tag: 'Add the tags',
  untag: 'Take off the tags',
}

export const statusNames = { open: 'Open', pending: 'Waiting for the client', resolved: 'Resolved' } as const
export const priorities = ['none', 'low', 'normal', 'high', 'urgent'] as const
const spans = [
  [60, 'an hour'],
  [180, 'three hours'],
  [1_440, 'a day'],
  [4_320, 'three days'],
  [10_080, 'a week'],
] as const

const fresh: { [Do in Deed['do']]: Deed } = {
  reply: { do: 'reply', cannedId: '' },
  note: { do: 'note', text: '' },
  assign: { do: 'assign', to: 'me' },
  team: { do: 'team', teamId: null },
  status: { do: 'status', status: 'resolved' },
  snooze: { do: 'snooze', minutes: 1_440 },
  priority: { do: 'priority', priority: 'high' },
  tag: { do: 'tag', tags: [] },
  untag: { do: 'untag', tags: [] },
}
export const newDeed = (name: Deed['do']): Deed => fresh[name]

interface Props<One extends Deed = Deed> {
  deed: One
  change: (deed: Deed) => void
}

type Choices = readonly (readonly [value: string, words: string])[]

const Choice = ({
  says,
  value,
  choices,
  choose,
}: {
  says: string
  value: string
  choices: Choices
  choose: (value: string) => void
}) => (
  <select required aria-label={says} value={value} onChange={({ target }) => choose(target.value)}>
    {choices.map(([one, words]) => (
      <option key={one} value={one}>
        {words}
      </option>
    ))}
  </select>
)

/** What one step is done with. */
export const DeedFields = ({ deed, change }: Props) => {
  switch (deed.do) {
    case 'reply':
      return <Reply deed={deed} change={change} />
    case 'note':
      return <Words says="The note" value={deed.text} set={(text) => change({ ...deed, text })} />
    case 'assign':
      return <Assign deed={deed} change={change} />
    case 'team':
      return <OfTeam deed={deed} change={change} />
    case 'status':
      return (
        <Choice
          says="Status"
          value={deed.status}
          choices={Object.entries(statusNames)}
          choose={(status) => change({ ...deed, status: status as typeof deed.status })}
        />
      )
    case 'snooze':
      return (
        <Choice
          says="How long"
          value={String(deed.minutes)}
          choices={spans.map(([minutes, words]) => [String(minutes), words] as const)}
          choose={(minutes) => change({ ...deed, minutes: Number(minutes) })}
        />
      )
    case 'priority':
      return (
        <Choice
          says="Priority"
          value={deed.priority}
          choices={priorities.map((one) => [one, one] as const)}
          choose={(priority) => change({ ...deed, priority: priority as typeof deed.priority })}
        />
      )
    default:
      return (
        <Words
          says="Tags, with commas"
          value={deed.tags.join(',')}
          set={(text) =>
            change({
              ...deed,
              tags: text
                .toLowerCase()
                .split(',')
                .map((tag) => tag.trimStart()),
            })
          }
        />
      )
  }
}

const Words = ({ says, value, set }: { says: string; value: string; set: (text: string) => void }) => (
  <input
    required
    aria-label={says}
    placeholder={says}
    dir="auto"
    maxLength={4_096}
    value={value}
    onChange={({ target }) => set(target.value)}
  />
)

const Reply = ({ deed, change }: Props<Extract<Deed, { do: 'reply' }>>) => {
  const canned = useCanned().data ?? []
  const choices: Choices = [['', 'Choose an answer'], ...canned.map(({ id, name }) => [id, name] as const)]
  return (
    <Choice
      says="Answer"
      value={deed.cannedId}
      choices={choices}
      choose={(cannedId) => change({ ...deed, cannedId })}
    />
  )
}

const Assign = ({ deed, change }: Props<Extract<Deed, { do: 'assign' }>>) => {
  const { members } = useMembers()
  const choices: Choices = [
    ['me', 'whoever does it'],
    ['', 'nobody'],
    ...members.map(({ id, name }) => [id, name] as const),
  ]
  return (
    <Choice
      says="Whom"
      value={deed.to ?? ''}
      choices={choices}
      choose={(to) => change({ ...deed, to: to === '' ? null : to })}
    />
  )
}

const OfTeam = ({ deed, change }: Props<Extract<Deed, { do: 'team' }>>) => {
  const teams = useTeams().data?.items ?? []
  const choices: Choices = [['', 'none'], ...teams.map(({ id, name }) => [id, name] as const)]
  return (
    <Choice
      says="Team"
      value={deed.teamId ?? ''}
      choices={choices}
      choose={(id) => change({ ...deed, teamId: id === '' ? null : id })}
    />
  )
}

/** One step, as a person reads it. */
export function useDeedWords() {
  const canned = useCanned().data ?? []
  const teams = useTeams().data?.items ?? []
  const { nameOf } = useMembers()
  const named = (all: readonly { id: string; name: string }[], id: string | null, none: string) =>
    all.find((one) => one.id === id)?.name ?? none
  const withWhat = (deed: Deed): string => {
    if (deed.do === 'reply') return named(canned, deed.cannedId, 'an answer that is gone')
    if (deed.do === 'assign') return deed.to === 'me' ? 'whoever does it' : nameOf(deed.to)
    return deed.do === 'team' ? named(teams, deed.teamId, 'none') : plainWords(deed)
  }
  return (deed: Deed) => `${deedNames[deed.do]} ${withWhat(deed)}`
}

type Plain = Exclude<Deed, { do: 'reply' | 'assign' | 'team' }>

/** What needs no name looked up. */
function plainWords(deed: Plain): string {
  switch (deed.do) {
    case 'note':
      return `“${deed.text.slice(0, 40)}”`
    case 'status':
      return statusNames[deed.status].toLowerCase()
    case 'snooze':
      return spans.find(([minutes]) => minutes === deed.minutes)?.[1] ?? `${String(deed.minutes)} minutes`
    case 'priority':
      return deed.priority
    default:
      return deed.tags.join(', ')
  }
}
