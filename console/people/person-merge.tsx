import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Merge, MergeChoices, MergePreview, MergeSide } from '../../client/records.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { records } from '../live/records.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { addressWords, fieldWords } from './person-words.ts'
import style from './person.module.css'
import { birthdayWords, stageWords } from './words.ts'

const valueWords = (field: string, value: string | null) => {
  if (value === null) return 'nothing'
  if (field === 'birthday') return birthdayWords(value)
  return field === 'stage' ? stageWords[value as keyof typeof stageWords] : value
}

const previewQuery = (winnerId: string, loserId: string) => ({
  queryKey: ['merge', winnerId, loserId],
  queryFn: () => records.previewMerge(winnerId, loserId),
})

/** What two records would be as one; nothing happens before the button. */
export const MergeWizard = ({ winnerId, loserId, leave }: { winnerId: string; loserId: string; leave: () => void }) => {
  const { data, error, refetch } = useQuery(previewQuery(winnerId, loserId))
  const [choices, setChoices] = useState<MergeChoices>({})
  const { failed, isBusy, ...doing } = useDoing()
  const client = useQueryClient()
  const merge = async () => {
    if (!(await doing.do(() => records.merge(winnerId, loserId, choices)))) return
    await client.invalidateQueries()
    leave()
  }
  if (error) return <Trouble error={error} what="The two cannot be compared." again={() => void refetch()} />
  if (!data) return null
  return (
    <section aria-labelledby="merge" className={style.part}>
      <h2 id="merge">Make these two one</h2>
      <p>
        <bdi>{data.loser.name || 'The other one'}</bdi> becomes part of <bdi>{data.winner.name || 'this person'}</bdi>:
        addresses, messages, tags and fields come along, and old links lead here. It can be undone for seven days.
      </p>
      <Compared data={data} choices={choices} choose={(field, side) => setChoices({ ...choices, [field]: side })} />
      <p>
        Together:{' '}
        {data.identities.map(({ id, kind, value }) => (
          <bdi key={`${id} ${value}`} className="figures">
            {addressWords(kind, value)}{' '}
          </bdi>
        ))}
        {data.tags.length > 0 && `· ${data.tags.join(', ')}`}
      </p>
      {data.tooMany && (
        <p className={style.warn}>Together they have more addresses than one person can: remove some first.</p>
      )}
      {failed && <Trouble error={failed} what="They were not merged." />}
      <div className={style.line}>
        <Button tone="main" disabled={isBusy || data.tooMany} onClick={() => void merge()}>
          Merge
        </Button>
        <Button tone="quiet" onClick={leave}>
          Leave them apart
        </Button>
      </div>
    </section>
  )
}

const Compared = ({
  data,
  choices,
  choose,
}: {
  data: MergePreview
  choices: MergeChoices
  choose(field: string, side: MergeSide): void
}) => (
  <div className={style.table} tabIndex={0} role="group" aria-label="What comes from whom">
    <table>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">This person</th>
          <th scope="col">The other one</th>
        </tr>
      </thead>
      <tbody>
        {data.fields
          .filter(({ winner, loser }) => winner !== null || loser !== null)
          .map(({ field, from, ...sides }) => (
            <tr key={field}>
              <th scope="row">{fieldWords[field] ?? field}</th>
              {(['winner', 'loser'] as const).map((side) => (
                <td key={side}>
                  <label>
                    <input
                      type="radio"
                      name={`from-${field}`}
                      checked={(choices[field] ?? from) === side}
                      onChange={() => choose(field, side)}
                    />{' '}
                    <bdi>{valueWords(field, sides[side])}</bdi>
                  </label>
                </td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  </div>
)

/** The merges that this person is part of, and the way back. */
export const Merges = ({ userId }: { userId: string }) => {
  const { data } = useQuery({ queryKey: ['merges', userId], queryFn: () => records.merges(userId) })
  if (!data || data.items.length === 0) return null
  return (
    <section aria-labelledby="merges" className={style.part}>
      <h2 id="merges">Merges</h2>
      <ul className={style.list}>
        {data.items.map((one) => (
          <MergeRow key={one._id} merge={one} />
        ))}
      </ul>
    </section>
  )
}

const MergeRow = ({ merge }: { merge: Merge }) => {
  const times = timesIn(useSession().workspace.timezone)
  const navigate = useNavigate()
  const client = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const canUndo = merge.undoneAt === null && Date.parse(merge.undoUntil) > Date.now()
  const undo = async () => {
    if (!(await doing.do(() => records.undoMerge(merge._id)))) return
    await client.invalidateQueries()
    await navigate({ to: '/person/$userId', params: { userId: merge.winnerId }, search: { tab: 'merges' } })
  }
  return (
    <li>
      <span>
        Merged <small className="figures">{times.full(merge.at)}</small>
        {merge.undoneAt !== null && <small>parted again {times.full(merge.undoneAt)}</small>}
        {canUndo && <small className="figures">can be undone until {times.full(merge.undoUntil)}</small>}
      </span>
      {canUndo && (
        <Button disabled={isBusy} onClick={() => void undo()}>
          Undo
        </Button>
      )}
      {failed && <Trouble error={failed} what="They are still one." />}
    </li>
  )
}
