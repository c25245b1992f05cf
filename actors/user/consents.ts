import type { ChannelKind } from '../../kernel/channel-kind.ts'
import {
  channelsOf,
  consentKey,
  type Consenting,
  needsOwner,
  noConsents,
  noProof,
  type Proof,
  type Purpose,
  type Suppressed,
  suppressedAs,
  suppressedMax,
  type SuppressionReason,
} from '../../kernel/consent.ts'
import { conflict, invalid } from '../../kernel/problem.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import type { Consents } from './contract/consents.ts'
import { user } from './contract.ts'
import { activity, own, type State } from './state.ts'
import { told } from './told.ts'

const { effect, insert } = user
type Input<M extends keyof typeof user.messages> = InputOf<typeof user, M>
type Said = Input<'setConsents'>['changes'][number]

/** What only the person can do: for everybody else the words of it are asked for, or it is refused. */
const isTheirs = ({ by }: Given) => by.role === 'person'

export const consenting = {
  setConsents(state: State, { changes, proof }: Input<'setConsents'>, given: Given) {
    const before = own(state)
    if (changes.some(({ state }) => state === 'granted') && proof.text === null && !isTheirs(given))
      throw invalid('proof_missing', 'What somebody else consents to is kept with the words that they agreed to.', [
        { path: 'proof.text', message: 'The words.' },
      ])
    const fresh = changes.filter((one) => differs(before.consents, one, proof))
    const granted = new Set(fresh.filter(({ state }) => state === 'granted').map(({ channel }) => channel))
    const lifted = isTheirs(given)
      ? before.consents.suppressed.filter(({ channel, reason }) => granted.has(channel) && isLiftable(reason))
      : []
    const after = withSaid(without(before.consents, lifted), fresh, proof, given)
    return consented(before, after, { fresh, proof, places: placesOf(before, lifted, null) }, given)
  },

  consents(state: State) {
    return { state, reply: shown(own(state).consents) }
  },

  heardWord(state: State, input: Input<'heardWord'>, given: Given) {
    if (state.aliasOf !== null) return { state, tells: [user.tell(state.aliasOf).heardWord(input)] }
    if (state.createdAt === null || state.erasedAt !== null || input.n <= state.consents.wordN) return { state }
    const { word, channel, messageId, address, text, n } = input
    const proof: Proof = { ...noProof, method: 'keyword', text, messageId, address }
    const isStop = word === 'stop'
    const fresh = isStop ? endedBy(state, channel, given) : takenUpBy(state, channel)
    const stopped: Suppressed = { channel, address: null, reason: 'stop', at: given.now }
    const rest = state.consents.suppressed.filter((one) => one.channel !== channel || one.reason !== 'stop')
    const suppressed = isStop ? [...rest, stopped].slice(-suppressedMax) : rest
    const after = withSaid({ ...state.consents, suppressed, wordN: n }, fresh, proof, given)
    const places = [
      { channel, address: suppressedAs(channel, address) },
      ...placesOf(state, [stopped], null).map(({ channel: on, address: of }) => ({ channel: on, address: of })),
    ].map((place) => ({ ...place, reason: isStop ? ('stop' as const) : null }))
    const { reply: _, ...change } = consented(state, after, { fresh, proof, places, word }, given)
    return change
  },

  suppress(state: State, { channel, address, reason }: Input<'suppress'>, given: Given) {
    const before = own(state)
    const one: Suppressed = { channel, address: suppressedAs(channel, address), reason, at: given.now }
    if (before.consents.suppressed.some((known) => isSame(known, one))) return { state, reply: shown(before.consents) }
    // Whoever complained wants nothing of us on this channel, whichever of their addresses it would go to.
    const kept = needsOwner(reason) ? { ...one, address: null } : one
    const after = { ...before.consents, suppressed: [...before.consents.suppressed, kept].slice(-suppressedMax) }
    const places = [{ channel, address: one.address ?? address, reason }]
    return consented(before, after, { fresh: [], places, suppressed: reason, channel }, given)
  },

  lift(state: State, { channel, address }: Input<'lift'>, given: Given) {
    const before = own(state)
    const of = suppressedAs(channel, address)
    const found = before.consents.suppressed.filter(
      (one) => one.channel === channel && (one.address === null || one.address === of),
    )
    if (!isTheirs(given) && found.some(({ reason }) => needsOwner(reason)))
      throw conflict('own_act_needed', 'They ended this themselves, and only they can take it up again.')
    const places = [{ channel, address: of, reason: null }, ...placesOf(before, found, null)]
    return consented(before, without(before.consents, found), { fresh: [], places, lifted: channel }, given)
  },

  suppressionsFound(state: State, { found }: Input<'suppressionsFound'>, given: Given) {
    const fresh = found.filter((one) => !state.consents.suppressed.some((known) => isSame(known, one)))
    if (fresh.length === 0 || state.createdAt === null) return { state }
    const suppressed = [...state.consents.suppressed, ...fresh].slice(-suppressedMax)
    const after = { ...state, consents: { ...state.consents, suppressed } }
    return { state: after, ...told(state, after, given) }
  },

  suppressionsKept(state: State) {
    return { state }
  },
}

/** All that stays of somebody who is forgotten: that nothing may go to where they were reached. */
export function forgotten({ identities, consents }: State, { now }: Given) {
  const places = identities.flatMap(({ kind, value }) =>
    channelsOf(kind).map((channel) => {
      const known = consents.suppressed.find((one) => one.channel === channel && needsOwner(one.reason))
      return { channel, address: suppressedAs(channel, value), reason: known?.reason ?? ('erased' as const) }
    }),
  )
  const effects = places.length > 0 ? [effect('keepSuppressions', 'erased', { places, at: now })] : []
  return { consents: noConsents, effects }
}

