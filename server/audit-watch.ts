import { audit, type Chain, type Finding, findingsMax, type Link, type Verdict } from '../actors/audit/contract.ts'
import type { Workspace } from '../actors/runtime/contract.ts'
import { digest, hashOf } from '../kernel/chain.ts'
import type { AuditLog, Found } from '../store/audit.ts'

const atOnce = 500
const yearMs = 365.25 * 24 * 60 * 60_000

interface Parts {
  log: Pick<AuditLog, 'back' | 'after' | 'lastBefore' | 'forget'>
  /** The actors of a workspace, for us. */
  workspace(workspaceId: string): Workspace
  /** After how many years a workspace lets go of what was written down. */
  years(workspaceId: string): number
  /** Something is wrong that was not wrong before. */
  alarm(workspaceId: string, verdict: Verdict): Promise<void>
  now(): number
}

/** Looks through the chains, and lets go of what is older than their workspace keeps. */
export class AuditWatch {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  view(workspaceId: string): Promise<Chain> {
    return this.#chain(workspaceId).view()
  }

  look(workspaceId: string): Promise<Verdict> {
    return lookThrough(workspaceId, { ...this.#parts, chain: () => this.view(workspaceId) })
  }

  /** Looks, and the chain keeps what was found; who has to hear of it does. */
  async verify(workspaceId: string): Promise<Verdict> {
    const verdict = await this.look(workspaceId)
    const { isNews } = await this.#chain(workspaceId).verified(verdict)
    if (isNews && verdict.findings.length > 0) await this.#parts.alarm(workspaceId, verdict)
    return verdict
  }

  /** The chain first says that it begins later; only then are the links before that deleted. */
  async shorten(workspaceId: string) {
    const { log, years, now } = this.#parts
    const chain = this.#chain(workspaceId)
    const upTo = await log.lastBefore(workspaceId, now() - years(workspaceId) * yearMs)
    if (upTo) await chain.forget({ upTo, at: now() })
    const { begin } = await chain.view()
    if (begin.n > 0) await log.forget(workspaceId, begin.n)
  }

  #chain(workspaceId: string) {
    return this.#parts.workspace(workspaceId).at(audit, workspaceId)
  }
}

interface Looking {
  log: Pick<AuditLog, 'back' | 'after'>
  /** As it is now. */
  chain(): Promise<Chain>
  now(): number
}

/** Looks through a whole chain, link by link from its end, which is sealed, back to its beginning. Changes nothing. */
export async function lookThrough(workspaceId: string, parts: Looking): Promise<Verdict> {
  const { log, chain, now } = parts
  const { begin, end } = await chain()
  const walk = new Walk(workspaceId, { begin, end })
  let upTo: { n: number; id?: string } | undefined = end
  while (upTo) {
    const found: Found[] = await log.back(workspaceId, { after: begin.n, upTo }, atOnce)
    for (const one of found) walk.take(one)
    upTo = found.length === atOnce ? found.at(-1) : undefined
  }
  walk.end()
  const beyond = await log.after(workspaceId, end.n)
  const after = await chain()
  // What was let go of while we looked is not missing; what was written meanwhile stands there rightly.
  if (after.begin.n !== begin.n) return lookThrough(workspaceId, parts)
  walk.beyond(beyond, after.end.n)
  return { at: now(), looked: walk.looked, findings: walk.findings() }
}

/** Each link says the hash of the one before it; the end is known. So every link is compared with what is known of it. */
class Walk {
  readonly #workspaceId: string
  readonly #begin: Chain['begin']
  readonly #findings: Finding[] = []
  looked = 0
  /** The number that has to come next, going back. */
  #next: number
  /** The hash that it has to have; undefined where what would have said it is not to be relied on. */
  #hash: string | undefined

  constructor(workspaceId: string, { begin, end }: Pick<Chain, 'begin' | 'end'>) {
    this.#workspaceId = workspaceId
    this.#begin = begin
    this.#next = end.n
    this.#hash = end.hash
  }

  take({ id, n, link }: Found) {
    this.looked++
    if (!Number.isInteger(n) || id !== `${this.#workspaceId}.${n}`) return this.#found('out_of_order', n)
    this.#skip(n)
    this.#next = n - 1
    if (!link) {
      this.#hash = undefined
      return this.#found('unreadable', n)
    }
    if (!this.#isRight(link)) this.#found('altered', n)
    this.#hash = link.before
  }

  end() {
    this.#skip(this.#begin.n)
    const isWhole = this.#hash === undefined || this.#hash === this.#begin.hash
    if (!isWhole && this.#findings.length === 0) this.#found('altered', this.#begin.n)
  }

  beyond(numbers: readonly number[], end: number) {
    for (const n of numbers) if (n > end) this.#found('inserted', n)
  }

  findings() {
    return this.#findings.toSorted((one, other) => one.n - other.n).slice(0, findingsMax)
  }

  #skip(n: number) {
    if (this.#next > n) this.#hash = undefined
    for (; this.#next > n; this.#next--) {
      if (this.#findings.length > 10 * findingsMax) this.#next = n + 1
      this.#found('missing', this.#next)
    }
  }

  #isRight(link: Link) {
    const own = hashOf(link)
    const isItself = own === link.hash && digest(link.details) === link.detailsHash
    return isItself && (this.#hash === undefined || own === this.#hash)
  }

  #found(what: Finding['what'], n: number) {
    this.#findings.push({ what, n: Number.isInteger(n) ? Math.max(0, n) : 0 })
  }
}
