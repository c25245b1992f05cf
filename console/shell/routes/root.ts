import { createRootRoute, createRoute, Outlet, redirect } from '@tanstack/react-router'
import { api } from '../../live/careline.ts'
import { NotFound } from '../not-found.tsx'
import { Shell } from '../shell.tsx'

// What all pages hang from, and what addresses say.

export const words = (value: unknown) => (typeof value === 'string' && value !== '' ? value.slice(0, 2_000) : undefined)

/** Of one name; nothing where the address does not say it. */
export function wordsIn<Name extends string>(search: Record<string, unknown>, name: Name): { [N in Name]?: string } {
  const found = words(search[name])
  return found === undefined ? {} : ({ [name]: found } as { [N in Name]: string })
}

export const byToken = (search: Record<string, unknown>): { token?: string } => wordsIn(search, 'token')

export const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

export const signedIn = ({ location }: { location: { href: string } }) => {
  if (!api.session()) redirect({ to: '/sign-in', search: { to: location.href }, replace: true, throw: true })
}

/** Pages of their own, without the rail, for who is signed in. */
export const signed = createRoute({ getParentRoute: () => root, id: 'signed', beforeLoad: signedIn })

export const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell })

export const staff = createRoute({
  getParentRoute: () => shell,
  id: 'staff',
  beforeLoad: signedIn,
})
