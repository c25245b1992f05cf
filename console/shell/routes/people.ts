import { createRoute } from '@tanstack/react-router'
import { page } from './page.ts'
import { staff } from './root.ts'

const people = createRoute({
  getParentRoute: () => staff,
  path: '/people',
  component: page(() => import('../../people/frame.tsx'), 'PeopleFrame'),
})

const peopleList = createRoute({
  getParentRoute: () => people,
  path: '/',
  component: page(() => import('../../people/list-page.tsx'), 'PeoplePage'),
})

const segments = createRoute({
  getParentRoute: () => people,
  path: 'segments',
  component: page(() => import('../../people/segments-page.tsx'), 'SegmentsPage'),
})

const birthdays = createRoute({
  getParentRoute: () => people,
  path: 'birthdays',
  component: page(() => import('../../people/birthdays-page.tsx'), 'BirthdaysPage'),
})

const duplicates = createRoute({
  getParentRoute: () => people,
  path: '/duplicates',
  component: page(() => import('../../people/duplicates-page.tsx'), 'DuplicatesPage'),
})

const importing = createRoute({
  getParentRoute: () => people,
  path: 'import',
  component: page(() => import('../../people/import-page.tsx'), 'ImportPage'),
})

const requests = createRoute({
  getParentRoute: () => people,
  path: 'requests',
  component: page(() => import('../../people/requests-page.tsx'), 'RequestsPage'),
})

export const peopleRoutes = people.addChildren([peopleList, segments, birthdays, duplicates, importing, requests])
