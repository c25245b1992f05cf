import type { Query } from '@tanstack/react-query'
import { createCore } from '../../client/api.ts'
import { connect, type Client } from '../../client/connect.ts'
import { webStorage } from '../../client/outbox-storage.ts'
import { ApiProblem } from '../../client/problem.ts'
import { randomId } from '../../client/random.ts'
import { webTokens, type Session } from '../../client/tokens.ts'
import { keepingOwn, ownSession } from './acting.ts'
import { cache } from './cache.ts'
import { ownStatus } from './own-status.ts'
import { isWritten } from './written.ts'

let client: Client | undefined
let signedOut: (wasEnded: boolean) => Promise<unknown> = async () => undefined

/** HTTP: sign-in, lists, files. */
export const api = createCore({ tokens: keepingOwn(webTokens(localStorage)), onSignedOut: () => void leave(true) })

/** Says what follows when the session is over: whoever is here left, or it was ended elsewhere. */
export const whenSignedOut = (then: typeof signedOut) => void (signedOut = then)

export const sessionKey = ['session']
/** The ways to sign in here, which are nobody's. */
export const waysKey = ['ways']

/** Somebody has signed in: nothing of who was here before is shown to them. */
export function enter() {
  cache.clear()
  cache.setQueryData<Session>(sessionKey, api.session())
}

let leaving: Promise<void> | undefined

/** The session is over: first nobody looks any more, then the line is closed and what was known is forgotten. */
export const leave = (wasEnded = false) => (leaving ??= end(wasEnded).finally(() => (leaving = undefined)))

let home: string | undefined

/** Whoever acts as somebody goes there when that is over, whoever notices it first. */
export const comesHomeTo = (path: string) => void (home = path)

async function end(wasEnded: boolean) {
  const own = ownSession()
  if (own) return become(own, home ?? '/settings/team')
  if (home !== undefined) return location.assign(home)
  await signedOut(wasEnded)
  forgetLine()
  cache.getMutationCache().clear()
  // The page for signing in is there by now, and waits for these.
  cache.removeQueries({ predicate: ({ queryKey: [name] }) => name !== waysKey[0] })
}

/** Goes on as somebody else in this browser, a colleague or oneself again, on a page that knows nothing of before. */
export function become(session: Session, path = '/inbox') {
  api.http.session = session
  location.assign(path)
}

let isMoving = false

/** Goes on in another workspace of one's own. The sign-in to this one ends with it: that is no sign-out. */
export async function moveTo(workspaceId: string, path: string) {
  isMoving = true
  try {
    become(await api.account.switchTo(workspaceId), path)
  } catch (error) {
    isMoving = false
    throw error
  }
}

/** Who comes next on this page has a socket of their own. */
export function forgetLine() {
  client?.close()
  client = undefined
}

ownStatus.subscribe(() => client?.presence(ownStatus.now()))

/** What could not be read without a server can be, now that there is one. */
const wasUnreachable = ({ state: { error } }: Query) => error instanceof ApiProblem && error.code === 'unreachable'

/** The name of this browser: all its tabs are one device, and a reload is no second one. */
function thisDevice() {
  const slot = 'careline.device'
  const device = localStorage.getItem(slot) ?? randomId('dev')
  localStorage.setItem(slot, device)
  return device
}

/** The one socket of this tab. It connects when it is first asked for, as whoever is signed in then. */
export function careline(): Client {
  if (client) return client
  const owner = api.session()?.user.id ?? 'nobody'
  const made = connect({ token: () => api.token(), device: thisDevice(), storage: webStorage(localStorage, owner) })
  client = made
  made.presence(ownStatus.now())
  made.onStatus(({ state, isEnded, error }) => {
    if (state === 'live') void cache.refetchQueries({ predicate: wasUnreachable })
    if (!isEnded || !error || client !== made || isMoving) return
    // Another tab has gone on elsewhere, and this one follows.
    const now = api.session()
    if (now && now.user.id !== owner) become(now, '/inbox')
    // Ended by the server, not by us: the token was good, the session behind it is not any more.
    else void api.logout().finally(() => leave(true))
  })
  for (const entry of made.outbox()) if (entry.state === 'refused' && !isWritten(entry)) made.discard(entry.id)
  return made
}
