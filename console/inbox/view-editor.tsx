import { useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent, type ReactNode } from 'react'
import type { Filter, InboxView } from '../../client/tools.ts'
import { tools } from '../live/tools.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { useTeams } from '../settings/use-business.ts'
import { Trouble } from './trouble.tsx'
import { useToolsRenewed, useViews } from './use-tools.ts'
import { ConditionRow, type Condition, newCondition } from './view-condition.tsx'
import style from './view-editor.module.css'
import type { Chosen } from './views.ts'

const conditionsMax = 10

interface Props {
  chosen: Chosen
  close: () => void
}

/** One team alone; and a question that is asked often, kept under a name. */
export const ViewEditor = ({ chosen, close }: Props) => {
  const mine = useViews().data?.items.find(({ id }) => id === chosen.saved)
  return (
    <section className={style.editor} aria-label="Views">
      <Team chosen={chosen} />
      {mine ? <Saved key={mine.rev} view={mine} close={close} /> : <Make close={close} />}
    </section>
  )
}

const Team = ({ chosen: { view, team } }: { chosen: Chosen }) => {
  const teams = useTeams().data?.items ?? []
  const navigate = useNavigate({ from: '/inbox' })
  if (teams.length === 0) return null
  const choose = (id: string) =>
    void navigate({ to: '.', search: { ...(view !== 'open' && { view }), ...(id !== '' && { team: id }) } })
  return (
    <label>
      Team
      <select value={team ?? ''} onChange={({ target }) => choose(target.value)}>
        <option value="">All teams</option>
        <option value="none">Without a team</option>
        {teams.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

const Saved = ({ view, close }: { view: InboxView; close: () => void }) => {
  const session = useSession()
  const navigate = useNavigate({ from: '/inbox' })
  const renewed = useToolsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const maySaveIt = view.createdBy === session.user.id || mayIn(session, 'views.share')
  const remove = () =>
    doing.do(async () => {
      await tools.removeView(view)
      await navigate({ to: '.', search: {} })
      close()
      await renewed('inbox-views')
    })
  return (
    <>
      <p>
        <bdi>{view.name}</bdi>
        {view.isShared ? ' is seen by everybody.' : ' is seen by you alone.'}
      </p>
      {maySaveIt && <Change view={view} close={close} />}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
      {mayIn(session, 'views.share') && (
        <label className={style.check}>
          <input
            type="checkbox"
            disabled={isBusy}
            checked={view.isShared}
            onChange={({ target }) => {
              const isShared = target.checked
              void doing.do(() => tools.shareView(view.id, isShared).finally(() => renewed('inbox-views')))
            }}
          />
          For everybody
        </label>
      )}
      {maySaveIt && (
        <Button tone="quiet" disabled={isBusy} onClick={() => void remove()}>
          Delete this view
        </Button>
      )}
    </>
  )
}

/** The questions of a filter that asks all of them; undefined where it holds groups within groups. */
function questionsOf(filter: Filter): Condition[] | undefined {
  if ('field' in filter) return [filter]
  if (!('all' in filter)) return undefined
  const parts = filter.all.flatMap((part) => ('field' in part ? [part] : []))
  return parts.length === filter.all.length ? parts : undefined
}

const Change = ({ view, close }: { view: InboxView; close: () => void }) => {
  const renewed = useToolsRenewed()
  const asked = questionsOf(view.filter)
  const submit = async ({ conditions, ...rest }: Written) => {
    await tools.changeView(view, { ...rest, ...(asked && { filter: { all: conditions } }) })
    await renewed('inbox-views')
    close()
  }
  return (
    <Form
      written={{ name: view.name, order: view.order, conditions: asked ?? [] }}
      isPlain={asked !== undefined}
      says="Save the view"
      submit={submit}
    />
  )
}

const Make = ({ close }: { close: () => void }) => {
  const session = useSession()
  const navigate = useNavigate({ from: '/inbox' })
  const renewed = useToolsRenewed()
  const [isShared, setShared] = useState(false)
  const submit = async ({ conditions, ...rest }: Written) => {
    const { id } = await tools.makeView({ ...rest, filter: { all: conditions }, isShared })
    await renewed('inbox-views')
    await navigate({ to: '.', search: { saved: id } })
    close()
  }
  return (
    <Form
      written={{ name: '', order: 'latest', conditions: [newCondition] }}
      isPlain
      says="Keep the view"
      submit={submit}
    >
      {mayIn(session, 'views.share') && (
        <label className={style.check}>
          <input type="checkbox" checked={isShared} onChange={({ target }) => setShared(target.checked)} />
          For everybody
        </label>
      )}
    </Form>
  )
}

interface Written {
  name: string
  order: InboxView['order']
  conditions: Condition[]
}

interface FormProps {
  written: Written
  /** False where the filter is more than can be shown here: it stays as it is. */
  isPlain: boolean
  says: string
  submit: (written: Written) => Promise<unknown>
  children?: ReactNode
}

const Form = ({ written: before, isPlain, says, submit, children }: FormProps) => {
  const [{ name, order, conditions }, setWritten] = useState(before)
  const { failed, isBusy, ...doing } = useDoing()
  const put = (part: Partial<Written>) => setWritten({ name, order, conditions, ...part })
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        void doing.do(() => submit({ name: name.trim(), order, conditions }))
      }}
    >
      {isPlain ? (
        <Questions conditions={conditions} set={(next) => put({ conditions: next })} />
      ) : (
        <p>What it asks has groups within groups: that is changed over the API.</p>
      )}
      <label>
        In the order of
        <select value={order} onChange={({ target }) => put({ order: target.value as InboxView['order'] })}>
          <option value="latest">the last message</option>
          <option value="waiting">who waits longest</option>
        </select>
      </label>
      <label>
        Name
        <input required dir="auto" maxLength={60} value={name} onChange={({ target }) => put({ name: target.value })} />
      </label>
      {children}
      {failed && <Trouble error={failed} what="The view is as it was." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        {says}
      </Button>
    </form>
  )
}

const Questions = ({ conditions, set }: { conditions: Condition[]; set: (conditions: Condition[]) => void }) => (
  <>
    <ul>
      {conditions.map((condition, index) => (
        <li key={index}>
          <ConditionRow
            condition={condition}
            change={(next) => set(conditions.map((one, nth) => (nth === index ? next : one)))}
            remove={conditions.length > 1 ? () => set(conditions.filter((_, nth) => nth !== index)) : undefined}
          />
        </li>
      ))}
    </ul>
    {conditions.length < conditionsMax && (
      <Button tone="quiet" onClick={() => set([...conditions, newCondition])}>
        And
      </Button>
    )}
  </>
)
