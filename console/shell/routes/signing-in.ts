import { createRoute } from '@tanstack/react-router'
import { page } from './page.ts'
import { byToken, root, wordsIn } from './root.ts'

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { link?: string; mail?: string; google?: string; to?: string; ended?: true } => ({
    ...wordsIn(search, 'link'),
    ...wordsIn(search, 'mail'),
    ...wordsIn(search, 'google'),
    ...wordsIn(search, 'to'),
    ...(search['ended'] === true && { ended: true }),
  }),
  component: page(() => import('../../sign-in/sign-in-page.tsx'), 'SignInPage'),
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  validateSearch: (search): { token?: string; google?: string } => ({
    ...wordsIn(search, 'token'),
    ...wordsIn(search, 'google'),
  }),
  component: page(() => import('../../sign-in/invitation-page.tsx'), 'InvitationPage'),
})

const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/new-password',
  validateSearch: byToken,
  component: page(() => import('../../sign-in/new-password-page.tsx'), 'NewPasswordPage'),
})

const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  component: page(() => import('../../sign-in/register-page.tsx'), 'RegisterPage'),
})

const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  validateSearch: byToken,
  component: page(() => import('../../sign-in/welcome-page.tsx'), 'WelcomePage'),
})

/** For whoever has the link; it asks for no sign-in. */
const rate = createRoute({
  getParentRoute: () => root,
  path: '/rate/$token',
  component: page(() => import('../../sign-in/rate-page.tsx'), 'RatePage'),
})

/** What somebody wants to get, by the link in a letter. */
const preferences = createRoute({
  getParentRoute: () => root,
  path: '/unsubscribe/$token',
  component: page(() => import('../../sign-in/preferences-page.tsx'), 'PreferencesPage'),
})

/** What the law lets people ask of a business that keeps something of them; it asks for no sign-in. */
const privacy = createRoute({
  getParentRoute: () => root,
  path: '/privacy/$business',
  component: page(() => import('../../sign-in/privacy-page.tsx'), 'PrivacyPage'),
})

export const signingInRoutes = [signIn, invitation, newPassword, register, welcome, rate, preferences, privacy] as const
