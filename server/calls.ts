import type { CallPorts } from '../actors/conversation/effects.ts'
import { conflict } from '../kernel/problem.ts'
import { voiceLanguages } from '../kernel/voice-line.ts'
import type { Caller } from '../providers/voice.ts'
import type { Store } from '../store/connection.ts'
import type { ChannelSettings } from '../store/settings/channels.ts'
import { memberById } from '../store/settings/members.ts'
import { phonesOf } from '../store/settings/phones.ts'
import { openLine } from './delivery.ts'
import { opaqueOf } from './webhooks/opaque.ts'

interface Parts {
  store: Store
  channels: ChannelSettings
  caller: Caller
  /** Whether calls of this business may be made by such a channel as things stand. */
  mayCall(workspaceId: string, channel: { simulate: boolean }): boolean
}

/** The telephone of a member: the first that they have proven to be theirs. */
export async function phoneOfMember(store: Store, workspaceId: string, memberId: string): Promise<string | undefined> {
  const member = await memberById(store, workspaceId, memberId)
  if (member?.status !== 'active' || member.accountId === null) return undefined
  return (await phonesOf(store, member.accountId))[0]?.number
}

/** @throws Problem `no_own_number` */
export async function demandPhone(store: Store, workspaceId: string, memberId: string): Promise<void> {
  if ((await phoneOfMember(store, workspaceId, memberId)) === undefined)
    throw conflict('no_own_number', 'Your own telephone rings first: add its number to your account.')
}

/** What stands between a conversation's calls and the provider of the number. */
export class Calls implements CallPorts {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async place(workspaceId: string, conversationId: string, call: Parameters<CallPorts['place']>[2]) {
    const { store, channels, caller, mayCall } = this.#parts
    const { messageId, channelId, memberId, to, at } = call
    const channel = await openLine(channels, workspaceId, channelId)
    if (!channel) return refused('This channel was taken away or switched off.')
    if (!mayCall(workspaceId, channel)) return refused('This business is not live: it calls nobody yet.')
    const first = await phoneOfMember(store, workspaceId, memberId)
    if (first === undefined) return refused('The member has no telephone of their own here.')
    const { tag: language, connecting: says } = voiceLanguages[channel.voice.language]
    const wanted = { first, then: to, opaque: opaqueOf(conversationId, messageId), says, language }
    const result = await caller.place(channel, wanted)
    if (result.outcome === 'refused') return refused(result.error.title)
    if (result.outcome === 'accepted') return { outcome: 'accepted' as const, sid: result.providerId }
    // There is no key by which Twilio would make it once: its list says whether it was made, and it is never made again.
    const sid = await caller.find(channel, first, at)
    return sid === undefined ? { outcome: 'unknown' as const } : accepted(sid)
  }

  async find(workspaceId: string, { channelId, memberId, at }: Parameters<CallPorts['find']>[1]) {
    const { store, channels, caller } = this.#parts
    const channel = await openLine(channels, workspaceId, channelId)
    const first = await phoneOfMember(store, workspaceId, memberId)
    const sid = channel && first !== undefined ? await caller.find(channel, first, at) : undefined
    return sid === undefined ? { outcome: 'unknown' as const } : accepted(sid)
  }

  async end(workspaceId: string, channelId: string, sid: string) {
    const channel = await openLine(this.#parts.channels, workspaceId, channelId)
    if (channel) await this.#parts.caller.end(channel, sid)
  }

  async look(workspaceId: string, { channelId, sid, isOurs }: Parameters<CallPorts['look']>[1]) {
    const channel = await openLine(this.#parts.channels, workspaceId, channelId)
    return channel && sid !== null ? this.#parts.caller.look(channel, sid, isOurs) : []
  }

  async forget(workspaceId: string, channelId: string, mediaId: string) {
    const channel = await openLine(this.#parts.channels, workspaceId, channelId)
    if (channel?.voice.deletesRecordings) await this.#parts.caller.forget(channel, mediaId)
  }
}

const refused = (why: string) => ({ outcome: 'refused' as const, why: why.slice(0, 200) })
const accepted = (sid: string) => ({ outcome: 'accepted' as const, sid })
