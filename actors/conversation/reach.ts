import { addressOn, type ChannelKind, identityOf, type KnownChannel, kindRules } from '../../kernel/channel-kind.ts'
import type { Address } from '../../kernel/person.ts'
import type { Settings } from '../../kernel/settings.ts'
import type { State } from './state.ts'

/** By which channel a message goes, and to which address. */
export interface Way {
  channelId: string
  kind: ChannelKind
  to: string
}

type Known = Pick<State, 'channelId' | 'addresses' | 'identities' | 'windows'>
type Channels = Pick<Settings, 'channels'>

/** A channel of which the settings say nothing, or not yet: what it is the address tells. */
function kindOfAddress(address: string): ChannelKind {
  if (address.includes('@')) return 'email'
  if (address.startsWith('usr_')) return 'app'
  return address.startsWith('+') ? 'sms' : 'whatsapp'
}

/** Of which kind a channel is; undefined for one by which nobody is known, and that is none of the workspace's. */
export function kindOf(state: Known, channelId: string, { channels = [] }: Channels): ChannelKind | undefined {
  const known = channels.find(({ id }) => id === channelId)
  if (known) return known.kind
  const address = Object.hasOwn(state.addresses, channelId) ? state.addresses[channelId] : undefined
  return address === undefined ? undefined : kindOfAddress(address)
}

/** Everything that the person is known by: where they wrote from, and what their profile has. */
function identitiesOf(state: Known, settings: Channels): Address[] {
  const written = Object.entries(state.addresses).map(([channelId, address]) =>
    identityOf(kindOf(state, channelId, settings) ?? kindOfAddress(address), address),
  )
  return [...written, ...state.identities]
}

function addressFor(state: Known, { id, kind }: KnownChannel, settings: Channels): string | undefined {
  const written = Object.hasOwn(state.addresses, id) ? state.addresses[id] : undefined
  if (written !== undefined) return written
  const identities = identitiesOf(state, settings)
  for (const wanted of kindRules[kind].addresses) {
    const identity = identities.find((one) => one.kind === wanted)
    const address = identity && addressOn(kind, identity)
    if (address !== undefined) return address
  }
  return undefined
}

/**
 * The way that is wanted, or the one on which the person wrote last, or, of somebody who never wrote, the first that
 * takes such content now; undefined where no address is known.
 */
export function reach(
  state: Known,
  wanted: string | undefined,
  settings: Channels = {},
  content = 'text',
): Way | undefined {
  const { channels = [] } = settings
  const channelId = wanted ?? state.channelId
  if (channelId === null) return firstFor(content, waysOf(state, settings))
  const known = channels.find(({ id }) => id === channelId)
  if (known) {
    const to = addressFor(state, known, settings)
    return to === undefined ? undefined : { channelId, kind: known.kind, to }
  }
  const to = Object.hasOwn(state.addresses, channelId) ? state.addresses[channelId] : undefined
  return to ? { channelId, kind: kindOfAddress(to), to } : undefined
}

/** Where they never wrote, a window is closed: it takes templates, and nothing else. */
function firstFor(content: string, ways: readonly Way[]): Way | undefined {
  const fit = ways.filter(({ kind }) => kindRules[kind].carries.includes(content))
  return fit.find(({ kind }) => content === 'template' || kindRules[kind].windowMs === null) ?? fit[0] ?? ways[0]
}

/** Every way on which the person can be reached at all, in the order of the kinds. */
export function waysOf(state: Known, settings: Channels): Way[] {
  const { channels = [] } = settings
  const ways = channels.flatMap((channel): Way[] => {
    const to = channel.isActive ? addressFor(state, channel, settings) : undefined
    return to === undefined ? [] : [{ channelId: channel.id, kind: channel.kind, to }]
  })
  const order = Object.keys(kindRules)
  return ways.sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))
}