/** Of two who are one: what either has ended stays ended, and of what both said the later counts. */
export function joined(one: Consenting, other: Consenting): Consenting {
  const keys = [...new Set([...Object.keys(one.said), ...Object.keys(other.said)])]
  const said = keys.flatMap((key) => {
    const both = [one.said[key], other.said[key]].filter((found) => found !== undefined)
    const latest = both.sort((a, b) => b.at - a.at)
    const counts = latest.find(({ state }) => state === 'revoked') ?? latest[0]
    return counts ? [[key, counts] as const] : []
  })
  const more = other.suppressed.filter((found) => !one.suppressed.some((known) => isSame(known, found)))
  const suppressed = [...one.suppressed, ...more].slice(-suppressedMax)
  return { said: Object.fromEntries(said), suppressed, wordN: one.wordN }
}

/** What the page of a person's own choice lifts: that they complained, or said STOP, is over when they say yes again. */
const isLiftable = (reason: SuppressionReason) => needsOwner(reason)

const isSame = (one: Suppressed, other: Suppressed) =>
  one.channel === other.channel && one.address === other.address && one.reason === other.reason

const without = (consents: Consenting, gone: readonly Suppressed[]): Consenting =>
  gone.length === 0 ? consents : { ...consents, suppressed: consents.suppressed.filter((one) => !gone.includes(one)) }

const differs = ({ said }: Consenting, { channel, purpose, state }: Said, { text }: Proof) => {
  const before = said[consentKey(channel, purpose)]
  return before?.state !== state || (state === 'granted' && text !== null)
}

function withSaid(consents: Consenting, fresh: readonly Said[], { method }: Proof, { now: at }: Given): Consenting {
  const said = { ...consents.said }
  for (const { channel, purpose, state } of fresh) {
    const key = consentKey(channel, purpose)
    said[key] = { state, method, at, wasGranted: said[key]?.state === 'granted' }
  }
  return { ...consents, said }
}

/** What a STOP revokes: what they had said yes to on its channel, and marketing elsewhere where the business says so. */
function endedBy({ consents: { said } }: State, channel: ChannelKind, { settings }: Given): Said[] {
  const isEnded = (on: ChannelKind, purpose: Purpose) =>
    on === channel || (purpose === 'marketing' && settings.contact.stopEnds === 'marketing')
  const known = parts(said).filter(({ channel: on, purpose, state }) => state === 'granted' && isEnded(on, purpose))
  const marketing = { channel, purpose: 'marketing' as const }
  const isNamed = known.some(({ channel: on, purpose }) => on === channel && purpose === 'marketing')
  return [...known, ...(isNamed ? [] : [marketing])].map(({ channel: on, purpose }) => ({
    channel: on,
    purpose,
    state: 'revoked',
  }))
}

/** START takes up on its channel what STOP ended there. */
const takenUpBy = ({ consents: { said } }: State, channel: ChannelKind): Said[] =>
  parts(said)
    .filter(({ channel: on, state, method, wasGranted }) => {
      return on === channel && state === 'revoked' && method === 'keyword' && wasGranted
    })
    .map(({ purpose }) => ({ channel, purpose, state: 'granted' }))

const parts = (said: Consenting['said']) =>
  Object.entries(said).map(([key, one]) => {
    const [channel, purpose] = key.split('/') as [ChannelKind, Purpose]
    return { channel, purpose, ...one }
  })

/** Every address of theirs on the channels of these. */
function placesOf({ identities }: Pick<State, 'identities'>, found: readonly Suppressed[], reason: null) {
  const channels = [...new Set(found.map(({ channel }) => channel))]
  return identities.flatMap(({ kind, value }) =>
    channels
      .filter((channel) => channelsOf(kind).includes(channel))
      .map((channel) => ({ channel, address: suppressedAs(channel, value), reason })),
  )
}

function shown({ said, suppressed }: Consenting): Consents {
  return { items: parts(said).map(({ wasGranted: _, ...item }) => item), suppressed: [...suppressed] }
}

interface Happened {
  fresh: readonly Said[]
  proof?: Proof
  places: { channel: ChannelKind; address: string; reason: SuppressionReason | null }[]
  word?: 'stop' | 'start'
  suppressed?: SuppressionReason
  channel?: ChannelKind
  lifted?: ChannelKind
}

/** The ledger, the timeline, the list that outlives them, and their conversation: all hear of it. */
function consented(before: State, consents: Consenting, happened: Happened, given: Given) {
  const { fresh, proof, places, word, suppressed, channel, lifted } = happened
  const after = { ...before, consents }
  const reply = shown(consents)
  if (fresh.length === 0 && consents === before.consents) return { state: before, reply }
  const what = {
    ...Object.fromEntries(fresh.map(({ channel, purpose, state }) => [consentKey(channel, purpose), state])),
    ...(proof && { method: proof.method }),
    ...(word && { word }),
    ...(suppressed && { suppressed, channel: channel ?? null }),
    ...(lifted && { lifted }),
  }
  const line = activity('consent', what, given)
  const entries = proof ? fresh.map((one) => entryOf(one, proof, given)) : []
  return {
    state: after,
    reply,
    rows: [...entries, ...line.rows],
    events: line.events,
    ...told(before, after, given),
    effects: places.length > 0 ? [effect('keepSuppressions', `kept/${given.now}`, { places, at: given.now })] : [],
  }
}

function entryOf({ channel, purpose, state }: Said, proof: Proof, given: Given) {
  const { role, id } = given.by
  const about = { userId: given.id, channel, purpose, state, proof, by: { role, id } }
  return insert('consent', { _id: given.newId('cns'), ...about, at: given.now })
}
