import { z } from 'zod'
import { channelWords } from './channel-words.ts'

/** By what people reach a business, and are reached. */
export const channelKinds = ['whatsapp', 'sms', 'email', 'app'] as const
export const ChannelKind = z.enum(channelKinds)
export type ChannelKind = z.infer<typeof ChannelKind>

/** What a person can be known by. `wa_id` is digits without `+`; a `wa_bsuid` hides the number; `app` is our own user id. */
export const identityKinds = ['wa_id', 'wa_bsuid', 'phone', 'email', 'app'] as const
export type IdentityKind = (typeof identityKinds)[number]

interface KindRules {
  /** In the words of people. */
  says: string
  /** For so long after a person's last message free text may go; null where it always may. */
  windowMs: number | null
  /** Characters of one text. */
  textMax: number
  /** What of a content it can carry; the rest is refused before anything leaves. */
  carries: readonly string[]
  /** Which identities are addresses on it, the better first. */
  addresses: readonly IdentityKind[]
}

const files = ['image', 'video', 'audio', 'voice', 'document', 'sticker']

export const kindRules: Readonly<Record<ChannelKind, KindRules>> = {
  whatsapp: {
    says: channelWords.whatsapp,
    windowMs: 24 * 60 * 60_000,
    textMax: 4_096,
    carries: ['text', ...files, 'location', 'contacts', 'reaction', 'buttons', 'list', 'template'],
    // A number may be on WhatsApp: its provider says so when it is written to.
    addresses: ['wa_id', 'wa_bsuid', 'phone'],
  },
  // Twilio, "Message resource": 1,600 characters, and up to ten files of 5 MB together.
  sms: {
    says: channelWords.sms,
    windowMs: null,
    textMax: 1_600,
    carries: ['text', ...files],
    addresses: ['phone', 'wa_id'],
  },
  email: {
    says: channelWords.email,
    windowMs: null,
    textMax: 65_536,
    carries: ['text', 'email', ...files, 'location', 'contacts', 'buttons', 'list'],
    addresses: ['email'],
  },
  app: {
    says: channelWords.app,
    windowMs: null,
    textMax: 4_096,
    carries: ['text', ...files, 'location', 'contacts', 'reaction', 'buttons', 'list'],
    addresses: ['app'],
  },
}

/** One of a workspace's channels, as rules see it: nothing in it is secret. */
export interface KnownChannel {
  id: string
  kind: ChannelKind
  provider: string
  name: string
  isActive: boolean
  /** The provider's account that the channel belongs to, where templates are kept by account. */
  account?: string
  /** Its provider was asked which templates there are. */
  knowsTemplates?: boolean
}

/** How an identity is written as an address on a channel of this kind; undefined where it is none. */
export function addressOn(kind: ChannelKind, identity: { kind: IdentityKind; value: string }): string | undefined {
  if (!kindRules[kind].addresses.includes(identity.kind)) return undefined
  if (kind === 'sms' && identity.kind === 'wa_id') return `+${identity.value}`
  return kind === 'whatsapp' && identity.kind === 'phone' ? identity.value.replace(/\D/g, '') : identity.value
}

/** What an address of a channel is, as an identity of the person. */
export function identityOf(kind: ChannelKind, address: string): { kind: IdentityKind; value: string } {
  if (kind === 'whatsapp') return { kind: /^\d+$/.test(address) ? 'wa_id' : 'wa_bsuid', value: address }
  if (kind === 'sms') return { kind: 'phone', value: address }
  return { kind, value: address }
}
