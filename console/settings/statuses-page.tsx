import { useState, type FormEvent } from 'react'
import type { StatusOption } from '../../client/people-settings.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { peopleSettings } from '../live/people-settings.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { stages, stageWords } from '../people/words.ts'
import { useTitle } from '../shell/use-title.ts'
import { lastPlace, orderStep, placesAfter } from './order.ts'
import style from './settings.module.css'
import tool from './tools.module.css'
import { useNamedRenewed, useStatuses } from './use-people-settings.ts'

const name = 'user-status-options'
const inOrder = (one: StatusOption, other: StatusOption) => one.order - other.order || (one.id < other.id ? -1 : 1)

/** In what state people can be here: `on holiday`, `in treatment`. */
export const StatusesPage = () => {
  const { data, error, refetch } = useStatuses()
  const statuses = [...(data?.items ?? [])].sort(inOrder)
  useTitle('Statuses')
  return (
    <div className={page.page}>
      <h1>Statuses</h1>
      <p>
        In what state people are with you, in your own words; it stands on their page. How far they have come stands
        beside it, and is the same everywhere: {stages.map((one) => stageWords[one]).join(', ')}.
      </p>
      {error && !data && <Trouble error={error} what="The statuses cannot be read." again={() => void refetch()} />}
      {data?.items.length === 0 && <p className={page.none}>No statuses yet. One is made below.</p>}
      {statuses.length > 0 && (
        <ul className={style.rows} aria-label="Statuses">
          {statuses.map((status) => (
            <One key={`${status.id}/${String(status.rev)}`} status={status} all={statuses} />
          ))}
        </ul>
      )}
      <Make last={lastPlace(statuses)} />
    </div>
  )
}

const One = ({ status, all }: { status: StatusOption; all: readonly StatusOption[] }) => {
  const [isOpen, setOpen] = useState(false)
  const renewed = useNamedRenewed(name)
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) => void doing.do(() => work().finally(renewed))
  const up = () =>
    act(async () => {
      for (const { one, order } of placesAfter(all, status, -1)) await peopleSettings.changeStatus(one, { order })
    })
  return (
    <li>
      <span>
        <b>
          <bdi>{status.name}</bdi>
        </b>
        <small>
          <bdi>{status.description}</bdi>
        </small>
      </span>
      <span className={tool.act}>
        <Button
          tone="quiet"
          aria-label={`${status.name} further up`}
          disabled={isBusy || status === all[0]}
          onClick={up}
        >
          ↑
        </Button>
        <Button
          tone="quiet"
          aria-label={`${isOpen ? 'Close' : 'Change'} ${status.name}`}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? 'Close' : 'Change'}
        </Button>
        <Button
          tone="quiet"
          aria-label={`Delete ${status.name}`}
          disabled={isBusy}
          onClick={() => act(() => peopleSettings.removeStatus(status))}
        >
          Delete
        </Button>
      </span>
      {isOpen && (
        <Form
          fields={status}
          says="Save"
          submit={(fields) => peopleSettings.changeStatus(status, fields).finally(renewed)}
        />
      )}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </li>
  )
}

const Make = ({ last }: { last: number }) => {
  const [made, setMade] = useState(0)
  const renewed = useNamedRenewed(name)
  const submit = async (fields: Written) => {
    await peopleSettings.makeStatus({ ...fields, order: last + orderStep })
    setMade(made + 1)
    await renewed()
  }
  return (
    <section aria-labelledby="new-status">
      <h2 id="new-status">A new status</h2>
      <Form key={made} fields={{ name: '', description: '' }} says="Make it" submit={submit} />
    </section>
  )
}

type Written = Pick<StatusOption, 'name' | 'description'>
interface FormProps {
  fields: Written
  says: string
  submit: (fields: Written) => Promise<unknown>
}

const Form = ({ fields, says, submit }: FormProps) => {
  const [draft, setDraft] = useState<Written>({ name: fields.name, description: fields.description })
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <form
      className={style.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        void doing.do(() => submit({ name: draft.name.trim(), description: draft.description.trim() }))
      }}
    >
      <label>
        What it is called
        <input
          required
          dir="auto"
          maxLength={60}
          value={draft.name}
          onChange={({ target }) => setDraft({ ...draft, name: target.value })}
        />
      </label>
      <label>
        What it means, optional
        <input
          dir="auto"
          maxLength={300}
          value={draft.description}
          onChange={({ target }) => setDraft({ ...draft, description: target.value })}
        />
      </label>
      {failed && <Trouble error={failed} what="Nothing was saved." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        {says}
      </Button>
    </form>
  )
}
