import { type Session, type TokenStorage, webTokens } from '../../client/tokens.ts'

/** One's own session, while one acts as a colleague. */
const own = webTokens(localStorage, 'careline.own-session')

export const ownSession = () => own.load()
export const keepOwn = (session: Session | undefined) => own.save(session)

/** Whoever signs in as themselves, in whatever way, has nobody to come back to. */
export const keepingOwn = (tokens: TokenStorage): TokenStorage => ({
  ...tokens,
  save(session) {
    if (session && !session.acting) own.save(undefined)
    tokens.save(session)
  },
})
