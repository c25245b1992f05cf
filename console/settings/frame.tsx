import { mayIn, useSession } from '../live/use-session.ts'
import { TabsPage } from '../parts/tabs-page.tsx'

/** `needs`: the permission without which there is nothing to do on the page. */
const tabs = [
  { to: '/settings/account', says: 'My account' },
  { to: '/settings/business', says: 'Business', needs: 'workspace.manage' },
  { to: '/settings/hours', says: 'Hours', needs: 'workspace.manage' },
  { to: '/settings/team', says: 'Team', needs: 'members.manage' },
  { to: '/settings/teams', says: 'Teams', needs: 'teams.manage' },
  { to: '/settings/services', says: 'Services', needs: 'services.manage' },
  { to: '/settings/assignment', says: 'Assignment', needs: 'assignment.manage' },
  { to: '/settings/promises', says: 'Promises', needs: 'sla.manage' },
  { to: '/settings/templates', says: 'Templates', needs: 'templates.manage' },
  { to: '/settings/replies', says: 'Canned answers', needs: 'replies.manage' },
  { to: '/settings/macros', says: 'Macros', needs: 'replies.manage' },
  { to: '/settings/fields', says: 'Own fields', needs: 'people.fields' },
  { to: '/settings/statuses', says: 'Statuses', needs: 'people.fields' },
  { to: '/settings/tags', says: 'Tags', needs: 'people.write' },
  { to: '/settings/forms', says: 'Website forms', needs: 'workspace.manage' },
  { to: '/settings/suppressions', says: 'Nothing goes to', needs: 'people.read' },
  { to: '/settings/modules', says: 'Modules', needs: 'workspace.manage' },
  { to: '/settings/branding', says: 'Branding', needs: 'workspace.manage' },
  { to: '/settings/channels', says: 'Channels', needs: 'channels.manage' },
  { to: '/settings/slack', says: 'Slack', needs: 'channels.manage' },
  { to: '/settings/webhooks', says: 'Webhooks', needs: 'webhooks.manage' },
  { to: '/settings/keys', says: 'API keys', needs: 'keys.manage' },
  { to: '/settings/data', says: 'Data', needs: 'workspace.export' },
] as const

/** What people set for themselves, and who may for the workspace. */
export const SettingsFrame = () => {
  const session = useSession()
  return <TabsPage name="Settings" tabs={tabs.filter((one) => !('needs' in one) || mayIn(session, one.needs))} />
}
