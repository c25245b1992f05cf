import { type FormEvent, useDeferredValue, useState } from 'react'
import type { PersonLine, Segment, Stage, Together } from '../../client/lists.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { lists } from '../live/lists.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { More } from '../parts/more.tsx'
import page from '../parts/page.module.css'
import { useKeys } from '../shell/keys.ts'
import { useTitle } from '../shell/use-title.ts'
import { AddPerson } from './add-person.tsx'
import style from './people.module.css'
import { PersonLink } from './person-link.tsx'
import { TagWord } from '../parts/tag-word.tsx'
import { TakeAlong } from './take-along.tsx'
import { useFields, usePeople, useRenewed, useSegments } from './use-lists.ts'
import { addressOf, birthdayWords, stages, stageWords } from './words.ts'

interface Asked {
  q: string
  stage: Stage | ''
  segment: string
  tag: string
  source: string
  order: 'createdAt' | 'lastSeenAt'
  isArchived: boolean
}
const nothing: Asked = { q: '', stage: '', segment: '', tag: '', source: '', order: 'createdAt', isArchived: false }

/** What was chosen, without what was not. */
const wantedOf = ({ q, stage, segment, tag, source, order, isArchived }: Asked) => ({
  order,
  archived: isArchived || undefined,
  q: q.trim() || undefined,
  stage: stage || undefined,
  segment: segment || undefined,
  tag: tag.trim().toLowerCase() || undefined,
  source: source.trim() || undefined,
})

const noneYet =
  'Nobody is known yet. Whoever writes to you appears here by themselves; others are added here, or come in by an import.'
const noneSuch = 'Nobody of whom all of this is so.'

/** The people: searched, filtered, and changed together. */
export const PeoplePage = () => {
  const [asked, setAsked] = useState(nothing)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const found = usePeople(wantedOf(useDeferredValue(asked)))
  const session = useSession()
  const people = found.pages?.flatMap(({ items }) => items) ?? []
  useTitle('People')
  // Whoever was chosen in the one list is not in the other.
  const changeAsked = (next: Asked) => {
    if (next.isArchived !== asked.isArchived) setChosen([])
    setAsked(next)
  }
  return (
    <div className={page.page}>
      <h1>People</h1>
      {mayIn(session, 'people.write') && <AddPerson />}
      <Bar asked={asked} change={changeAsked} />
      {chosen.length > 0 && <Chosen ids={chosen} isArchived={asked.isArchived} done={() => setChosen([])} />}
      {found.error && <Trouble error={found.error} what="The people cannot be read." again={found.again} />}
      {found.pages && (
        <Found people={people} none={asked === nothing ? noneYet : noneSuch} {...{ chosen, setChosen }} />
      )}
      <More found={found} />
      {mayIn(session, 'people.export') && <TakeAlong segmentId={asked.segment || null} />}
    </div>
  )
}

interface FoundProps {
  people: PersonLine[]
  none: string
  chosen: readonly string[]
  setChosen(chosen: readonly string[]): void
}

const Found = ({ people, none, chosen, setChosen }: FoundProps) =>
  people.length === 0 ? (
    <p className={page.none}>{none}</p>
  ) : (
    <People people={people} chosen={chosen} choose={setChosen} />
  )

interface WordProps {
  says: string
  max: number
  value: string
  put(value: string): void
}

const Word = ({ says, max, value, put }: WordProps) => (
  <label>
    {says}
    <input dir="auto" maxLength={max} value={value} onChange={({ target }) => put(target.value)} />
  </label>
)

