import { TabsPage } from '../parts/tabs-page.tsx'

/** The pages for those who keep the installation running. */
export const OperationsFrame = () => (
  <TabsPage
    name="Operations"
    tabs={[
      { to: '/operations/actors', says: 'Actors' },
      { to: '/operations/audit', says: 'Audit' },
      { to: '/operations/errors', says: 'Errors' },
      { to: '/operations/dead-letters', says: 'Dead letters' },
      { to: '/operations/jobs', says: 'Jobs' },
      { to: '/operations/backups', says: 'Backups' },
      { to: '/operations/events', says: 'Events' },
    ]}
  />
)
