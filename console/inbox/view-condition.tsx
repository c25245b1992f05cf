import type { AskedField, Filter } from '../../client/tools.ts'
import { useMembers } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { TypedTags } from '../parts/tag-word.tsx'
import { channelWords, isChannelKind } from '../../kernel/channel-words.ts'
import { useTeams } from '../settings/use-business.ts'
import { useChannels } from '../settings/use-channels.ts'
import { useViewFields } from './use-tools.ts'

export type Condition = Extract<Filter, { field: string }>
export const newCondition: Condition = { field: 'status', is: 'is', value: 'open' }

/** The questions that have a place to answer them here; the language has more. */
const words: Record<string, string> = {
  is: 'is',
  is_not: 'is not',
  contains: 'contains',
  has_any: 'has one of',
  has_none: 'has none of',
  at_least: 'at least',
  at_most: 'at most',
  within_last: 'within the last',
  longer_ago_than: 'longer ago than',
  known: 'is known',
  unknown: 'is not known',
}
const askable = ({ operators }: AskedField) => operators.filter((one) => one in words)

/** What a question begins with. */
function begun(
  { field, type, options, operators }: AskedField,
  is = operators.find((one) => one in words) ?? 'known',
): Condition {
  if (is === 'known' || is === 'unknown') return { field, is }
  if (type === 'date') return { field, is, value: '4h' }
  if (type === 'number') return { field, is, value: 1 }
  if (type === 'list') return { field, is, value: [] }
  return { field, is, value: options?.[0] ?? '' }
}

interface Props {
  condition: Condition
  change: (condition: Condition) => void
  remove: (() => void) | undefined
}

/** One question: what, how, and with what. */
export const ConditionRow = ({ condition, change, remove }: Props) => {
  const fields = useViewFields().data?.items ?? []
  const field = fields.find((one) => one.field === condition.field)
  if (!field) return null
  const choose = (name: string) => {
    const next = fields.find((one) => one.field === name)
    if (next) change(begun(next))
  }
  return (
    <>
      <select aria-label="What" value={condition.field} onChange={({ target }) => choose(target.value)}>
        {fields.map((one) => (
          <option key={one.field} value={one.field}>
            {one.words}
          </option>
        ))}
      </select>
      <select aria-label="How" value={condition.is} onChange={({ target }) => change(begun(field, target.value))}>
        {[...new Set([...askable(field), condition.is])].map((one) => (
          <option key={one} value={one}>
            {words[one] ?? one.replaceAll('_', ' ')}
          </option>
        ))}
      </select>
      <Value field={field} value={condition.value} set={(value) => change({ ...condition, value })} />
      {remove && (
        <Button tone="quiet" aria-label="Without this question" onClick={remove}>
          ×
        </Button>
      )}
    </>
  )
}

type Value = NonNullable<Condition['value']>

interface ValueProps {
  field: AskedField
  value: Condition['value']
  set: (value: Value) => void
}

const Value = ({ field, value, set }: ValueProps) => {
  const choices = useChoices(field)
  if (value === undefined) return null
  if (Array.isArray(value)) return <List isTags={field.field === 'tags'} value={value} set={set} />
  if (typeof value === 'number')
    return (
      <input
        type="number"
        required
        min={0}
        aria-label="How many"
        value={value}
        onChange={({ target }) => set(target.valueAsNumber || 0)}
      />
    )
  if (choices)
    return (
      <select required aria-label="Which" value={String(value)} onChange={({ target }) => set(target.value)}>
        {choices.map(([one, says]) => (
          <option key={one} value={one}>
            {says}
          </option>
        ))}
      </select>
    )
  return <Words isSpan={field.type === 'date'} value={String(value)} set={set} />
}

/** What can be chosen, where that is known: colleagues, teams, and what the server names. */
function useChoices({ field, options }: AskedField): readonly (readonly [string, string])[] | undefined {
  const { me, members } = useMembers()
  const teams = useTeams().data?.items ?? []
  const channels = useChannels().data?.items ?? []
  const named = (all: readonly { id: string; name: string }[]) => all.map(({ id, name }) => [id, name] as const)
  if (field === 'assignee') return [['', 'Choose'], ['me', `${me.name} (you)`], ...named(members)]
  if (field === 'team') return [['', 'Choose'], ...named(teams)]
  if (field === 'channel') return [['', 'Choose'], ...named(channels)]
  return options?.map((one) => [one, isChannelKind(one) ? channelWords[one] : one.replaceAll('_', ' ')] as const)
}

interface ListProps {
  isTags: boolean
  value: readonly (string | number)[]
  set: (value: string[]) => void
}

const List = ({ isTags, value, set }: ListProps) => (
  <>
    <input
      required
      aria-label="Which, with commas"
      placeholder="vip, german"
      maxLength={400}
      value={value.join(',')}
      onChange={({ target }) =>
        set(
          target.value
            .toLowerCase()
            .split(',')
            .map((one) => one.trimStart()),
        )
      }
    />
    {isTags && <TypedTags tags={value.map(String)} />}
  </>
)

const Words = ({ isSpan, value, set }: { isSpan: boolean; value: string; set: (value: string) => void }) => (
  <input
    required
    aria-label={isSpan ? 'How long: 30m, 4h or 7d' : 'Which'}
    {...(isSpan && { pattern: '\\d{1,5}[mhd]', placeholder: '30m, 4h, 7d', title: '30m, 4h or 7d' })}
    maxLength={200}
    value={value}
    onChange={({ target }) => set(target.value)}
  />
)
