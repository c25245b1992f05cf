import type { Authenticate, Caller } from '../../kernel/caller.ts'
import type { Auth } from './auth.ts'
import { type ApiKeys, isApiKey } from './keys.ts'

/** Whoever comes, by whatever they show: the token of a sign-in, or an API key. Both doors ask here. */
export interface Callers {
  authenticate: Authenticate
  /** Who these callers are by now, read from the store; undefined for whom it has ended. */
  now(callers: readonly Caller[]): Promise<(Caller | undefined)[]>
}

export function callersBy(auth: Auth, keys: ApiKeys): Callers {
  return {
    authenticate: (token) => (isApiKey(token) ? keys.authenticate(token) : auth.authenticate(token)),
    async now(callers) {
      const [byKey, signedIn] = [callers.filter(isKey), callers.filter((caller) => !isKey(caller))]
      const [keysNow, membersNow] = await Promise.all([
        byKey.length > 0 ? keys.callersNow(byKey) : [],
        auth.callersNow(signedIn),
      ])
      const found = new Map<Caller, Caller | undefined>()
      for (const [nth, caller] of byKey.entries()) found.set(caller, keysNow[nth])
      for (const [nth, caller] of signedIn.entries()) found.set(caller, membersNow[nth])
      return callers.map((caller) => found.get(caller))
    },
  }
}

const isKey = ({ role }: Caller) => role === 'key'
