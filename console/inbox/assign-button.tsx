import { IconChevronDown, IconUserPlus } from '@tabler/icons-react'
import type { ComponentProps } from 'react'
import { usePresence } from '../live/use-presence.ts'
import { useMembers } from '../live/use-session.ts'
import { Avatar, withStatus } from './avatar.tsx'
import style from './thread.module.css'

type ButtonProps = ComponentProps<'button'> & { assigneeId: string | null }

/** Who has the conversation. */
export const AssignButton = ({ assigneeId, ...rest }: ButtonProps) => {
  const { me, nameOf } = useMembers()
  const name = nameOf(assigneeId)
  const people = usePresence()
  const isNobody = assigneeId === null
  return (
    <button type="button" {...rest} className={style.assign} aria-haspopup="menu" data-tip="Assign" data-tip-key="A">
      {isNobody ? (
        <IconUserPlus size={18} stroke={1.7} aria-hidden="true" />
      ) : (
        <Avatar name={assigneeId === me.id ? me.name : name} size={22} {...withStatus(people[assigneeId])} />
      )}
      {!isNobody && <span className="unseen">Assigned to </span>}
      <span>{isNobody ? 'Assign' : name}</span>
      <IconChevronDown size={14} aria-hidden="true" />
    </button>
  )
}
