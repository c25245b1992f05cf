import { Link, useNavigate, useSearch as useAddress } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { MessageHit } from '../../client/lists.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { More } from '../parts/more.tsx'
import page from '../parts/page.module.css'
import { useKeys } from '../shell/keys.ts'
import { useTitle } from '../shell/use-title.ts'
import style from './people.module.css'
import { useSearch } from './use-lists.ts'

/** Everything that was said, by its words. */
export const SearchPage = () => {
  const { q = '' } = useAddress({ from: '/shell/staff/search' })
  const found = useSearch(q)
  const hits = found.pages?.flatMap(({ items }) => items) ?? []
  useTitle(q === '' ? 'Search' : `Search: ${q}`)
  return (
    <div className={page.page}>
      <h1>Search in what was said</h1>
      <Field key={q} q={q} />
      {found.error && <Trouble error={found.error} what="Nothing could be looked up." again={found.again} />}
      {found.pages && hits.length === 0 && !found.hasNextPage && (
        <p className={page.none}>Nothing was said in which all of these words begin so.</p>
      )}
      {hits.length > 0 && (
        <ul className={style.hits} aria-label="Messages, the newest first">
          {hits.map((hit) => (
            <Hit key={hit.messageId} hit={hit} />
          ))}
        </ul>
      )}
      <More found={found} says="Look further back" />
    </div>
  )
}

const Field = ({ q }: { q: string }) => {
  const [typed, setTyped] = useState(q)
  const [field, setField] = useState<HTMLInputElement | null>(null)
  const navigate = useNavigate()
  useKeys({ search: () => field?.focus() })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void navigate({ to: '/search', search: typed.trim() === '' ? {} : { q: typed.trim() } })
  }
  return (
    <form role="search" className={style.bar} onSubmit={submit}>
      <label>
        Words, or how they begin
        <input
          ref={setField}
          type="search"
          dir="auto"
          maxLength={200}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
      </label>
      <Button tone="main" type="submit">
        Search
      </Button>
    </form>
  )
}

const sides: Record<string, string> = { in: '', out: 'we: ', note: 'note: ' }

const Hit = ({ hit: { conversationId, name, at, direction, snippet, marks } }: { hit: MessageHit }) => {
  const times = timesIn(useSession().workspace.timezone)
  return (
    <li>
      <Link to="/inbox/$conversationId" params={{ conversationId }}>
        <span>
          <b>
            <bdi>{name || 'Without a name'}</bdi>
          </b>
          <small className="figures">{times.full(at)}</small>
        </span>
        <p>
          {sides[direction]}
          <bdi>
            <Marked text={snippet} marks={marks} />
          </bdi>
        </p>
      </Link>
    </li>
  )
}

/** What was looked for stands out in what was said. */
const Marked = ({ text, marks }: { text: string; marks: MessageHit['marks'] }) => {
  const parts = marks.map(([from, to], index) => (
    <span key={from}>
      {text.slice(marks[index - 1]?.[1] ?? 0, from)}
      <mark>{text.slice(from, to)}</mark>
    </span>
  ))
  return (
    <>
      {parts}
      {text.slice(marks.at(-1)?.[1] ?? 0)}
    </>
  )
}
