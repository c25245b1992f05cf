import type { Outgoing } from '../../../kernel/content.ts'
import type { MemberRole } from '../../../store/settings/members.ts'
import type { Act } from '../../../providers/whatsapp/simulator/acts.ts'

// The words in which the demo's history is written down: who did what, and how long ago.

/** The short name of the demo's workspace. */
export const demoSlug = 'demo'
export const business = 'Harbour Clinic'

export const staff = {
  helena: { name: 'Helena Strand', email: 'helena@harbour.example', role: 'owner' },
  ana: { name: 'Ana Petrov', email: 'ana@harbour.example', role: 'staff' },
  tomas: { name: 'Tomás Rivera', email: 'tomas@harbour.example', role: 'staff' },
  ngozi: { name: 'Dr. Ngozi Adeyemi', email: 'ngozi@harbour.example', role: 'expert' },
} as const satisfies Record<string, { name: string; email: string; role: MemberRole }>
export type Who = keyof typeof staff

/** What somebody does in one moment. A step without `by` is the person's own, on the phone. */
export type Step =
  | { does: 'says'; act: Act; isAnswer?: true }
  | { does: 'taps'; id: string }
  | { does: 'likes'; emoji: string }
  | { does: 'corrects'; text: string }
  | { does: 'reads' }
  | { does: 'goes'; online: boolean }
  /** By SMS, from the same number. */
  | { does: 'texts'; text: string }
  | { does: 'mails'; from: string; subject: string; text: string }
  /** In the app of the business. */
  | { does: 'usesApp'; text: string }
  | { does: 'writes'; by: Who; content: Outgoing; failsWith?: number }
  | { does: 'attaches'; by: Who; fileName: string; caption: string }
  | { does: 'reacts'; by: Who; emoji: string }
  | { does: 'notes'; by: Who; text: string; mentions?: Who }
  | { does: 'sees'; by: Who }
  | { does: 'enters'; by: Who; email: string }
  | { does: 'assigns'; by: Who; to: Who | null }
  | { does: 'marks'; by: Who; status: 'open' | 'pending' | 'resolved' }

export interface Person {
  name: string
  /** Digits, as WhatsApp has them; from ranges that are kept for fiction where a country has one. */
  waId: string
  /** IANA name. */
  timezone: string
  locale: string
  hidesNumber?: true
}

export interface Story {
  person: Person
  /** Each with how long ago it was: `2d 4h 30m`. */
  scenes: readonly (readonly [ago: string, step: Step])[]
}

export const says = (text: string): Step => ({ does: 'says', act: { kind: 'text', text } })
export const answers = (text: string): Step => ({ does: 'says', act: { kind: 'text', text }, isAnswer: true })
export const shows = (act: Act): Step => ({ does: 'says', act })
export const texts = (text: string): Step => ({ does: 'texts', text })
export const usesApp = (text: string): Step => ({ does: 'usesApp', text })
export const reads: Step = { does: 'reads' }
export const writes = (by: Who, text: string): Step => ({ does: 'writes', by, content: { kind: 'text', text } })
export const sends = (by: Who, content: Outgoing): Step => ({ does: 'writes', by, content })
export const notes = (by: Who, text: string, mentions?: Who): Step => ({
  ...{ does: 'notes', by, text },
  ...(mentions && { mentions }),
})
export const sees = (by: Who): Step => ({ does: 'sees', by })
export const takes = (by: Who): Step => ({ does: 'assigns', by, to: by })
export const resolves = (by: Who): Step => ({ does: 'marks', by, status: 'resolved' })

const units: Record<string, number> = { d: 24 * 60 * 60_000, h: 60 * 60_000, m: 60_000, s: 1_000 }

/** `1d 2h 30m` in ms. */
export function msOf(ago: string): number {
  const parts = [...ago.matchAll(/(\d+)([dhms])/g)]
  if (parts.map(([part]) => part).join(' ') !== ago) throw new Error(`"${ago}" is not like "1d 2h 30m"`)
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0)
}
