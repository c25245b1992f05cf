import { useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
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
      {mine ? <Saved view={mine} close={close} /> : <Make close={close} />}
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

const Make = ({ close }: { close: () => void }) => {
  const session = useSession()
  const navigate = useNavigate({ from: '/inbox' })
  const renewed = useToolsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const [name, setName] = useState('')
  const [order, setOrder] = useState<InboxView['order']>('latest')
  const [isShared, setShared] = useState(false)
  const [conditions, setConditions] = useState<Condition[]>([newCondition])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      const filter: Filter = { all: conditions }
      const { id } = await tools.makeView({ name: name.trim(), filter, order, isShared })
      await renewed('inbox-views')
      await navigate({ to: '.', search: { saved: id } })
      close()
    })
  }
  return (
    <form onSubmit={submit}>
      <Questions conditions={conditions} set={setConditions} />
      <label>
        In the order of
        <select value={order} onChange={({ target }) => setOrder(target.value as InboxView['order'])}>
          <option value="latest">the last message</option>
          <option value="waiting">who waits longest</option>
        </select>
      </label>
      <label>
        Name
        <input required dir="auto" maxLength={60} value={name} onChange={({ target }) => setName(target.value)} />
      </label>
      {mayIn(session, 'views.share') && (
        <label className={style.check}>
          <input type="checkbox" checked={isShared} onChange={({ target }) => setShared(target.checked)} />
          For everybody
        </label>
      )}
      {failed && <Trouble error={failed} what="The view was not kept." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        Keep the view
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
