import { useQueryClient } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import type { Remark, RemarkKind } from '../../client/remarks.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { remarks } from '../live/remarks.ts'
import { useDoing } from '../live/use-doing.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'
import { useMembers, useSession } from '../live/use-session.ts'
import { Button } from './button.tsx'
import style from './remarks.module.css'

interface Props {
  kind: RemarkKind
  recordId: string
  /** Whose they are, for those who do not see the page. */
  about: string
}

const remarksQuery = (kind: RemarkKind, recordId: string) =>
  pagesQuery(['remarks', kind, recordId], (cursor) => remarks.of(kind, recordId, cursor))

/** What staff left on a record for one another: the latest first, and a place to leave one more. */
export const Remarks = ({ kind, recordId, about }: Props) => {
  const { pages, error, again, hasNextPage, more } = usePages(remarksQuery(kind, recordId))
  const remarks = pages?.flatMap(({ items }) => items) ?? []
  const title = useId()
  return (
    <section className={style.remarks} aria-labelledby={title}>
      <h3 id={title}>Remarks</h3>
      {error && !pages && <Trouble error={error} what="The remarks cannot be read." again={again} />}
      <Leave key={recordId} kind={kind} recordId={recordId} about={about} />
      <ul>
        {remarks
          .toSorted((one, other) => Number(other.isPinned) - Number(one.isPinned))
          .map((remark) => (
            <One key={remark.id} remark={remark} />
          ))}
      </ul>
      {hasNextPage && (
        <Button tone="quiet" onClick={more}>
          Show older ones
        </Button>
      )}
    </section>
  )
}

/** The list is read again here at once; everybody else hears of it. */
function useRenewed() {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ queryKey: ['pages', 'remarks'] })
}

const Leave = ({ kind, recordId, about }: Props) => {
  const [text, setText] = useState('')
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      await remarks.make({ kind, recordId, text: text.trim() })
      setText('')
      await renewed()
    })
  }
  return (
    <form onSubmit={submit}>
      <textarea
        required
        dir="auto"
        rows={2}
        maxLength={4_000}
        aria-label={`A remark about ${about}`}
        placeholder="What colleagues should know"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {text.trim() !== '' && (
        <Button tone="main" type="submit" disabled={isBusy}>
          Leave it here
        </Button>
      )}
      {failed && <Trouble error={failed} what="Nothing was left." />}
    </form>
  )
}

const One = ({ remark }: { remark: Remark }) => {
  const { text, isPinned, createdBy, createdAt, updatedAt } = remark
  const { nameOf, me } = useMembers()
  const times = timesIn(useSession().workspace.timezone)
  const [isEditing, setEditing] = useState(false)
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) => void doing.do(() => work().finally(renewed))
  return (
    <li data-pinned={isPinned || undefined}>
      {isEditing ? (
        <Edit remark={remark} done={() => setEditing(false)} />
      ) : (
        <p dir="auto" className={style.text}>
          {text}
        </p>
      )}
      <small>
        {isPinned && 'Pinned. '}
        <bdi>{nameOf(createdBy)}</bdi>, <span className="figures">{times.full(createdAt)}</span>
        {updatedAt !== createdAt && ', changed'}
      </small>
      {createdBy === me.id && !isEditing && (
        <span className={style.own}>
          <Button
            tone="quiet"
            disabled={isBusy}
            onClick={() => act(() => remarks.change(remark, { isPinned: !isPinned }))}
          >
            {isPinned ? 'Unpin' : 'Pin'}
          </Button>
          <Button tone="quiet" onClick={() => setEditing(true)}>
            Change
          </Button>
          <Button tone="quiet" disabled={isBusy} onClick={() => act(() => remarks.remove(remark))}>
            Delete
          </Button>
        </span>
      )}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </li>
  )
}

const Edit = ({ remark, done }: { remark: Remark; done: () => void }) => {
  const [text, setText] = useState(remark.text)
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing
      .do(() => remarks.change(remark, { text: text.trim() }).finally(renewed))
      .then((isDone) => isDone && done())
  }
  return (
    <form onSubmit={submit}>
      <textarea
        autoFocus
        required
        dir="auto"
        rows={3}
        maxLength={4_000}
        aria-label="The remark"
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={({ key }) => key === 'Escape' && done()}
      />
      <span className={style.own}>
        <Button tone="main" type="submit" disabled={isBusy}>
          Save
        </Button>
        <Button tone="quiet" onClick={done}>
          Leave it
        </Button>
      </span>
      {failed && <Trouble error={failed} what="The remark did not change." />}
    </form>
  )
}
