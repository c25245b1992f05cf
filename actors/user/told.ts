import { channelsOf, suppressedAs, type Terms } from '../../kernel/consent.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { conversation } from '../conversation/contract.ts'
import type { Given } from '../runtime/change.ts'
import type { EffectCall, Tell } from '../runtime/contract.ts'
import { user } from './contract.ts'
import type { State } from './state.ts'

/**
 * What a person's conversation must know of them: it decides alone, and reads nothing. Of an address that has become
 * theirs it is looked up whether anything may go there: that may have been decided before anybody had it.
 */
export function told(before: State, after: State, { id }: Pick<Given, 'id'>) {
  const there = conversation.tell(conversationIdOf(id))
  const { name } = after
  const tells: Tell[] = [
    ...(name === before.name ? [] : [there.renamed({ name })]),
    ...(hasSameAddresses(before, after) ? [] : [there.identities({ identities: after.identities.map(addressOf) })]),
    ...(hasSameTerms(before, after) ? [] : [there.terms(termsOf(after))]),
  ]
  const fresh = after.identities.filter((one) => !before.identities.some((known) => known.value === one.value))
  return { tells, effects: fresh.map(lookUp) }
}

const addressOf = ({ kind, value }: State['identities'][number]) => ({ kind, value })
const hasSameAddresses = (one: State, other: State) =>
  one.identities.length === other.identities.length &&
  one.identities.every(({ kind, value }, index) => {
    const same = other.identities[index]
    return same?.kind === kind && same.value === value
  })

const hasSameTerms = (one: State, other: State) =>
  one.isBlocked === other.isBlocked &&
  one.isRestricted === other.isRestricted &&
  (one.archivedAt === null) === (other.archivedAt === null) &&
  one.timezone === other.timezone &&
  one.locale === other.locale &&
  one.consents === other.consents

const termsOf = ({
  isBlocked,
  isRestricted,
  archivedAt,
  timezone,
  locale,
  consents: { said, suppressed, wordN },
}: State): Terms => ({
  isBlocked,
  ...(isRestricted && { isRestricted }),
  ...(archivedAt !== null && { isArchived: true }),
  timezone,
  locale,
  consents: Object.fromEntries(Object.entries(said).map(([key, { state }]) => [key, state])),
  suppressed,
  wordN,
})

function lookUp({ id, kind, value }: State['identities'][number]): EffectCall<'user'> {
  const places = channelsOf(kind).map((channel) => ({ channel, address: suppressedAs(channel, value) }))
  return user.effect('findSuppressions', `suppressions/${id}`, { places })
}
