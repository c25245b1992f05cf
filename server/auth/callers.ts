import type { Authenticate, Caller } from '../../kernel/caller.ts'
import type { Auth } from './auth.ts'
import { type ApiKeys, isApiKey } from './keys.ts'
import { isPersonToken, type Persons } from './persons.ts'

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

/** For sockets: those of the business, and the people who are looked after, each by the token of their own realm. */
export const withPersons = (callers: Callers, persons: Pick<Persons, 'authenticate' | 'now'>): Callers => ({
  authenticate: (token) => (isPersonToken(token) ? persons.authenticate(token) : callers.authenticate(token)),
  async now(asked) {
    const [people, others] = [asked.filter(isPerson), asked.filter((caller) => !isPerson(caller))]
    const [peopleNow, othersNow] = await Promise.all([persons.now(people), callers.now(others)])
    return asked.map((caller) => {
      const [nth, found] = isPerson(caller) ? [people.indexOf(caller), peopleNow] : [others.indexOf(caller), othersNow]
      return found[nth]
    })
  },
})

const isPerson = ({ role }: Caller) => role === 'person'