const Bar = ({ asked, change }: { asked: Asked; change(asked: Asked): void }) => {
  const segments = useSegments().data?.items ?? []
  const [field, setField] = useState<HTMLInputElement | null>(null)
  useKeys({ search: () => field?.focus() })
  const put = (part: Partial<Asked>) => change({ ...asked, ...part })
  return (
    <search className={style.bar}>
      <label>
        Name, number or address
        <input
          ref={setField}
          type="search"
          dir="auto"
          maxLength={200}
          value={asked.q}
          onChange={({ target }) => put({ q: target.value })}
        />
      </label>
      <label>
        Stage
        <select value={asked.stage} onChange={({ target }) => put({ stage: target.value as Stage | '' })}>
          <option value="">Any</option>
          {stages.map((one) => (
            <option key={one} value={one}>
              {stageWords[one]}
            </option>
          ))}
        </select>
      </label>
      <label>
        Segment
        <select value={asked.segment} onChange={({ target }) => put({ segment: target.value })}>
          <option value="">Everybody</option>
          {segments.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Word says="Tag" max={64} value={asked.tag} put={(tag) => put({ tag })} />
      <Word says="Source" max={60} value={asked.source} put={(source) => put({ source })} />
      <Shown asked={asked} put={put} />
    </search>
  )
}

const orderWords = { createdAt: 'Known since, the latest first', lastSeenAt: 'Last heard of, the latest first' }

const Shown = ({ asked: { order, isArchived }, put }: { asked: Asked; put(part: Partial<Asked>): void }) => (
  <>
    <label>
      In the order of
      <select value={order} onChange={({ target }) => put({ order: target.value as Asked['order'] })}>
        {Object.entries(orderWords).map(([name, says]) => (
          <option key={name} value={name}>
            {says}
          </option>
        ))}
      </select>
    </label>
    <label>
      Show
      <select value={String(isArchived)} onChange={({ target }) => put({ isArchived: target.value === 'true' })}>
        <option value="false">Who is not archived</option>
        <option value="true">The archive</option>
      </select>
    </label>
  </>
)

interface PeopleProps {
  people: readonly PersonLine[]
  chosen: readonly string[]
  choose(ids: readonly string[]): void
}

const chosenMax = 200

const People = ({ people, chosen, choose }: PeopleProps) => {
  const fields = useFields().data?.items ?? []
  const own = fields.filter(({ field, isArchived }) => field.startsWith('custom.') && !isArchived)
  const turn = (id: string) =>
    choose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(0, chosenMax))
  const areAll = people.every(({ userId }) => chosen.includes(userId))
  const all = () => choose(areAll ? [] : people.slice(0, chosenMax).map(({ userId }) => userId))
  return (
    <div className={page.wide} tabIndex={0} role="region" aria-label="The people">
      <table>
        <thead>
          <tr>
            <th>
              <input type="checkbox" aria-label="Choose all that are shown" checked={areAll} onChange={all} />
            </th>
            {['Name', 'Address', 'Stage', 'Tags', 'Birthday', 'Known since', 'Last heard of'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            {own.map(({ field, words }) => (
              <th key={field} scope="col">
                <bdi>{words}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.userId} data-chosen={chosen.includes(person.userId) || undefined}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Choose ${person.name || 'somebody without a name'}`}
                  checked={chosen.includes(person.userId)}
                  onChange={() => turn(person.userId)}
                />
              </td>
              <Cells person={person} />
              {own.map(({ field }) => (
                <td key={field}>
                  <bdi>{plain(person.custom[field.slice('custom.'.length)])}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const plain = (value: PersonLine['custom'][string] | undefined) => {
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return value === undefined ? '' : String(value)
}

const Cells = ({ person }: { person: PersonLine }) => {
  const times = timesIn(useSession().workspace.timezone)
  const { userId, name, stage, tags, birthday, createdAt, lastSeenAt } = person
  return (
    <>
      <th scope="row">
        <PersonLink userId={userId}>
          <bdi>{name || 'Without a name'}</bdi>
        </PersonLink>
      </th>
      <td className="figures">
        <bdi>{addressOf(person)}</bdi>
      </td>
      <td>{stageWords[stage]}</td>
      <td>
        <span className={style.tags}>
          {tags.map((tag) => (
            <span key={tag}>
              <TagWord label={tag} />
            </span>
          ))}
        </span>
      </td>
      <td>{birthdayWords(birthday)}</td>
      <td className="figures">{times.full(createdAt)}</td>
      <td className="figures">{lastSeenAt === null ? '' : times.full(lastSeenAt)}</td>
    </>
  )
}

/** What is done with those who were chosen. */
interface ChosenProps {
  ids: readonly string[]
  isArchived: boolean
  done(): void
}
const Chosen = ({ ids, isArchived, done }: ChosenProps) => {
  const [tag, setTag] = useState('')
  const [left, setLeft] = useState(0)
  const byHand = (useSegments().data?.items ?? []).filter(({ kind }) => kind === 'static')
  const renewed = useRenewed('people', 'segments')
  const { failed, isBusy, ...doing } = useDoing()
  const act = (deed: Together) =>
    void doing.do(async () => {
      const { items } = await lists.together(ids, deed)
      const undone = items.filter(({ isDone }) => !isDone).length
      await renewed()
      setLeft(undone)
      if (undone === 0) done()
    })
  const tagged = (event: FormEvent) => {
    event.preventDefault()
    act({ tag: { add: [tag.trim().toLowerCase()] } })
  }
  return (
    <section className={style.chosen} aria-label="With those who are chosen">
      <b>{ids.length === 1 ? 'One chosen' : `${String(ids.length)} chosen`}</b>
      <form onSubmit={tagged}>
        <input
          required
          aria-label="A tag for them"
          placeholder="Tag"
          maxLength={64}
          value={tag}
          onChange={({ target }) => setTag(target.value)}
        />
        <Button type="submit" disabled={isBusy}>
          Tag
        </Button>
      </form>
      <ToStage isBusy={isBusy} act={act} />
      {byHand.length > 0 && <OnList segments={byHand} isBusy={isBusy} act={act} />}
      <Button tone="edge" disabled={isBusy} onClick={() => act({ isArchived: !isArchived })}>
        {isArchived ? 'Take back' : 'Archive'}
      </Button>
      <Button tone="quiet" onClick={done}>
        Choose nobody
      </Button>
      {left > 0 && <p role="status">With {String(left)} of them it could not be done.</p>}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </section>
  )
}

const ToStage = ({ isBusy, act }: Pick<OnListProps, 'isBusy' | 'act'>) => (
  <select
    aria-label="Move them to a stage"
    value=""
    disabled={isBusy}
    onChange={({ target }) => act({ stage: target.value as Stage })}
  >
    <option value="" disabled>
      To a stage
    </option>
    {stages.map((one) => (
      <option key={one} value={one}>
        {stageWords[one]}
      </option>
    ))}
  </select>
)

interface OnListProps {
  segments: readonly Segment[]
  isBusy: boolean
  act(deed: Together): void
}
const OnList = ({ segments, isBusy, act }: OnListProps) => (
  <select
    aria-label="Put them on a list"
    value=""
    disabled={isBusy}
    onChange={({ target }) => act({ segment: { id: target.value, on: true } })}
  >
    <option value="" disabled>
      On a list
    </option>
    {segments.map(({ id, name }) => (
      <option key={id} value={id}>
        {name}
      </option>
    ))}
  </select>
)
