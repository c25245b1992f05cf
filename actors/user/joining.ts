import { canonical } from '../../kernel/chain.ts'
import { identitiesMax, labelsMax, type Stage, stages } from '../../kernel/person.ts'
import { joined } from './consents.ts'
import type { MergeChoices, mergeable, Private, Profile, Whole } from './contract.ts'

// What two records of one person are together, and what is left of it when they are parted again: values only.

/** One person of two: each field from whom it was said, or from the winner, or from the other where the winner has none. */
export function joinedOf(winner: Whole, loser: Whole, choices: MergeChoices): Whole {
  const [w, l] = [winner.profile, loser.profile]
  const chosen = <F extends (typeof mergeable)[number]>(field: F): Profile[F] => {
    const from = choices[field] ?? (isEmpty(w[field]) ? 'loser' : 'winner')
    return from === 'winner' ? w[field] : l[field]
  }
  const profile: Profile = {
    ...w,
    name: chosen('name'),
    firstName: chosen('firstName'),
    lastName: chosen('lastName'),
    stage: choices.stage ? chosen('stage') : further(w.stage, l.stage),
    statusId: chosen('statusId'),
    timezone: chosen('timezone'),
    locale: chosen('locale'),
    birthday: chosen('birthday'),
    source: chosen('source'),
    tags: [...new Set([...w.tags, ...l.tags])].slice(0, labelsMax),
    custom: { ...l.custom, ...w.custom },
    acquisition: w.acquisition ?? l.acquisition,
    isBetaTester: w.isBetaTester || l.isBetaTester,
    referralCode: w.referralCode ?? l.referralCode,
    referrerId: w.referrerId ?? l.referrerId,
    identities: joinedIdentities(w, l),
    isBlocked: w.isBlocked || l.isBlocked,
    blockedAt: w.blockedAt ?? l.blockedAt,
    isRestricted: w.isRestricted || l.isRestricted,
    createdAt: Math.min(w.createdAt, l.createdAt),
    lastSeenAt: latest(w.lastSeenAt, l.lastSeenAt),
  }
  const counters = {
    activeDays: winner.counters.activeDays + loser.counters.activeDays,
    ratings: winner.counters.ratings + loser.counters.ratings,
    ratingSum: winner.counters.ratingSum + loser.counters.ratingSum,
  }
  const consents = joined(winner.consents, loser.consents)
  return { profile, private: joinedPrivate(winner.private, loser.private), counters, consents }
}

const isEmpty = (value: unknown) => value === null || value === ''

function further(a: Stage, b: Stage): Stage {
  if (a === 'lost') return b
  return b !== 'lost' && stages.indexOf(b) > stages.indexOf(a) ? b : a
}

function latest(a: number | null, b: number | null) {
  if (a === null) return b
  return b === null ? a : Math.max(a, b)
}

/** The winner's stay primary. */
function joinedIdentities({ identities: own }: Profile, { identities: other }: Profile) {
  const kinds = new Set(own.map(({ kind }) => kind))
  const ids = new Set(own.map(({ id }) => id))
  const isKnown = ({ kind, value }: Profile['identities'][number]) =>
    own.some((one) => one.kind === kind && one.value === value)
  const more = other
    .filter((one) => !isKnown(one))
    .map((one) => ({
      ...one,
      // Two who come from before ids were unique may have the same.
      id: ids.has(one.id) ? `${one.id}_joined` : one.id,
      isPrimary: one.isPrimary && !kinds.has(one.kind),
    }))
  return [...own, ...more].slice(0, identitiesMax)
}

function joinedPrivate(winner: Private, loser: Private): Private {
  const both = (name: 'demographics' | 'psychographics' | 'metadata' | 'custom' | 'phoneConfig') => ({
    ...loser[name],
    ...winner[name],
  })
  return {
    gender: winner.gender || loser.gender,
    address: winner.address || loser.address,
    demographics: both('demographics'),
    psychographics: both('psychographics'),
    metadata: both('metadata'),
    custom: both('custom'),
    blockReason: winner.blockReason || loser.blockReason,
    phoneConfig: both('phoneConfig'),
  }
}

/**
 * The winner alone again: what the merge changed is as it was before, what was changed since stays. So a merge that is
 * undone at once leaves nothing behind (`partedOf(before, after, after)` is `before`).
 */
export function partedOf(before: Whole, after: Whole, now: Whole): Whole {
  const profile = parted(before.profile, after.profile, now.profile) as Profile
  const identities = partedIdentities(before.profile, after.profile, now.profile)
  const counters = Object.fromEntries(
    Object.entries(now.counters).map(([name, is]) => {
      const key = name as keyof typeof now.counters
      return [key, is - (after.counters[key] - before.counters[key])]
    }),
  ) as unknown as Whole['counters']
  const hidden = parted(before.private, after.private, now.private) as Private
  const consents = parted(before.consents, after.consents, now.consents) as Whole['consents']
  return { profile: { ...profile, identities }, private: hidden, counters, consents }
}

function partedIdentities(before: Profile, after: Profile, now: Profile) {
  const wasOwn = new Set(before.identities.map(({ id }) => id))
  const came = new Set(after.identities.map(({ id }) => id).filter((id) => !wasOwn.has(id)))
  const left = now.identities.filter(({ id }) => !came.has(id))
  // One of the other's may have been made the primary one since.
  return left.map((one, nth) => {
    const hasPrimary = left.some((other) => other.kind === one.kind && other.isPrimary)
    const isFirst = left.findIndex(({ kind }) => kind === one.kind) === nth
    return hasPrimary || !isFirst ? one : { ...one, isPrimary: true }
  })
}

type Tree = Record<string, unknown>

/** Field by field, list by item. */
function parted(before: unknown, after: unknown, now: unknown): unknown {
  if (isEqual(now, after)) return before
  if (isEqual(before, after)) return now
  if (Array.isArray(before) && Array.isArray(after) && Array.isArray(now)) return partedList(before, after, now)
  if (isTree(before) && isTree(after) && isTree(now)) return partedTree(before, after, now)
  return now
}

function partedTree(before: Tree, after: Tree, now: Tree): Tree {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])]
  const fields = names.map((name): [string, unknown] => [name, parted(before[name], after[name], now[name])])
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined))
}

function partedList(before: unknown[], after: unknown[], now: unknown[]): unknown[] {
  const has = (list: unknown[], item: unknown) => list.some((one) => isEqual(one, item))
  return now.filter((item) => has(before, item) || !has(after, item))
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const isEqual = (a: unknown, b: unknown) => canonical(a) === canonical(b)
