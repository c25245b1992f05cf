import { useDeferredValue, useState, type FormEvent } from 'react'
import type { Tag, TagCount } from '../../client/people-settings.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { peopleSettings } from '../live/people-settings.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import style from './settings.module.css'
import tool from './tools.module.css'
import { useNamedRenewed, useTagCounts, useTags } from './use-people-settings.ts'

const countMax = 10_000

/** Labels of people and conversations: each is here as soon as somebody has it. */
export const TagsPage = () => {
  const [q, setQ] = useState('')
  const found = useTags(useDeferredValue(q.trim().toLowerCase()))
  const tags = found.pages?.flatMap(({ items }) => items) ?? []
  const counts = useTagCounts(tags.map(({ label }) => label)).data?.items
  useTitle('Tags')
  return (
    <div className={page.page}>
      <h1>Tags</h1>
      <p>
        A tag that is renamed is so for everybody who has it, and in segments, views, macros and promises that ask for
        it.
      </p>
      <label className={page.find}>
        Find a tag
        <input type="search" dir="auto" maxLength={64} value={q} onChange={({ target }) => setQ(target.value)} />
      </label>
      {found.error && <Trouble error={found.error} what="The tags cannot be read." again={found.again} />}
      {found.pages && tags.length === 0 && <p className={page.none}>No such tags. One is made below.</p>}
      {tags.length > 0 && (
        <ul className={style.rows} aria-label="Tags">
          {tags.map((tag) => (
            <One
              key={`${tag.id}/${String(tag.rev)}`}
              tag={tag}
              others={tags.filter(({ id }) => id !== tag.id)}
              count={counts?.find(({ label }) => label === tag.label)}
            />
          ))}
        </ul>
      )}
      {found.hasNextPage && (
        <button type="button" className={page.more} disabled={found.isFetchingNextPage} onClick={found.more}>
          Show more
        </button>
      )}
      <Make />
    </div>
  )
}

const figure = (count: number) => (count >= countMax ? 'ten thousand or more' : count.toLocaleString('en'))
const people = (count: number) => (count === 1 ? 'one person' : `${figure(count)} people`)
const threads = (count: number) => (count === 1 ? 'one conversation' : `${figure(count)} conversations`)

interface OneProps {
  tag: Tag
  others: readonly Tag[]
  count: TagCount | undefined
}

const One = ({ tag, others, count }: OneProps) => {
  const [open, setOpen] = useState<'change' | 'merge' | 'delete' | null>(null)
  const { label, description, colour } = tag
  const turn = (what: typeof open) => setOpen(open === what ? null : what)
  return (
    <li>
      <span>
        <b>
          <span className={tool.dot} style={{ background: colour ?? 'var(--edge)' }} aria-hidden="true" />{' '}
          <bdi>{label}</bdi>
        </b>
        <small>
          {count ? `${people(count.people)}, ${threads(count.conversations)}` : 'being counted'}
          {description !== '' && <bdi> · {description}</bdi>}
        </small>
      </span>
      <span className={tool.act}>
        <Button
          tone="quiet"
          aria-label={`Change ${label}`}
          aria-expanded={open === 'change'}
          onClick={() => turn('change')}
        >
          Change
        </Button>
        {others.length > 0 && (
          <Button
            tone="quiet"
            aria-label={`Merge ${label}`}
            aria-expanded={open === 'merge'}
            onClick={() => turn('merge')}
          >
            Merge
          </Button>
        )}
        <Button
          tone="quiet"
          aria-label={`Delete ${label}`}
          aria-expanded={open === 'delete'}
          onClick={() => turn('delete')}
        >
          Delete
        </Button>
      </span>
      {open === 'change' && <Change tag={tag} />}
      {open === 'merge' && <Merge tag={tag} others={others} />}
      {open === 'delete' && <Delete tag={tag} count={count} />}
    </li>
  )
}

const Change = ({ tag }: { tag: Tag }) => {
  const renewed = useNamedRenewed('tags')
  return <Form tag={tag} says="Save" submit={(fields) => peopleSettings.changeTag(tag, fields).finally(renewed)} />
}

const Merge = ({ tag, others }: Pick<OneProps, 'tag' | 'others'>) => {
  const [into, setInto] = useState('')
  const renewed = useNamedRenewed('tags')
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <form
      className={style.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        void doing.do(() => peopleSettings.mergeTags(tag, into).finally(renewed))
      }}
    >
      <label>
        Whoever has {tag.label} has from now on
        <select required value={into} onChange={({ target }) => setInto(target.value)}>
          <option value="" disabled>
            Choose
          </option>
          {others.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {failed && <Trouble error={failed} what="They are two still." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        Merge them
      </Button>
    </form>
  )
}

const Delete = ({ tag, count }: Pick<OneProps, 'tag' | 'count'>) => {
  const renewed = useNamedRenewed('tags')
  const { failed, isBusy, ...doing } = useDoing()
  const whom = count ? `${people(count.people)} and ${threads(count.conversations)}` : 'everybody'
  return (
    <div className={style.editor}>
      <p>It is taken off {whom}, and cannot be brought back.</p>
      {failed && <Trouble error={failed} what="It is still there." />}
      <Button
        tone="edge"
        disabled={isBusy}
        onClick={() => void doing.do(() => peopleSettings.removeTag(tag).finally(renewed))}
      >
        Take it off everybody
      </Button>
    </div>
  )
}

const Make = () => {
  const [made, setMade] = useState(0)
  const renewed = useNamedRenewed('tags')
  const submit = async (fields: Written) => {
    await peopleSettings.makeTag(fields)
    setMade(made + 1)
    await renewed()
  }
  return (
    <section aria-labelledby="new-tag">
      <h2 id="new-tag">A new tag</h2>
      <Form key={made} tag={undefined} says="Make it" submit={submit} />
    </section>
  )
}

type Written = Pick<Tag, 'label' | 'description' | 'colour'>
const empty: Written = { label: '', description: '', colour: null }
const firstColour = '#2563eb'

interface FormProps {
  tag: Tag | undefined
  says: string
  submit: (fields: Written) => Promise<unknown>
}

const Form = ({ tag, says, submit }: FormProps) => {
  const { label, description, colour } = tag ?? empty
  const [draft, setDraft] = useState<Written>({ label, description, colour })
  const { failed, isBusy, ...doing } = useDoing()
  const put = (part: Partial<Written>) => setDraft({ ...draft, ...part })
  return (
    <form
      className={style.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        void doing.do(() => submit({ ...draft, label: draft.label.trim() }))
      }}
    >
      <label>
        Tag
        <input
          required
          dir="auto"
          maxLength={64}
          value={draft.label}
          onChange={({ target }) => put({ label: target.value.toLowerCase() })}
        />
      </label>
      <label>
        What it means, optional
        <input
          dir="auto"
          maxLength={300}
          value={draft.description}
          onChange={({ target }) => put({ description: target.value })}
        />
      </label>
      <label className={tool.check}>
        <input
          type="checkbox"
          checked={draft.colour !== null}
          onChange={({ target }) => put({ colour: target.checked ? firstColour : null })}
        />
        With a colour
      </label>
      {draft.colour !== null && (
        <label>
          Colour
          <input
            type="color"
            className={style.colour}
            value={draft.colour}
            onChange={({ target }) => put({ colour: target.value })}
          />
        </label>
      )}
      {failed && <Trouble error={failed} what="Nothing was saved." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        {says}
      </Button>
    </form>
  )
}
