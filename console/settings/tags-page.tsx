import { useDeferredValue, useState } from 'react'
import type { Tag, TagCount } from '../../client/people-settings.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { peopleSettings } from '../live/people-settings.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import { CheckField, ChoiceField, Field } from '../parts/fields.tsx'
import { More } from '../parts/more.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Form } from './form.tsx'
import { Another, Listed } from './listed.tsx'
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
  const renewed = useNamedRenewed('tags')
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
      <Listed
        says="Tags"
        items={found.pages && tags}
        error={found.error}
        again={found.again}
        unread="The tags cannot be read."
        none="No such tags. One is made below."
      >
        {(tag) => (
          <One
            key={`${tag.id}/${String(tag.rev)}`}
            tag={tag}
            others={tags.filter(({ id }) => id !== tag.id)}
            count={counts?.find(({ label }) => label === tag.label)}
          />
        )}
      </Listed>
      <More found={found} />
      <Another title="A new tag" make={(written: Written) => peopleSettings.makeTag(written).then(renewed)}>
        {(submit) => <TagForm tag={empty} says="Make it" submit={submit} />}
      </Another>
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
      <span className={style.acts}>
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
  return <TagForm tag={tag} says="Save" submit={(written) => peopleSettings.changeTag(tag, written).finally(renewed)} />
}

const Merge = ({ tag, others }: Pick<OneProps, 'tag' | 'others'>) => {
  const [into, setInto] = useState('')
  const renewed = useNamedRenewed('tags')
  return (
    <Form
      says="Merge them"
      submit={() => peopleSettings.mergeTags(tag, into).finally(renewed)}
      what="They are two still."
    >
      <ChoiceField
        says={`Whoever has ${tag.label} has from now on`}
        until="Choose"
        value={into}
        options={others.map(({ id, label }) => [id, label])}
        change={setInto}
      />
    </Form>
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

type Written = Pick<Tag, 'label' | 'description' | 'colour'>
const empty: Written = { label: '', description: '', colour: null }
const firstColour = '#2563eb'

interface FormProps {
  tag: Written
  says: string
  submit: (written: Written) => Promise<unknown>
}

const TagForm = ({ tag: { label, description, colour }, says, submit }: FormProps) => {
  const [draft, setDraft] = useState<Written>({ label, description, colour })
  const put = (part: Partial<Written>) => setDraft({ ...draft, ...part })
  return (
    <Form says={says} submit={() => submit({ ...draft, label: draft.label.trim() })}>
      <Field
        says="Tag"
        required
        dir="auto"
        maxLength={64}
        value={draft.label}
        change={(typed) => put({ label: typed.toLowerCase() })}
      />
      <Field
        says="What it means, optional"
        dir="auto"
        maxLength={300}
        value={draft.description}
        change={(description) => put({ description })}
      />
      <CheckField
        says="With a colour"
        isOn={draft.colour !== null}
        turn={(isOn) => put({ colour: isOn ? firstColour : null })}
      />
      {draft.colour !== null && (
        <Field
          says="Colour"
          type="color"
          className={style.colour}
          value={draft.colour}
          change={(colour) => put({ colour })}
        />
      )}
    </Form>
  )
}
