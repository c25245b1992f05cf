import { z } from 'zod'
import { type Finding, findingsMax, Link } from '../actors/audit/contract.ts'
import { memorySchema } from '../kernel/codec.ts'
import { digest, hashOf, origin } from '../kernel/chain.ts'

/** What of a link has to be remembered to compare it with its neighbours; `isItself`: its hashes are those of what it says. */
export interface LinkSeen {
  n: number
  before: string
  hash: string
  isItself: boolean
}

const Exported = z.object({ n: z.int(), at: z.object({ $date: z.string() }) }).loose()
const inMemory = memorySchema(Link)

/** One line of `data/audit_log` of an export. Only the number is kept of what cannot be read. */
export function exportedLink(line: string): LinkSeen {
  const unreadable = { n: 0, before: '', hash: '', isItself: false }
  const { _id: _, workspaceId: __, rev: ___, ...fields } = parsed(line) ?? {}
  const exported = Exported.safeParse(fields)
  if (!exported.success) return unreadable
  const found = inMemory.safeParse({ ...exported.data, at: Date.parse(exported.data.at.$date) })
  if (!found.success) return { ...unreadable, n: exported.data.n }
  const link = found.data as Link
  const isNothingElse = Object.keys(fields).every((name) => Object.hasOwn(Link.shape, name))
  const isItself = isNothingElse && hashOf(link) === link.hash && digest(link.details) === link.detailsHash
  return { n: link.n, before: link.before, hash: link.hash, isItself }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined // A line that is none is found as what cannot be read.
  }
}

/** Puts the links in their order, and names what does not follow from what is before it. */
export function lookThroughFile(seen: readonly LinkSeen[]) {
  const links = seen.toSorted((one, other) => one.n - other.n)
  const findings: Finding[] = []
  let before: LinkSeen | undefined
  for (const link of links) {
    findings.push(...against(link, before))
    if (findings.length >= findingsMax) break
    before = link
  }
  return { first: links[0], last: links.at(-1), findings: findings.slice(0, findingsMax) }
}

function against(link: LinkSeen, before: LinkSeen | undefined): Finding[] {
  const { n } = link
  if (link.hash === '') return [{ what: 'unreadable', n }]
  if (!link.isItself) return [{ what: 'altered', n }]
  if (!before) return n === 1 && link.before !== origin ? [{ what: 'altered', n }] : []
  if (n === before.n) return [{ what: 'inserted', n }]
  if (n > before.n + 1) return [{ what: 'missing', n: before.n + 1 }]
  // After one that cannot be read, or was changed, what follows says nothing more.
  return !before.isItself || link.before === before.hash ? [] : [{ what: 'altered', n }]
}
