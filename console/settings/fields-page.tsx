import { useState } from 'react'
import type { CustomField } from '../../client/records.ts'
import { peopleSettings } from '../live/people-settings.ts'
import { CheckField, ChoiceField, Field, NameField, WordsField } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Form } from './form.tsx'
import { Another, Listed, Row } from './listed.tsx'
import { lastPlace, moved, orderStep } from './order.ts'
import { useNamedRenewed, useOwnFields } from './use-people-settings.ts'

type Type = CustomField['type']
const kinds: readonly (readonly [Type, string])[] = [
  ['text', 'Text'],
  ['number', 'Number'],
  ['date', 'Date'],
  ['choice', 'One of several'],
  ['choices', 'Some of several'],
  ['yes_no', 'Yes or no'],
]

const inOrder = (one: CustomField, other: CustomField) =>
  Number(one.isArchived) - Number(other.isArchived) || one.order - other.order || (one.id < other.id ? -1 : 1)

/** What a business wants to know of people besides what everybody does. */
export const FieldsPage = () => {
  const { data, error, refetch } = useOwnFields()
  const fields = data?.items.toSorted(inOrder)
  const inUse = fields?.filter(({ isArchived }) => !isArchived) ?? []
  const renewed = useNamedRenewed('custom-fields')
  const make = (written: Written) =>
    peopleSettings.makeField({ ...written, order: lastPlace(fields ?? []) + orderStep }).then(renewed)
  useTitle('Own fields')
  return (
    <div className={page.page}>
      <h1>Own fields</h1>
      <p>
        They stand on everybody’s page in this order, can be columns of an import, and can be asked for in segments.
        What is sensitive is encrypted, seen by whoever may see it alone, and in no list.
      </p>
      <Listed
        says="Own fields"
        items={fields}
        error={error}
        again={refetch}
        unread="The fields cannot be read."
        none="No fields of your own yet. One is made below."
      >
        {(field) => <One key={`${field.id}/${String(field.rev)}`} field={field} inUse={inUse} />}
      </Listed>
      <Another title="A new field" make={make}>
        {(submit) => <FieldForm field={undefined} says="Make it" submit={submit} />}
      </Another>
    </div>
  )
}

const wordsOf = ({ type, options, isSensitive, description }: CustomField) => {
  const kind = kinds.find(([one]) => one === type)?.[1]
  return [kind, options.join(', '), isSensitive && 'sensitive', description].filter(Boolean).join(' · ')
}

const One = ({ field, inUse }: { field: CustomField; inUse: readonly CustomField[] }) => {
  const renewed = useNamedRenewed('custom-fields')
  const { key, name, isArchived } = field
  const change = (fields: Parameters<typeof peopleSettings.changeField>[1]) =>
    peopleSettings.changeField(field, fields).finally(renewed)
  const move = (by: -1 | 1) => moved(inUse, field, by, peopleSettings.changeField).finally(renewed)
  const up = { says: '↑', label: `${name} further up`, isOff: field === inUse[0], do: () => move(-1) }
  const down = { says: '↓', label: `${name} further down`, isOff: field === inUse.at(-1), do: () => move(1) }
  const away = isArchived ? 'Use again' : 'Put away'
  return (
    <Row
      name={name}
      code={<code>{key}</code>}
      isQuiet={isArchived}
      {...(!isArchived && {
        before: [up, down],
        // What stays as it was made is no part of a change.
        form: (
          <FieldForm
            field={field}
            says="Save"
            submit={({ name, description, options }) => change({ name, description, options })}
          />
        ),
      })}
      acts={[{ says: away, label: `${away}: ${name}`, do: () => change({ isArchived: !isArchived }) }]}
    >
      {isArchived && <em>put away</em>}
      <small>{wordsOf(field)}</small>
    </Row>
  )
}

type Written = Pick<CustomField, 'key' | 'name' | 'description' | 'type' | 'options' | 'isSensitive'>
const empty: Written = { key: '', name: '', description: '', type: 'text', options: [], isSensitive: false }

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

const FieldForm = ({ field, says, submit }: FormProps) => {
  const { key, name, description, type, options, isSensitive } = field ?? empty
  const [draft, setDraft] = useState<Written>({ key, name, description, type, options, isSensitive })
  const put = (part: Partial<Written>) => setDraft({ ...draft, ...part })
  const isChoice = draft.type === 'choice' || draft.type === 'choices'
  const save = () => {
    const written = draft.options.map((one) => one.trim()).filter((one) => one !== '')
    const made = field ? draft.key : draft.key || keyOf(draft.name)
    return submit({ ...draft, key: made, options: isChoice ? written : [] })
  }
  return (
    <Form says={says} submit={save}>
      <NameField max={80} value={draft.name} change={(name) => put({ name })} />
      {!field && <Lasting draft={draft} put={put} />}
      {isChoice && (
        <WordsField
          says="What can be chosen, one on each line"
          required
          value={draft.options.join('\n')}
          change={(typed) => put({ options: typed.split('\n').slice(0, 100) })}
        />
      )}
      <Field
        says="What it is for, optional"
        dir="auto"
        maxLength={300}
        value={draft.description}
        change={(description) => put({ description })}
      />
    </Form>
  )
}

/** What stays as it was made. */
const Lasting = ({ draft, put }: { draft: Written; put(part: Partial<Written>): void }) => (
  <>
    <Field
      says="Key, for imports and the API; it stays"
      maxLength={40}
      pattern="[a-z][a-z0-9_]*"
      title="a to z, 0 to 9 and _, beginning with a letter"
      placeholder={keyOf(draft.name) || 'shoe_size'}
      value={draft.key}
      change={(key) => put({ key })}
    />
    <ChoiceField says="Kind; it stays" value={draft.type} options={kinds} change={(type) => put({ type })} />
    <CheckField
      says="Sensitive: encrypted, in no list and no segment; it stays so"
      isOn={draft.isSensitive}
      turn={(isSensitive) => put({ isSensitive })}
    />
  </>
)
