import { createRoute, createRouter, redirect } from '@tanstack/react-router'
import type { StepName } from '../../client/business.ts'
import { loadThread } from '../inbox/load-thread.ts'
import { isView, type View } from '../inbox/views.ts'
import { cache } from '../live/cache.ts'
import { streamQuery } from '../live/use-stream.ts'
import { isStep } from '../onboarding/step-names.ts'
import { operationsRoutes } from './routes/operations.ts'
import { page } from './routes/page.ts'
import { peopleRoutes } from './routes/people.ts'
import { byToken, root, shell, signed, staff, wordsIn } from './routes/root.ts'
import { settingsRoutes } from './routes/settings.ts'
import { signingInRoutes } from './routes/signing-in.ts'

const inboxPage = page(() => import('../inbox/inbox-page.tsx'), 'InboxPage')

const confirmEmail = createRoute({
  getParentRoute: () => signed,
  path: '/confirm-email',
  validateSearch: byToken,
  component: page(() => import('../sign-in/confirm-email-page.tsx'), 'ConfirmEmailPage'),
})

const onboarding = createRoute({
  getParentRoute: () => signed,
  path: '/onboarding',
  validateSearch: (search): { step?: StepName | 'end' } => (isStep(search['step']) ? { step: search['step'] } : {}),
  component: page(() => import('../onboarding/onboarding-page.tsx'), 'OnboardingPage'),
})

const openBusiness = createRoute({
  getParentRoute: () => signed,
  path: '/open-business',
  component: page(() => import('../onboarding/open-page.tsx'), 'OpenPage'),
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    redirect({ to: '/inbox', throw: true })
  },
})

const inbox = createRoute({
  getParentRoute: () => staff,
  path: '/inbox',
  // What is filtered is in the address, so that it can be sent to a colleague, and Back goes back.
  validateSearch: (search): { view?: View; saved?: string; team?: string; why?: string } => ({
    ...wordsIn(search, 'why'),
    ...(isView(search['view']) && { view: search['view'] }),
    ...wordsIn(search, 'saved'),
    ...wordsIn(search, 'team'),
  }),
  component: inboxPage,
})

const queue = createRoute({
  getParentRoute: () => staff,
  path: '/queue',
  component: page(() => import('../queue/queue-page.tsx'), 'QueuePage'),
})

const mentions = createRoute({
  getParentRoute: () => staff,
  path: '/mentions',
  component: page(() => import('../inbox/mentions-page.tsx'), 'MentionsPage'),
})

const conversation = createRoute({
  getParentRoute: () => inbox,
  path: '$conversationId',
  // Hovering a row already asks for its thread: the click then paints at once. Nobody waits for it.
  loader: ({ params }) => {
    void loadThread().catch(() => undefined)
    void cache.prefetchQuery(streamQuery(`conversation:${params.conversationId}`))
  },
})

const person = createRoute({
  getParentRoute: () => staff,
  path: '/person/$userId',
  validateSearch: (search): { tab?: string; merge?: string } => ({
    ...wordsIn(search, 'tab'),
    ...wordsIn(search, 'merge'),
  }),
  component: page(() => import('../people/person-page.tsx'), 'PersonPage'),
})

const search = createRoute({
  getParentRoute: () => staff,
  path: '/search',
  validateSearch: (asked): { q?: string } => wordsIn(asked, 'q'),
  component: page(() => import('../people/search-page.tsx'), 'SearchPage'),
})

/** A realm of its own: nothing of who is signed in to a workspace counts there. */
const platform = createRoute({
  getParentRoute: () => root,
  path: '/platform',
  /** Of errors one alone, as letters name it. */
  validateSearch: (search): { show?: 'workspaces' | 'errors' | 'jobs' | 'backups'; error?: string } => {
    const show = (['workspaces', 'errors', 'jobs', 'backups'] as const).find((one) => one === search['show'])
    return { ...(show && { show }), ...wordsIn(search, 'error') }
  },
  component: page(() => import('../platform/platform-page.tsx'), 'PlatformPage'),
})

const phone = createRoute({
  getParentRoute: () => shell,
  path: '/phone',
  validateSearch: (search): { show?: string } => {
    const show = search['show']
    return typeof show === 'string' || typeof show === 'number' ? { show: String(show) } : {}
  },
  component: page(() => import('../phone/phone-page.tsx'), 'PhonePage'),
})

const letters = createRoute({
  getParentRoute: () => shell,
  path: '/letters',
  component: page(() => import('../phone/letters-page.tsx'), 'LettersPage'),
})

const texts = createRoute({
  getParentRoute: () => shell,
  path: '/texts',
  component: page(() => import('../phone/texts-page.tsx'), 'TextsPage'),
})

const app = createRoute({
  getParentRoute: () => shell,
  path: '/app',
  validateSearch: (search): { business?: string; phones?: number } => ({
    ...wordsIn(search, 'business'),
    ...(Number(search['phones']) >= 1 && { phones: Math.min(4, Math.floor(Number(search['phones']))) }),
  }),
  component: page(() => import('../phone/app-page.tsx'), 'AppPage'),
})

const mails = createRoute({
  getParentRoute: () => shell,
  path: '/mails',
  component: page(() => import('../phone/mails-page.tsx'), 'MailsPage'),
})

const slack = createRoute({
  getParentRoute: () => shell,
  path: '/slack',
  component: page(() => import('../phone/slack-page.tsx'), 'SlackDeskPage'),
})

export const makeRouter = () =>
  createRouter({
    routeTree: root.addChildren([
      home,
      ...signingInRoutes,
      platform,
      signed.addChildren([confirmEmail, onboarding, openBusiness]),
      shell.addChildren([
        staff.addChildren([
          inbox.addChildren([conversation]),
          queue,
          mentions,
          peopleRoutes,
          person,
          search,
          settingsRoutes,
          operationsRoutes,
        ]),
        phone,
        letters,
        texts,
        app,
        mails,
        slack,
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
