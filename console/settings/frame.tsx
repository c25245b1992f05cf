import { runsIt, useSession } from '../live/use-session.ts'
import { TabsPage } from '../parts/tabs-page.tsx'

const account = { to: '/settings/account', says: 'My account' } as const
const team = { to: '/settings/team', says: 'Team' } as const

/** What people set for themselves, and who may for the workspace. */
export const SettingsFrame = () => {
  const { user } = useSession()
  return <TabsPage name="Settings" tabs={runsIt(user) ? [account, team] : [account]} />
}
