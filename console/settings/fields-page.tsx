import { useState, type FormEvent } from 'react'
import type { CustomField } from '../../client/records.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { peopleSettings } from '../live/people-settings.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { lastPlace, orderStep, placesAfter } from './order.ts'
import style from './settings.module.css'
import tool from './tools.module.css'
import { useNamedRenewed, useOwnFields } from './use-people-settings.ts'

type Type = CustomField['type']
const kinds: Record<Type, string> = {
  text: 'Text',
  number: 'Number',
  date: 'Date',
  choice: 'One of several',
  choices: 'Some of several',
  yes_no: 'Yes or no',
}

const inOrder = (one: CustomField, other: CustomField) =>
  Number(one.isArchived) - Number(other.isArchived) || one.order - other.order || (one.id < other.id ? -1 : 1)

/** What a business wants to know of people besides what everybody does. */
export const FieldsPage = () => {
  const { data, error, refetch } = useOwnFields()
  const fields = [...(data?.items ?? [])].sort(inOrder)
  useTitle('Own fields')
  return (
    <div className={page.page}>
      <h1>Own fields</h1>
      <p>
        They stand on everybody’s page in this order, can be columns of an import, and can be asked for in segments.
        What is sensitive is encrypted, seen by whoever may see it alone, and in no list.
      </p>
      {error && !data && <Trouble error={error} what="The fields cannot be read." again={() => void refetch()} />}
      {data?.items.length === 0 && <p className={page.none}>No fields of your own yet. One is made below.</p>}
      {fields.length > 0 && <Fields fields={fields} />}
      <Make last={lastPlace(fields)} />
    </div>
  )
}

const Fields = ({ fields }: { fields: readonly CustomField[] }) => {
  const renewed = useNamedRenewed('custom-fields')
  const { failed, isBusy, ...doing } = useDoing()
  const inUse = fields.filter(({ isArchived }) => !isArchived)
  const move = (field: CustomField, by: -1 | 1) => {
    void doing.do(async () => {
      for (const { one, order } of placesAfter(inUse, field, by)) await peopleSettings.changeField(one, { order })
      await renewed()
    })
  }
  return (
    <>
      {failed && <Trouble error={failed} what="The order is as before." />}
      <ul className={style.rows} aria-label="Own fields">
        {fields.map((field) => (
          <One
            key={`${field.id}/${String(field.rev)}`}
            field={field}
            isBusy={isBusy}
            isFirst={field === inUse[0]}
            isLast={field === inUse.at(-1)}
            move={(by) => move(field, by)}
          />
        ))}
      </ul>
    </>
  )
}

const wordsOf = ({ type, options, isSensitive, description }: CustomField) =>
  [kinds[type], options.join(', '), isSensitive && 'sensitive', description].filter(Boolean).join(' · ')

interface OneProps {
  field: CustomField
  isBusy: boolean
  isFirst: boolean
  isLast: boolean
  move(by: -1 | 1): void
}

const One = ({ field, isBusy, isFirst, isLast, move }: OneProps) => {
  const [isOpen, setOpen] = useState(false)
  const renewed = useNamedRenewed('custom-fields')
  const { failed, isBusy: isChanging, ...doing } = useDoing()
  const { key, name, isArchived } = field
  const archive = () =>
    void doing.do(() => peopleSettings.changeField(field, { isArchived: !isArchived }).finally(renewed))
  return (
    <li data-quiet={isArchived || undefined}>
      <span>
        <b>
          <bdi>{name}</bdi> <code>{key}</code>
        </b>
        {isArchived && <em>put away</em>}
        <small>{wordsOf(field)}</small>
      </span>
      <span className={tool.act}>
        {!isArchived && (
          <>
            <Button
              tone="quiet"
              aria-label={`${name} further up`}
              disabled={isBusy || isFirst}
              onClick={() => move(-1)}
            >
              ↑
            </Button>
            <Button
              tone="quiet"
              aria-label={`${name} further down`}
              disabled={isBusy || isLast}
              onClick={() => move(1)}
            >
              ↓
            </Button>
            <Button
              tone="quiet"
              aria-label={`${isOpen ? 'Close' : 'Change'} ${name}`}
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
            >
              {isOpen ? 'Close' : 'Change'}
            </Button>
          </>
        )}
        <Button
          tone="quiet"
          aria-label={`${isArchived ? 'Use again' : 'Put away'}: ${name}`}
          disabled={isChanging}
          onClick={archive}
        >
          {isArchived ? 'Use again' : 'Put away'}
        </Button>
      </span>
      {isOpen && <Change field={field} />}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </li>
  )
}

