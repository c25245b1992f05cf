import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Employee, Tenancy } from '../../client/operators.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { api, become } from '../live/careline.ts'
import { keepOwn } from '../live/acting.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import settings from '../settings/settings.module.css'
import { operators, ownTimes } from './operators.ts'

/** Who works in a workspace; asked for by a press of its own, since whoever looks stands in the audit. */
export const People = ({ one: { id, name } }: { one: Tenancy }) => {
  const [isOpen, setOpen] = useState(false)
  const says = isOpen ? 'Hide its people' : 'Show its people'
  return (
    <>
      <button
        type="button"
        className={page.more}
        aria-expanded={isOpen}
        aria-label={`${says}: ${name}`}
        onClick={() => setOpen(!isOpen)}
      >
        {says}
      </button>
      {isOpen && <All id={id} name={name} />}
    </>
  )
}

const All = ({ id, name }: { id: string; name: string }) => {
  const { data, error, refetch } = useQuery({
    queryKey: ['platform', 'members', id],
    queryFn: () => operators.members(id),
    staleTime: 0,
  })
  return (
    <>
      {error && <Trouble error={error} what="They cannot be read." again={() => void refetch()} />}
      <ul className={settings.rows} aria-label={`People of ${name}`}>
        {data?.items.map((one) => (
          <One key={one.id} workspaceId={id} one={one} />
        ))}
      </ul>
    </>
  )
}

const One = ({ workspaceId, one }: { workspaceId: string; one: Employee }) => {
  const { id, name, role, operatorsUntil } = one
  const [isAsked, setAsked] = useState(false)
  const { failed, isBusy, ...doing } = useDoing()
  const ask = () => void doing.do(() => operators.askToActAs(workspaceId, id)).then((isDone) => setAsked(isDone))
  const act = () =>
    void doing.do(async () => {
      const [own, session] = [api.session(), await operators.actAs(workspaceId, id)]
      if (own && !own.acting) keepOwn(own)
      become(session)
    })
  return (
    <li>
      <span>
        <b>
          <bdi>{name}</bdi>
        </b>
        <small className="figures">
          {operatorsUntil === null
            ? role
            : `${role}, lets operators act as them until ${ownTimes.full(operatorsUntil)}`}
        </small>
      </span>
      {operatorsUntil === null ? (
        <Button
          aria-label={`${isAsked ? 'Asked' : 'Ask to act as them'}: ${name}`}
          disabled={isBusy || isAsked}
          onClick={ask}
        >
          {isAsked ? 'Asked' : 'Ask to act as them'}
        </Button>
      ) : (
        <Button aria-label={`Act as ${name}`} disabled={isBusy} onClick={act}>
          Act as
        </Button>
      )}
      {isAsked && <p role="status">{name} has a letter, and sees it on their page.</p>}
      {failed && <Trouble error={failed} what="That did not work." />}
    </li>
  )
}
