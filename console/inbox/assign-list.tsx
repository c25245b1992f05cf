import { Menu } from '@mantine/core'
import { IconCheck, IconUserOff } from '@tabler/icons-react'
import { usePresence } from '../live/use-presence.ts'
import { useMembers } from '../live/use-session.ts'
import { OpenedMenu } from '../parts/opened-menu.tsx'
import style from './assign-list.module.css'
import { AssignButton } from './assign-button.tsx'
import { Avatar, withStatus } from './avatar.tsx'

interface Props {
  isOpen: boolean
  assigneeId: string | null
  toggle: (isOpen: boolean) => void
  assign: (id: string | null) => void
}

export const AssignList = ({ isOpen, assigneeId, toggle, assign }: Props) => {
  const { members, me } = useMembers()
  const people = usePresence()
  const everybody = [me, ...members.filter(({ id }) => id !== me.id)]
  return (
    <OpenedMenu isOpen={isOpen} toggle={toggle} position="bottom-end">
      <Menu.Target>
        <AssignButton assigneeId={assigneeId} />
      </Menu.Target>
      <Menu.Dropdown aria-label="Assign to">
        {everybody.map(({ id, name }) => (
          <Menu.Item
            key={id}
            leftSection={<Avatar name={name} size={24} {...withStatus(people[id])} />}
            rightSection={id === assigneeId && <IconCheck size={16} stroke={2} aria-label="has it" />}
            onClick={() => assign(id)}
          >
            <bdi>{id === me.id ? `${name} (you)` : name}</bdi>
            <span className={style.how}> {people[id]?.status ?? 'offline'}</span>
          </Menu.Item>
        ))}
        {assigneeId !== null && (
          <Menu.Item
            leftSection={<IconUserOff className={style.nobody} size={18} stroke={1.7} />}
            onClick={() => assign(null)}
          >
            Nobody
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </OpenedMenu>
  )
}
