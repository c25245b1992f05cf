import { createRoute, redirect } from '@tanstack/react-router'
import { page } from './page.ts'
import { staff, words, wordsIn } from './root.ts'

const operations = createRoute({
  getParentRoute: () => staff,
  path: '/operations',
  component: page(() => import('../../operations/frame.tsx'), 'OperationsFrame'),
})

const first = createRoute({
  getParentRoute: () => operations,
  path: '/',
  beforeLoad: () => redirect({ to: '/operations/actors', replace: true, throw: true }),
})

const actors = createRoute({
  getParentRoute: () => operations,
  path: 'actors',
  validateSearch: (search): { kind?: string; find?: string } => {
    const [kind, find] = [words(search['kind']), words(search['find'])]
    return { ...(kind === undefined ? {} : { kind }), ...(find === undefined ? {} : { find }) }
  },
  component: page(() => import('../../operations/actors-page.tsx'), 'ActorsPage'),
})

const actor = createRoute({
  getParentRoute: () => operations,
  path: 'actors/$kind/$id',
  component: page(() => import('../../operations/actor-page.tsx'), 'ActorPage'),
})

const deadLetters = createRoute({
  getParentRoute: () => operations,
  path: 'dead-letters',
  component: page(() => import('../../operations/dead-letters-page.tsx'), 'DeadLettersPage'),
})

const jobs = createRoute({
  getParentRoute: () => operations,
  path: 'jobs',
  component: page(() => import('../../operations/jobs-page.tsx'), 'JobsPage'),
})

const backups = createRoute({
  getParentRoute: () => operations,
  path: 'backups',
  component: page(() => import('../../operations/backups-page.tsx'), 'BackupsPage'),
})

const events = createRoute({
  getParentRoute: () => operations,
  path: 'events',
  validateSearch: (search): { stream?: string; from?: number } => {
    const stream = words(search['stream'])
    const from = Number(search['from'])
    return { ...(stream === undefined ? {} : { stream }), ...(Number.isSafeInteger(from) && from > 0 ? { from } : {}) }
  },
  component: page(() => import('../../operations/events-page.tsx'), 'EventsPage'),
})

const audit = createRoute({
  getParentRoute: () => operations,
  path: 'audit',
  component: page(() => import('../../operations/audit-page.tsx'), 'AuditPage'),
})

const errors = createRoute({
  getParentRoute: () => operations,
  path: 'errors',
  /** One of them alone, as letters name it. */
  validateSearch: (search): { error?: string } => wordsIn(search, 'error'),
  component: page(() => import('../../operations/errors-page.tsx'), 'ErrorsPage'),
})

export const operationsRoutes = operations.addChildren([
  first,
  actors,
  actor,
  deadLetters,
  jobs,
  backups,
  events,
  audit,
  errors,
])
