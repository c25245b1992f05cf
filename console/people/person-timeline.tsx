import { useState } from 'react'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { records } from '../live/records.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'
import { useSession } from '../live/use-session.ts'
import { More } from '../parts/more.tsx'
import page from '../parts/page.module.css'
import { factsOf, lineWords } from './person-words.ts'
import style from './person.module.css'

const choices = [
  { says: 'Everything', kinds: '' },
  { says: 'Messages', kinds: 'message' },
  { says: 'Notes and remarks', kinds: 'note,remark' },
  { says: 'What we know', kinds: 'created,changed,private_changed,stage_changed,tagged' },
  { says: 'Addresses', kinds: 'identity_added,identity_removed,identity_changed' },
  { says: 'Consents', kinds: 'consent' },
  { says: 'Merges', kinds: 'merged,unmerged' },
]

const timelineQuery = (userId: string, kinds: string, rev: number) =>
  pagesQuery(['timeline', userId, kinds, rev], (cursor) =>
    records.timeline(userId, { ...(kinds && { kinds }), ...(cursor && { cursor }) }),
  )

/** Everything about one person in one order, the latest first. `rev` changes when something was added. */
export const TimelinePart = ({ userId, rev }: { userId: string; rev: number }) => {
  const [kinds, setKinds] = useState('')
  const found = usePages(timelineQuery(userId, kinds, rev))
  const times = timesIn(useSession().workspace.timezone)
  const items = found.pages?.flatMap((one) => one.items) ?? []
  return (
    <section aria-labelledby="timeline" className={style.part}>
      <h2 id="timeline">Timeline</h2>
      <div className={style.line}>
        <label>
          Show
          <select value={kinds} onChange={({ target }) => setKinds(target.value)}>
            {choices.map((one) => (
              <option key={one.says} value={one.kinds}>
                {one.says}
              </option>
            ))}
          </select>
        </label>
      </div>
      {found.error && <Trouble error={found.error} what="The timeline cannot be read." again={found.again} />}
      {found.pages && items.length === 0 && <p className={page.none}>Nothing of this kind so far.</p>}
      {items.length > 0 && (
        <ol className={style.list} aria-label="Timeline">
          {items.map((item) => (
            <li key={item.id}>
              <span>
                <b>{lineWords(item)}</b> <bdi dir="auto">{factsOf(item)}</bdi>
              </span>
              <small className="figures">
                <time dateTime={item.at}>{times.full(item.at)}</time>
              </small>
            </li>
          ))}
        </ol>
      )}
      <More found={found} says="Show older" />
    </section>
  )
}
