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
    now: (callers) => eachAsked(callers, isKey, keys.callersNow.bind(keys), auth.callersNow),
  }
}

const isKey = ({ role }: Caller) => role === 'key'

/** For sockets: those of the business, and the people who are looked after, each by the token of their own realm. */
export const withPersons = (callers: Callers, persons: Pick<Persons, 'authenticate' | 'now'>): Callers => ({
  authenticate: (token) => (isPersonToken(token) ? persons.authenticate(token) : callers.authenticate(token)),
  now: (asked) => eachAsked(asked, isPerson, (people) => persons.now(people), callers.now),
})

const isPerson = ({ role }: Caller) => role === 'person'

type Now = Callers['now']

/** Those of one realm are asked for together, the others as well; the answers are in the order of who was asked for. */
async function eachAsked(all: readonly Caller[], isOne: (caller: Caller) => boolean, ofOnes: Now, ofOthers: Now) {
  const ones = all.filter(isOne)
  const others = all.filter((caller) => !isOne(caller))
  const asked = (some: Caller[], now: Now) => (some.length > 0 ? now(some) : [])
  const [onesNow, othersNow] = await Promise.all([asked(ones, ofOnes), asked(others, ofOthers)])
  const [nextOne, nextOther] = [onesNow.values(), othersNow.values()]
  return all.map((caller) => (isOne(caller) ? nextOne : nextOther).next().value)
}
