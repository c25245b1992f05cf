import { Menu } from '@mantine/core'
import { IconApi, IconCheck, IconLogout } from '@tabler/icons-react'
import { api, leave } from '../live/careline.ts'
import { type OwnStatus, ownStatus, statuses, useOwnStatus } from '../live/own-status.ts'
import { openDocs } from '../parts/docs-link.tsx'
import { Dot } from '../parts/dot.tsx'
import { OpenedMenu } from '../parts/opened-menu.tsx'
import style from './me-menu.module.css'
import { MeButton } from './me-button.tsx'
import { WorkspaceItems } from './workspace-items.tsx'

const says: { [Status in OwnStatus]: string } = { online: 'Online', away: 'Away', busy: 'Busy' }

interface Props {
  name: string
  isOpen: boolean
  toggle: (isOpen: boolean) => void
}

export const MeMenu = ({ name, isOpen, toggle }: Props) => {
  const mine = useOwnStatus()
  return (
    <OpenedMenu isOpen={isOpen} toggle={toggle} position="right-end">
      <Menu.Target>
        <MeButton name={name} />
      </Menu.Target>
      <Menu.Dropdown aria-label="How you are">
        <Menu.RadioGroup value={mine} onChange={(status) => ownStatus.set(status as OwnStatus)}>
          {statuses.map((status) => (
            <Menu.RadioItem
              key={status}
              value={status}
              closeMenuOnClick
              checkIcon={<IconCheck size={16} stroke={2} aria-hidden="true" />}
            >
              <span className={style.how}>
                <span className={style.sample} aria-hidden="true">
                  <Dot status={status} />
                </span>
                {says[status]}
              </span>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <WorkspaceItems />
        <Menu.Item leftSection={<IconApi size={18} stroke={1.7} />} onClick={openDocs}>
          API documentation
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout className="turns" size={18} stroke={1.7} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </OpenedMenu>
  )
}

async function signOut() {
  try {
    await api.logout()
  } finally {
    ownStatus.forget()
    void leave()
  }
}
