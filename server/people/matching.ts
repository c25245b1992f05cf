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

/** Those who may be one, the likeliest first. */
export async function pairsOf(people: AsyncIterable<Matched>): Promise<Pair[]> {
  const groups = new Map<string, string[]>()
  for await (const person of people)
    for (const key of keysOf(person)) groups.set(key, [...(groups.get(key) ?? []), person.id])
  const pairs = new Map<string, Pair>()
  for (const [key, ids] of groups) if (ids.length > 1 && ids.length <= groupMax) collect(pairs, key, ids)
  return [...pairs.values()].sort((a, b) => b.score - a.score).slice(0, pairsMax)
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
