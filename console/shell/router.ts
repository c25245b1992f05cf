import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { isView, type View } from '../inbox/views.ts'
import { cache } from '../live/cache.ts'
import { api } from '../live/careline.ts'
import { streamQuery } from '../live/use-stream.ts'
import { NotFound } from './not-found.tsx'
import { Shell } from './shell.tsx'

const words = (value: unknown) => (typeof value === 'string' && value !== '' ? value.slice(0, 2_000) : undefined)

const byToken = (search: Record<string, unknown>): { token?: string } => {
  const token = words(search['token'])
  return token === undefined ? {} : { token }
}

const inboxPage = lazyRouteComponent(() => import('../inbox/inbox-page.tsx'), 'InboxPage')

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { link?: string; mail?: string; to?: string } => {
    const [link, mail, to] = [words(search['link']), words(search['mail']), words(search['to'])]
    const shown = link === undefined ? {} : { link }
    return { ...shown, ...(mail === undefined ? {} : { mail }), ...(to === undefined ? {} : { to }) }
  },
  component: lazyRouteComponent(() => import('../sign-in/sign-in-page.tsx'), 'SignInPage'),
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  validateSearch: byToken,
  component: lazyRouteComponent(() => import('../sign-in/invitation-page.tsx'), 'InvitationPage'),
})

const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/new-password',
  validateSearch: byToken,
  component: lazyRouteComponent(() => import('../sign-in/new-password-page.tsx'), 'NewPasswordPage'),
})

const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    redirect({ to: '/inbox', throw: true })
  },
})

const staff = createRoute({
  getParentRoute: () => shell,
  id: 'staff',
  beforeLoad: ({ location }) => {
    if (!api.session()) redirect({ to: '/sign-in', search: { to: location.href }, replace: true, throw: true })
  },
})

const inbox = createRoute({
  getParentRoute: () => staff,
  path: '/inbox',
  // What is filtered is in the address, so that it can be sent to a colleague, and Back goes back.
  validateSearch: (search): { view?: View } => (isView(search['view']) ? { view: search['view'] } : {}),
  component: inboxPage,
})

const conversation = createRoute({
  getParentRoute: () => inbox,
  path: '$conversationId',
  // Hovering a row already asks for its thread: the click then paints at once. Nobody waits for it.
  loader: ({ params }) => void cache.prefetchQuery(streamQuery(`conversation:${params.conversationId}`)),
})

const settings = createRoute({
  getParentRoute: () => staff,
  path: '/settings',
  component: lazyRouteComponent(() => import('../settings/frame.tsx'), 'SettingsFrame'),
})

const account = createRoute({
  getParentRoute: () => settings,
  path: 'account',
  component: lazyRouteComponent(() => import('../settings/account-page.tsx'), 'AccountPage'),
})

const team = createRoute({
  getParentRoute: () => settings,
  path: 'team',
  component: lazyRouteComponent(() => import('../settings/team-page.tsx'), 'TeamPage'),
})

const operations = createRoute({
  getParentRoute: () => staff,
  path: '/operations',
  component: lazyRouteComponent(() => import('../operations/frame.tsx'), 'OperationsFrame'),
})

const actors = createRoute({
  getParentRoute: () => operations,
  path: 'actors',
  validateSearch: (search): { kind?: string; find?: string } => {
    const [kind, find] = [words(search['kind']), words(search['find'])]
    return { ...(kind === undefined ? {} : { kind }), ...(find === undefined ? {} : { find }) }
  },
  component: lazyRouteComponent(() => import('../operations/actors-page.tsx'), 'ActorsPage'),
})

const actor = createRoute({
  getParentRoute: () => operations,
  path: 'actors/$kind/$id',
  component: lazyRouteComponent(() => import('../operations/actor-page.tsx'), 'ActorPage'),
})

const deadLetters = createRoute({
  getParentRoute: () => operations,
  path: 'dead-letters',
  component: lazyRouteComponent(() => import('../operations/dead-letters-page.tsx'), 'DeadLettersPage'),
})

const events = createRoute({
  getParentRoute: () => operations,
  path: 'events',
  validateSearch: (search): { stream?: string; from?: number } => {
    const stream = words(search['stream'])
    const from = Number(search['from'])
    return { ...(stream === undefined ? {} : { stream }), ...(Number.isSafeInteger(from) && from > 0 ? { from } : {}) }
  },
  component: lazyRouteComponent(() => import('../operations/events-page.tsx'), 'EventsPage'),
})

const phone = createRoute({
  getParentRoute: () => shell,
  path: '/phone',
  validateSearch: (search): { show?: string } => {
    const show = search['show']
    return typeof show === 'string' || typeof show === 'number' ? { show: String(show) } : {}
  },
  component: lazyRouteComponent(() => import('../phone/phone-page.tsx'), 'PhonePage'),
})

const letters = createRoute({
  getParentRoute: () => shell,
  path: '/letters',
  component: lazyRouteComponent(() => import('../phone/letters-page.tsx'), 'LettersPage'),
})

export const makeRouter = () =>
  createRouter({
    routeTree: root.addChildren([
      home,
      signIn,
      invitation,
      newPassword,
      shell.addChildren([
        staff.addChildren([
          inbox.addChildren([conversation]),
          settings.addChildren([account, team]),
          operations.addChildren([actors, actor, deadLetters, events]),
        ]),
        phone,
        letters,
      ]),
    ]),
    defaultPreload: 'intent',
    defaultPreloadDelay: 30,
    defaultPreloadStaleTime: 0,
    scrollRestoration: false,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
