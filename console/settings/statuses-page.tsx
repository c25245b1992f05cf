import { useState } from 'react'
import type { StatusOption } from '../../client/people-settings.ts'
import { peopleSettings } from '../live/people-settings.ts'
import { Field, NameField } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { stages, stageWords } from '../people/words.ts'
import { useTitle } from '../shell/use-title.ts'
import { Form } from './form.tsx'
import { Another, Listed, Row } from './listed.tsx'
import { lastPlace, moved, orderStep } from './order.ts'
import { useNamedRenewed, useStatuses } from './use-people-settings.ts'

const name = 'user-status-options'
const inOrder = (one: StatusOption, other: StatusOption) => one.order - other.order || (one.id < other.id ? -1 : 1)

/** In what state people can be here: `on holiday`, `in treatment`. */
export const StatusesPage = () => {
  const { data, error, refetch } = useStatuses()
  const statuses = data?.items.toSorted(inOrder)
  const renewed = useNamedRenewed(name)
  const make = (written: Written) =>
    peopleSettings.makeStatus({ ...written, order: lastPlace(statuses ?? []) + orderStep }).then(renewed)
  useTitle('Statuses')
  return (
    <div className={page.page}>
      <h1>Statuses</h1>
      <p>
        In what state people are with you, in your own words; it stands on their page. How far they have come stands
        beside it, and is the same everywhere: {stages.map((one) => stageWords[one]).join(', ')}.
      </p>
      <Listed
        says="Statuses"
        items={statuses}
        error={error}
        again={refetch}
        unread="The statuses cannot be read."
        none="No statuses yet. One is made below."
      >
        {(status) => <One key={`${status.id}/${String(status.rev)}`} status={status} all={statuses ?? []} />}
      </Listed>
      <Another title="A new status" make={make}>
        {(submit) => <StatusForm fields={{ name: '', description: '' }} says="Make it" submit={submit} />}
      </Another>
    </div>
  )
}

const One = ({ status, all }: { status: StatusOption; all: readonly StatusOption[] }) => {
  const renewed = useNamedRenewed(name)
  const change = (written: Written) => peopleSettings.changeStatus(status, written).finally(renewed)
  const up = () => moved(all, status, -1, peopleSettings.changeStatus).finally(renewed)
  return (
    <Row
      name={status.name}
      before={[{ says: '↑', label: `${status.name} further up`, isOff: status === all[0], do: up }]}
      form={<StatusForm fields={status} says="Save" submit={change} />}
      acts={[{ says: 'Delete', do: () => peopleSettings.removeStatus(status).finally(renewed) }]}
    >
      <small>
        <bdi>{status.description}</bdi>
      </small>
    </Row>
  )
}

type Written = Pick<StatusOption, 'name' | 'description'>
interface FormProps {
  fields: Written
  says: string
  submit: (fields: Written) => Promise<unknown>
}

const StatusForm = ({ fields, says, submit }: FormProps) => {
  const [name, setName] = useState(fields.name)
  const [description, setDescription] = useState(fields.description)
  return (
    <Form says={says} submit={() => submit({ name: name.trim(), description: description.trim() })}>
      <NameField max={60} value={name} change={setName} />
      <Field says="What it means, optional" dir="auto" maxLength={300} value={description} change={setDescription} />
    </Form>
  )
}
