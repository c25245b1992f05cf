import { newSecret } from '../../kernel/id.ts'
import { Problem, type SecondFactorAsked } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { factorsOf } from '../../store/settings/factors.ts'
import type { Member } from '../../store/settings/members.ts'
import { hasPasskey } from '../../store/settings/passkeys.ts'
import { keepTicket } from '../../store/settings/tickets.ts'
import { hashOf } from './tokens.ts'

/** From the first factor to the second. */
export const secondFactorMs = 5 * 60_000

/** What an account is asked for besides its first factor; nothing where it has set up none. */
export async function waysOf(store: Store, accountId: string): Promise<SecondFactorAsked['ways']> {
  const [{ totp, recoveryCodes = 0 }, hasOne] = await Promise.all([
    factorsOf(store, accountId),
    hasPasskey(store, accountId),
  ])
  if (!totp && !hasOne) return []
  return [
    ...(totp ? (['totp'] as const) : []),
    ...(hasOne ? (['passkey'] as const) : []),
    ...(recoveryCodes > 0 ? (['recovery'] as const) : []),
  ]
}

/**
 * Whoever comes with one factor stops here where the account has a second one.
 * @throws Problem `second_factor_required`, with the token that the second factor is shown with
 */
export async function askSecondFactor(store: Store, { accountId, workspaceId, id }: Member, now: number) {
  const ways = await waysOf(store, accountId)
  if (ways.length === 0) return
  const token = newSecret()
  const about = { workspaceId, memberId: id }
  const ticket = { accountId, about, tokenHash: hashOf(token), expiresAt: now + secondFactorMs }
  await keepTicket(store, 'second_factor', ticket, now)
  const secondFactor = { token, ways, lastsMs: secondFactorMs }
  const message = 'Please show that it is you in a second way.'
  throw new Problem('unauthorized', 'second_factor_required', message, { secondFactor })
}