const Change = ({ field }: { field: CustomField }) => {
  const renewed = useNamedRenewed('custom-fields')
  // What stays as it was made is no part of a change.
  const submit = ({ name, description, options }: Written) =>
    peopleSettings.changeField(field, { name, description, options }).finally(renewed)
  return <Form field={field} says="Save" submit={submit} />
}

type Written = Pick<CustomField, 'key' | 'name' | 'description' | 'type' | 'options' | 'isSensitive'>
const empty: Written = { key: '', name: '', description: '', type: 'text', options: [], isSensitive: false }

const Make = ({ last }: { last: number }) => {
  const [made, setMade] = useState(0)
  const renewed = useNamedRenewed('custom-fields')
  const submit = async (written: Written) => {
    await peopleSettings.makeField({ ...written, order: last + orderStep })
    setMade(made + 1)
    await renewed()
  }
  return (
    <section aria-labelledby="new-field">
      <h2 id="new-field">A new field</h2>
      <Form key={made} field={undefined} says="Make it" submit={submit} />
    </section>
  )
}

/** As a key may be: what is typed as the name of a field makes one. */
const keyOf = (name: string) =>
  name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 40)

interface FormProps {
  field: CustomField | undefined
  says: string
  submit: (written: Written) => Promise<unknown>
}

const Form = ({ field, says, submit }: FormProps) => {
  const { key, name, description, type, options, isSensitive } = field ?? empty
  const [draft, setDraft] = useState<Written>({ key, name, description, type, options, isSensitive })
  const { failed, isBusy, ...doing } = useDoing()
  const put = (part: Partial<Written>) => setDraft({ ...draft, ...part })
  const isChoice = draft.type === 'choice' || draft.type === 'choices'
  return (
    <form
      className={style.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        const written = draft.options.map((one) => one.trim()).filter((one) => one !== '')
        const made = field ? draft.key : draft.key || keyOf(draft.name)
        void doing.do(() => submit({ ...draft, key: made, options: isChoice ? written : [] }))
      }}
    >
      <label>
        What it is called
        <input
          required
          dir="auto"
          maxLength={80}
          value={draft.name}
          onChange={({ target }) => put({ name: target.value })}
        />
      </label>
      {!field && <Lasting draft={draft} put={put} />}
      {isChoice && (
        <label>
          What can be chosen, one on each line
          <textarea
            required
            dir="auto"
            rows={4}
            value={draft.options.join('\n')}
            onChange={({ target }) => put({ options: target.value.split('\n').slice(0, 100) })}
          />
        </label>
      )}
      <label>
        What it is for, optional
        <input
          dir="auto"
          maxLength={300}
          value={draft.description}
          onChange={({ target }) => put({ description: target.value })}
        />
      </label>
      {failed && <Trouble error={failed} what="Nothing was saved." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        {says}
      </Button>
    </form>
  )
}

/** What stays as it was made. */
const Lasting = ({ draft, put }: { draft: Written; put(part: Partial<Written>): void }) => (
  <>
    <label>
      Key, for imports and the API; it stays
      <input
        maxLength={40}
        pattern="[a-z][a-z0-9_]*"
        title="a to z, 0 to 9 and _, beginning with a letter"
        placeholder={keyOf(draft.name) || 'shoe_size'}
        value={draft.key}
        onChange={({ target }) => put({ key: target.value })}
      />
    </label>
    <label>
      Kind; it stays
      <select value={draft.type} onChange={({ target }) => put({ type: target.value as Type })}>
        {Object.entries(kinds).map(([one, words]) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
    </label>
    <label className={tool.check}>
      <input
        type="checkbox"
        checked={draft.isSensitive}
        onChange={({ target }) => put({ isSensitive: target.checked })}
      />
      Sensitive: encrypted, in no list and no segment; it stays so
    </label>
  </>
)
