import { mayIn, useSession } from '../live/use-session.ts'
import { TabsPage } from '../parts/tabs-page.tsx'

const tabs = [
  { to: '/people', says: 'People', isExact: true },
  { to: '/people/segments', says: 'Segments' },
  { to: '/people/birthdays', says: 'Birthdays' },
  { to: '/people/duplicates', says: 'Duplicates' },
  { to: '/people/import', says: 'Import', needs: 'people.import' },
  { to: '/people/requests', says: 'Requests', needs: 'people.erase' },
] as const

/** Everybody whom the business knows. */
export const PeopleFrame = () => {
  const session = useSession()
  return <TabsPage name="People" tabs={tabs.filter((one) => !('needs' in one) || mayIn(session, one.needs))} />
}
