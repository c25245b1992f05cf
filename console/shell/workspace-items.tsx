import { Menu } from '@mantine/core'
import { IconBuildingStore, IconCheck, IconPlus, IconRocket } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { moveTo } from '../live/careline.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { useBusiness } from '../settings/use-business.ts'
import { useWorkspaces } from '../settings/use-people.ts'

/** The businesses that one works for, in the menu of who is signed in: another one is a press away. */
export const WorkspaceItems = () => {
  const items = useWorkspaces().data?.items ?? []
  const isDraft = useIsDraft()
  const navigate = useNavigate()
  const { failed, isBusy, ...doing } = useDoing()
  const go = (id: string) => void doing.do(() => moveTo(id, '/inbox'))
  return (
    <>
      {items.map(({ id, name, isHere }) => (
        <Menu.Item
          key={id}
          disabled={isBusy}
          aria-current={isHere || undefined}
          leftSection={<IconBuildingStore size={18} stroke={1.7} />}
          rightSection={isHere ? <IconCheck size={16} stroke={2} aria-hidden="true" /> : null}
          closeMenuOnClick={isHere}
          onClick={() => {
            if (!isHere) go(id)
          }}
        >
          <bdi>{name}</bdi>
        </Menu.Item>
      ))}
      {failed && <p role="alert">You are still here: {failed.message}</p>}
      {isDraft && (
        <Menu.Item
          leftSection={<IconRocket size={18} stroke={1.7} />}
          onClick={() => void navigate({ to: '/onboarding' })}
        >
          Set it up
        </Menu.Item>
      )}
      <Menu.Item
        leftSection={<IconPlus size={18} stroke={1.7} />}
        onClick={() => void navigate({ to: '/open-business' })}
      >
        Another business
      </Menu.Item>
      <Menu.Divider />
    </>
  )
}

function useIsDraft() {
  const mayRead = mayIn(useSession(), 'workspace.manage')
  return useBusiness(mayRead).data?.status === 'draft'
}
