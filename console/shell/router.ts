import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import type { StepName } from '../../client/business.ts'
import { isView, type View } from '../inbox/views.ts'
import { cache } from '../live/cache.ts'
import { api } from '../live/careline.ts'
import { streamQuery } from '../live/use-stream.ts'
import { isStep } from '../onboarding/step-names.ts'
import { NotFound } from './not-found.tsx'
import { Shell } from './shell.tsx'

const words = (value: unknown) => (typeof value === 'string' && value !== '' ? value.slice(0, 2_000) : undefined)

/** Of one name; nothing where the address does not say it. */
function wordsIn<Name extends string>(search: Record<string, unknown>, name: Name): { [N in Name]?: string } {
  const found = words(search[name])
  return found === undefined ? {} : ({ [name]: found } as { [N in Name]: string })
}

const byToken = (search: Record<string, unknown>): { token?: string } => wordsIn(search, 'token')

const inboxPage = lazyRouteComponent(() => import('../inbox/inbox-page.tsx'), 'InboxPage')

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { link?: string; mail?: string; google?: string; to?: string } => ({
    ...wordsIn(search, 'link'),
    ...wordsIn(search, 'mail'),
    ...wordsIn(search, 'google'),
    ...wordsIn(search, 'to'),
  }),
  component: lazyRouteComponent(() => import('../sign-in/sign-in-page.tsx'), 'SignInPage'),
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  validateSearch: (search): { token?: string; google?: string } => ({
    ...wordsIn(search, 'token'),
    ...wordsIn(search, 'google'),
  }),
  component: lazyRouteComponent(() => import('../sign-in/invitation-page.tsx'), 'InvitationPage'),
})

const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/new-password',
  validateSearch: byToken,
  component: lazyRouteComponent(() => import('../sign-in/new-password-page.tsx'), 'NewPasswordPage'),
})

const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  component: lazyRouteComponent(() => import('../sign-in/register-page.tsx'), 'RegisterPage'),
})

const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  validateSearch: byToken,
  component: lazyRouteComponent(() => import('../sign-in/welcome-page.tsx'), 'WelcomePage'),
})

const signedIn = ({ location }: { location: { href: string } }) => {
  if (!api.session()) redirect({ to: '/sign-in', search: { to: location.href }, replace: true, throw: true })
}

/** Pages of their own, without the rail, for who is signed in. */
const signed = createRoute({ getParentRoute: () => root, id: 'signed', beforeLoad: signedIn })

const confirmEmail = createRoute({
  getParentRoute: () => signed,
  path: '/confirm-email',
  validateSearch: byToken,
  component: lazyRouteComponent(() => import('../sign-in/confirm-email-page.tsx'), 'ConfirmEmailPage'),
})

const onboarding = createRoute({
  getParentRoute: () => signed,
  path: '/onboarding',
  validateSearch: (search): { step?: StepName | 'end' } => (isStep(search['step']) ? { step: search['step'] } : {}),
  component: lazyRouteComponent(() => import('../onboarding/onboarding-page.tsx'), 'OnboardingPage'),
})

const openBusiness = createRoute({
  getParentRoute: () => signed,
  path: '/open-business',
  component: lazyRouteComponent(() => import('../onboarding/open-page.tsx'), 'OpenPage'),
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
  beforeLoad: signedIn,
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
  /** What Google said, where the browser comes back from there. */
  validateSearch: (search): { google?: string } => wordsIn(search, 'google'),
  component: lazyRouteComponent(() => import('../settings/account-page.tsx'), 'AccountPage'),
})

const business = createRoute({
  getParentRoute: () => settings,
  path: 'business',
  component: lazyRouteComponent(() => import('../settings/business-page.tsx'), 'BusinessPage'),
})

const hours = createRoute({
  getParentRoute: () => settings,
  path: 'hours',
  component: lazyRouteComponent(() => import('../settings/hours-page.tsx'), 'HoursPage'),
})

