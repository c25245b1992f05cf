import '@mantine/core/styles/Menu.css'
import { Menu } from '@mantine/core'
import { IconCheck, IconChevronDown, IconUserOff, IconUserPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useCommand } from '../live/use-command.ts'
import { useMembers } from '../live/use-session.ts'
import { useKeys } from '../shell/keys.ts'
import menu from './assign-menu.module.css'
import { Avatar } from './avatar.tsx'
import style from './thread.module.css'

interface Props {
  conversationId: string
  assigneeId: string | null
}

export const AssignMenu = ({ conversationId, assigneeId }: Props) => {
  const [isOpen, setOpen] = useState(false)
  const { members, me, nameOf } = useMembers()
  const { run, error } = useCommand('conversation.assign')
  const assign = (id: string | null) => run({ conversationId, assigneeId: id })
  useKeys({ assign: () => setOpen(true) })
  const others = members.filter(({ id }) => id !== me.id)
  return (
    <Menu
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      width={232}
      radius={14}
      shadow="md"
      classNames={menu}
    >
      <Menu.Target>
        <button type="button" className={style.assign} aria-label={labelOf(assigneeId, nameOf)}>
          <Assignee assigneeId={assigneeId} name={assigneeId === me.id ? me.name : nameOf(assigneeId)} />
          <span>{assigneeId === null ? 'Assign' : nameOf(assigneeId)}</span>
          <IconChevronDown size={14} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown aria-label="Assign to">
        {[me, ...others].map(({ id, name }) => (
          <Menu.Item
            key={id}
            leftSection={<Avatar name={name} size={24} />}
            rightSection={id === assigneeId && <IconCheck size={16} stroke={2} aria-label="has it" />}
            onClick={() => assign(id)}
          >
            <bdi>{id === me.id ? `${name} (you)` : name}</bdi>
          </Menu.Item>
        ))}
        {assigneeId !== null && (
          <Menu.Item leftSection={<IconUserOff size={18} stroke={1.7} />} onClick={() => assign(null)}>
            Nobody
          </Menu.Item>
        )}
      </Menu.Dropdown>
      {error && (
        <span role="alert" className={menu.failed}>
          {error.title}
        </span>
      )}
    </Menu>
  )
}

const labelOf = (assigneeId: string | null, nameOf: (id: string | null) => string) =>
  assigneeId === null ? 'Assign' : `${nameOf(assigneeId)}: assign to somebody else`

const Assignee = ({ assigneeId, name }: { assigneeId: string | null; name: string }) =>
  assigneeId === null ? <IconUserPlus size={18} stroke={1.7} aria-hidden="true" /> : <Avatar name={name} size={22} />
