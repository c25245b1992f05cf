import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { Deed, Report } from '../../client/tools.ts'
import type { Line } from '../../client/wire.ts'
import { tools } from '../live/tools.ts'
import { useDoing } from '../live/use-doing.ts'
import { useMembers } from '../live/use-session.ts'
import { IconButton } from '../parts/button.tsx'
import { useKeys } from '../shell/keys.ts'
import style from './bulk-bar.module.css'
import { selection } from './selection.ts'
import { Trouble } from './trouble.tsx'
import { useOfferedMacros } from './use-tools.ts'

interface Props {
  selected: ReadonlySet<string>
  known: ReadonlyMap<string, Line>
}

type Work = (ids: string[]) => Promise<Report>
const deeds =
  (...all: Deed[]): Work =>
  (ids) =>
    tools.together(ids, all)

/** What is done with all that are selected, and with which of them it could not be done. */
export const BulkBar = ({ selected, known }: Props) => {
  const [report, setReport] = useState<Report | null>(null)
  const { failed, isBusy, ...doing } = useDoing()
  useKeys({ back: selection.clear })
  const act = (work: Work) =>
    void doing.do(async () => {
      const done = await work([...selected])
      setReport(done)
      // Those with which it could not be done stay selected.
      for (const { conversationId, isDone } of done.items) if (isDone) selection.toggle(conversationId)
    })
  const refused = report?.items.filter(({ isDone }) => !isDone) ?? []
  return (
    <section className={style.bar} aria-label="With all that are selected">
      <p>
        <b className="figures">{selected.size}</b> selected
        <IconButton says="Select none" onClick={selection.clear}>
          <IconX size={16} stroke={1.8} />
        </IconButton>
      </p>
      <div className={style.choices}>
        <Choices isBusy={isBusy} act={act} />
      </div>
      {failed && <Trouble error={failed} what="Nothing was done." />}
      {refused.length > 0 && (
        <ul role="alert">
          {refused.map(({ conversationId, outcomes }) => (
            <li key={conversationId}>
              <bdi>{known.get(conversationId)?.conversation.name ?? 'A conversation'}</bdi>:{' '}
              {outcomes.find(({ outcome }) => outcome === 'refused')?.title}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const Choices = ({ isBusy, act }: { isBusy: boolean; act: (work: Work) => void }) => {
  const { members, me } = useMembers()
  const macros = useOfferedMacros().data ?? []
  const others = members.filter(({ id }) => id !== me.id)
  return (
    <>
      <Pick
        says="Assign"
        isBusy={isBusy}
        choices={[['me', 'To me'], ...others.map(({ id, name }) => [id, name] as const), ['', 'To nobody']]}
        pick={(to) => act(deeds({ do: 'assign', to: to === '' ? null : to }))}
      />
      <Pick
        says="Status"
        isBusy={isBusy}
        choices={[
          ['resolved', 'Resolve'],
          ['open', 'Open'],
          ['pending', 'Waiting for the client'],
        ]}
        pick={(status) => act(deeds({ do: 'status', status: status as 'open' | 'pending' | 'resolved' }))}
      />
      <Pick
        says="Priority"
        isBusy={isBusy}
        choices={(['urgent', 'high', 'normal', 'low', 'none'] as const).map((one) => [one, one] as const)}
        pick={(priority) => act(deeds({ do: 'priority', priority: priority as 'none' }))}
      />
      <Tag isBusy={isBusy} add={(tag) => act(deeds({ do: 'tag', tags: [tag] }))} />
      {macros.length > 0 && (
        <Pick
          says="Macro"
          isBusy={isBusy}
          choices={macros.map(({ id, name }) => [id, name] as const)}
          pick={(id) => act((ids) => tools.runMacro(id, ids))}
        />
      )}
    </>
  )
}

interface PickProps {
  says: string
  isBusy: boolean
  choices: readonly (readonly [value: string, words: string])[]
  pick: (value: string) => void
}

/** Chosen is done: it always stands on its name. */
const Pick = ({ says, isBusy, choices, pick }: PickProps) => (
  <select aria-label={says} disabled={isBusy} value="-" onChange={({ target }) => pick(target.value)}>
    <option value="-" disabled>
      {says}
    </option>
    {choices.map(([value, words]) => (
      <option key={value} value={value}>
        {words}
      </option>
    ))}
  </select>
)

const Tag = ({ isBusy, add }: { isBusy: boolean; add: (tag: string) => void }) => {
  const [tag, setTag] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        add(tag.trim().toLowerCase())
        setTag('')
      }}
    >
      <input
        aria-label="Tag all"
        placeholder="Tag"
        required
        disabled={isBusy}
        maxLength={64}
        value={tag}
        onChange={({ target }) => setTag(target.value)}
      />
    </form>
  )
}
