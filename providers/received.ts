import type { CallNews } from '../kernel/call.ts'
import type { Content } from '../kernel/content.ts'
import type { TemplateCategory, TemplateWords } from '../kernel/template.ts'
import type { ProviderError } from './sender.ts'

// What providers tell us, of whatever kind of channel: a parser each makes these of their own bodies.

/** Whoever stands behind a message. Each address that the provider names; people with a username may show no number. */
export interface Correspondent {
  /** Digits, without `+`; as Meta writes it, never rewritten (Brazil, Mexico). */
  waId?: string
  /** The business-scoped user id (BSUID), like `US.13491208655302741918`. */
  userId?: string
  /** E.164, as the provider writes it. */
  phone?: string
  /** In lower case. */
  email?: string
  /** Our own user id: they are signed in. */
  app?: string
  name?: string
}

/** What a provider tells of one template: only what it says. */
export interface TemplateNews {
  providerId: string
  name: string
  language: string
  /** `APPROVED`, `REJECTED`, `PAUSED` …, as the provider has it. */
  providerStatus?: string
  rejectReason?: string | null
  advice?: string | null
  quality?: string
  category?: TemplateCategory
  words?: TemplateWords
  isForeign?: boolean
}

export interface Told {
  /** The same for every repetition of this event, and for no other: what to claim before processing. */
  eventKey: string
  /** This item alone as a whole webhook body, for the parser; holds the person's words. */
  raw: string
}

export type ReceivedItem =
  | (Told & {
      kind: 'message'
      providerId: string
      from: Correspondent
      /** Epoch ms. */
      at: number
      content: Content
      replyTo?: string
      /** The provider took this word for an end, a begin or a question, and has answered it itself. */
      optOut?: 'stop' | 'start' | 'help'
    })
  | (Told & {
      kind: 'status'
      providerId: string
      status: 'sent' | 'delivered' | 'read' | 'failed'
      at: number
      recipient?: Correspondent
      opaque?: string
      error?: ProviderError
    })
  /** `providerId` is the message that was changed; `by: 'business'` when it was done in the business's own app. */
  | (Told & {
      kind: 'edited'
      providerId: string
      by: 'person' | 'business'
      from: Correspondent
      at: number
      content: Content
    })
  | (Told & { kind: 'deleted'; providerId: string; by: 'person' | 'business'; from: Correspondent; at: number })
  | (Told & { kind: 'typing'; from: Correspondent; on: boolean; at: number })
  /** Somebody calls, or called. */
  | (Told & { kind: 'call'; providerId: string; from: Correspondent; at: number; call: CallNews })
  /** Of a call of ours. `providerId` is the telephone's that rings first only where `leg` says so. */
  | (Told & {
      kind: 'call_status'
      providerId: string
      opaque: string
      leg: 'staff' | 'person'
      at: number
      call: CallNews
    })
  /** Of a template of the account `businessId`, as of `at`. */
  | (Told & { kind: 'template'; businessId: string; news: TemplateNews; at: number })
  /** Kept, and nothing more: our own words said elsewhere, a number that changed, an account. */
  | (Told & { kind: 'echo'; to: Correspondent })
  | (Told & { kind: 'system'; from: Correspondent })
  | (Told & { kind: 'other' })

export type ReceivedOf<Kind extends ReceivedItem['kind']> = Extract<ReceivedItem, { kind: Kind }>
