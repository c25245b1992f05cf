import { useState } from 'react'
import { Trouble } from '../inbox/trouble.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import style from './people.module.css'
import { PersonLink } from './person-link.tsx'
import { useBirthdays } from './use-lists.ts'

const spans = [7, 14, 31, 92, 366]

const dayWords = (date: string) =>
  new Date(`${date}T00:00Z`).toLocaleDateString('en', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  })

/** Whose birthday is next. */
export const BirthdaysPage = () => {
  const [days, setDays] = useState(31)
  const { data, error, refetch } = useBirthdays(days)
  useTitle('Birthdays')
  return (
    <div className={page.page}>
      <h1>Birthdays</h1>
      <div className={style.bar}>
        <label>
          Within the next
          <select value={days} onChange={({ target }) => setDays(Number(target.value))}>
            {spans.map((one) => (
              <option key={one} value={one}>
                {one === 366 ? 'year' : `${String(one)} days`}
              </option>
            ))}
          </select>
        </label>
      </div>
      {error && !data && <Trouble error={error} what="The birthdays cannot be read." again={() => void refetch()} />}
      {data?.items.length === 0 && <p className={page.none}>Nobody’s, as far as is known.</p>}
      {data && data.items.length > 0 && (
        <ul className={style.hits} aria-label="Birthdays">
          {data.items.map(({ userId, name, on, turns }) => (
            <li key={userId}>
              <PersonLink userId={userId}>
                <span>
                  <b>
                    <bdi>{name || 'Without a name'}</bdi>
                  </b>
                  <span>{dayWords(on)}</span>
                </span>
                {turns !== null && <small>becomes {String(turns)}</small>}
              </PersonLink>
            </li>
          ))}
        </ul>
      )}
      {data?.isMore === true && <p className={page.none}>There are more: choose fewer days.</p>}
    </div>
  )
}
