import type { Birth, Identity } from '../../kernel/person.ts'
import { otherSpellings } from '../../kernel/phone.ts'

/** What of a person is compared with others. */
export interface Matched {
  id: string
  name: string
  birth: Birth | null
  identities: readonly Pick<Identity, 'kind' | 'value'>[]
}

export type Reason = 'same_number' | 'similar_number' | 'same_email' | 'name_and_birthday'
export interface Pair {
  userIds: [string, string]
  reasons: Reason[]
  score: number
}

const weights: Record<Reason, number> = { same_number: 90, similar_number: 70, same_email: 80, name_and_birthday: 60 }
/** So many who share something are a family's telephone, or a company's: they say nothing of one another. */
const groupMax = 5
const pairsMax = 5_000

/** As many as this have one mark each, and few share it by chance: what is read twice needs no more memory than this. */
const marksMax = 1 << 24

/**
 * Those who may be one, the likeliest first. Everybody is read twice: at first only marks are made, at what may be
 * shared, so that of all others nothing is kept, however many they are.
 */
export async function pairsOf(everybody: () => AsyncIterable<Matched>): Promise<Pair[]> {
  const marks = new Uint8Array(marksMax)
  for await (const person of everybody())
    for (const key of keysOf(person)) {
      const at = markOf(key)
      marks[at] = Math.min(2, (marks[at] ?? 0) + 1)
    }
  const groups = new Map<string, string[]>()
  for await (const person of everybody())
    for (const key of keysOf(person)) {
      if (marks[markOf(key)] !== 2) continue
      // One more than a family says that it is no family: who they are is not needed.
      const known = groups.get(key) ?? []
      if (known.length <= groupMax) groups.set(key, [...known, person.id])
    }
  const pairs = new Map<string, Pair>()
  for (const [key, ids] of groups) if (ids.length > 1 && ids.length <= groupMax) collect(pairs, key, ids)
  return [...pairs.values()].sort((a, b) => b.score - a.score).slice(0, pairsMax)
}

/** FNV-1a: fast, and even enough to mark with. */
function markOf(key: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return (hash ^ (hash >>> 24)) & (marksMax - 1)
}

function collect(pairs: Map<string, Pair>, key: string, ids: string[]) {
  const reason = key.slice(0, key.indexOf('/')) as Reason
  for (const [index, one] of ids.entries())
    for (const other of ids.slice(index + 1)) {
      const userIds: [string, string] = one < other ? [one, other] : [other, one]
      const before = pairs.get(userIds.join('/'))
      const reasons = [...new Set([...(before?.reasons ?? []), reason])].filter(isNews)
      const score = Math.min(100, Math.max(...reasons.map((why) => weights[why])) + 10 * (reasons.length - 1))
      pairs.set(userIds.join('/'), { userIds, reasons, score })
    }
}

/** Who has the same number has it in a similar spelling, too: that is said once. */
const isNews = (reason: Reason, _: number, all: Reason[]) => reason !== 'similar_number' || !all.includes('same_number')

/** Two people with a key in common may be one. */
export function keysOf({ name, birth, identities }: Matched): Set<string> {
  const keys = identities.flatMap(({ kind, value }) => {
    if (kind === 'email') return [`same_email/${value.trim().toLowerCase()}`]
    if (kind !== 'phone' && kind !== 'wa_id') return []
    const digits = value.replace(/\D/g, '')
    const [first = digits] = [digits, ...otherSpellings(digits)].sort()
    return [`same_number/${digits}`, `similar_number/${first}`]
  })
  const folded = fold(name)
  const born = birth && folded.includes(' ') ? [`name_and_birthday/${folded}/${birth.month}-${birth.day}`] : []
  return new Set([...keys, ...born])
}

const fold = (name: string) =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .split(' ')
    .sort()
    .join(' ')
