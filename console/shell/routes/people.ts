import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { staff } from './root.ts'

const people = createRoute({
  getParentRoute: () => staff,
  path: '/people',
  component: lazyRouteComponent(() => import('../../people/frame.tsx'), 'PeopleFrame'),
})

const peopleList = createRoute({
  getParentRoute: () => people,
  path: '/',
  component: lazyRouteComponent(() => import('../../people/list-page.tsx'), 'PeoplePage'),
})

const segments = createRoute({
  getParentRoute: () => people,
  path: 'segments',
  component: lazyRouteComponent(() => import('../../people/segments-page.tsx'), 'SegmentsPage'),
})

const birthdays = createRoute({
  getParentRoute: () => people,
  path: 'birthdays',
  component: lazyRouteComponent(() => import('../../people/birthdays-page.tsx'), 'BirthdaysPage'),
})

const duplicates = createRoute({
  getParentRoute: () => people,
  path: '/duplicates',
  component: lazyRouteComponent(() => import('../../people/duplicates-page.tsx'), 'DuplicatesPage'),
})

const importing = createRoute({
  getParentRoute: () => people,
  path: 'import',
  component: lazyRouteComponent(() => import('../../people/import-page.tsx'), 'ImportPage'),
})

export const peopleRoutes = people.addChildren([peopleList, segments, birthdays, duplicates, importing])