const modules = createRoute({
  getParentRoute: () => settings,
  path: 'modules',
  component: lazyRouteComponent(() => import('../settings/modules-page.tsx'), 'ModulesPage'),
})

const branding = createRoute({
  getParentRoute: () => settings,
  path: 'branding',
  component: lazyRouteComponent(() => import('../settings/branding-page.tsx'), 'BrandingPage'),
})

const teams = createRoute({
  getParentRoute: () => settings,
  path: 'teams',
  component: lazyRouteComponent(() => import('../settings/teams-page.tsx'), 'TeamsPage'),
})

const team = createRoute({
  getParentRoute: () => settings,
  path: 'team',
  component: lazyRouteComponent(() => import('../settings/team-page.tsx'), 'TeamPage'),
})

const channels = createRoute({
  getParentRoute: () => settings,
  path: 'channels',
  validateSearch: (search): { channel?: string } => wordsIn(search, 'channel'),
  component: lazyRouteComponent(() => import('../settings/channels-page.tsx'), 'ChannelsPage'),
})

const webhooks = createRoute({
  getParentRoute: () => settings,
  path: 'webhooks',
  validateSearch: (search): { endpoint?: string } => wordsIn(search, 'endpoint'),
  component: lazyRouteComponent(() => import('../settings/webhooks-page.tsx'), 'WebhooksPage'),
})

const apiKeys = createRoute({
  getParentRoute: () => settings,
  path: 'keys',
  component: lazyRouteComponent(() => import('../settings/keys-page.tsx'), 'KeysPage'),
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

const jobs = createRoute({
  getParentRoute: () => operations,
  path: 'jobs',
  component: lazyRouteComponent(() => import('../operations/jobs-page.tsx'), 'JobsPage'),
})

const backups = createRoute({
  getParentRoute: () => operations,
  path: 'backups',
  component: lazyRouteComponent(() => import('../operations/backups-page.tsx'), 'BackupsPage'),
})

const data = createRoute({
  getParentRoute: () => settings,
  path: 'data',
  component: lazyRouteComponent(() => import('../settings/data-page.tsx'), 'DataPage'),
})

/** A realm of its own: nothing of who is signed in to a workspace counts there. */
const platform = createRoute({
  getParentRoute: () => root,
  path: '/platform',
  component: lazyRouteComponent(() => import('../platform/platform-page.tsx'), 'PlatformPage'),
})

const deadLetters = createRoute({
  getParentRoute: () => operations,
  path: 'dead-letters',
  component: lazyRouteComponent(() => import('../operations/dead-letters-page.tsx'), 'DeadLettersPage'),
})

const audit = createRoute({
  getParentRoute: () => operations,
  path: 'audit',
  component: lazyRouteComponent(() => import('../operations/audit-page.tsx'), 'AuditPage'),
})

const errors = createRoute({
  getParentRoute: () => operations,
  path: 'errors',
  /** One of them alone, as letters name it. */
  validateSearch: (search): { error?: string } => wordsIn(search, 'error'),
  component: lazyRouteComponent(() => import('../operations/errors-page.tsx'), 'ErrorsPage'),
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

const texts = createRoute({
  getParentRoute: () => shell,
  path: '/texts',
  component: lazyRouteComponent(() => import('../phone/texts-page.tsx'), 'TextsPage'),
})

export const makeRouter = () =>
  createRouter({
    routeTree: root.addChildren([
      home,
      signIn,
      invitation,
      newPassword,
      register,
      welcome,
      platform,
      signed.addChildren([confirmEmail, onboarding, openBusiness]),
      shell.addChildren([
        staff.addChildren([
          inbox.addChildren([conversation]),
          settings.addChildren([
            account,
            business,
            hours,
            modules,
            branding,
            teams,
            team,
            channels,
            webhooks,
            apiKeys,
            data,
          ]),
          operations.addChildren([actors, actor, deadLetters, jobs, backups, events, audit, errors]),
        ]),
        phone,
        letters,
        texts,
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
