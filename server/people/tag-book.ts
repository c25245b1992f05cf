import { conversation } from '../../actors/conversation/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { user } from '../../actors/user/contract.ts'
import { monotonicMs } from '../../kernel/clock.ts'
import { newId } from '../../kernel/id.ts'
import { Label } from '../../kernel/person.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import type { Rest } from '../../store/rest.ts'
import { Resources } from '../../store/settings/resources.ts'
import {
  beginTagMove,
  holdersOf,
  isMoving,
  nextTagMove,
  overTagMove,
  skipInMove,
  type TagMove,
} from '../../store/settings/tag-moves.ts'
import { tags, tagsMax } from '../../store/settings/tags.ts'
import { BoundedCache } from '../bounded-cache.ts'

interface Parts {
  store: Store
  rest: Rest
  /** People and conversations of a business, on behalf of a move. */
  workspaceFor(workspaceId: string, moveId: string): Workspace
  /** Consoles that are open read the tags anew. */
  changed(workspaceId: string, id: string): void
  nowIn(workspaceId: string): number
  onError(error: unknown): void
}

/** So many have their label changed at a time. */
const chunkMax = 50
/** So many chunks at once, before somebody else has their turn. */
const chunksMax = 40
const knownTtlMs = 10 * 60_000
const workspacesMax = 1_000

/** The labels of a business: each stands in its list as soon as it is used, and one that is renamed is so everywhere. */
export class TagBook {
  readonly #parts: Parts
  readonly #known = new BoundedCache<Set<string>>({ max: workspacesMax, ttlMs: knownTtlMs, now: monotonicMs })
  #work: Promise<unknown> = Promise.resolve()
  #isLeaving = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Somebody has these: what the list does not know yet is put there. Not waited for. */
  used(workspaceId: string, labels: unknown) {
    if (!Array.isArray(labels) || labels.length === 0) return
    const known = this.#known.get(workspaceId) ?? new Set<string>()
    const news = labels.filter((label) => !known.has(label as string) && Label.safeParse(label).success) as string[]
    if (news.length === 0) return
    for (const label of news) known.add(label)
    this.#known.set(workspaceId, known)
    this.#later(() => this.#list(workspaceId, news))
  }

  async #list(workspaceId: string, labels: readonly string[]) {
    const { store, rest, nowIn, changed } = this.#parts
    const all = new Resources({ store, rest }, tags)
    for (const label of labels) {
      if ((await all.count(workspaceId, tagsMax)) >= tagsMax) return
      if (await isMoving(store, workspaceId, label)) continue
      const made = { id: newId('tag'), fields: { label, description: '', colour: null }, by: 'system' }
      const one = await all.insert(workspaceId, made, nowIn(workspaceId))
      if (one) changed(workspaceId, one.id)
    }
  }

  /** Everybody who has `from` has `to` from now on, or nothing; it goes on by itself until nobody has it. */
  async move(workspaceId: string, from: string, to: string | null): Promise<void> {
    const { store, nowIn } = this.#parts
    await beginTagMove(store, workspaceId, { from, to, now: nowIn(workspaceId) })
    this.#known.get(workspaceId)?.delete(from)
    this.#later(() => this.sweep(workspaceId))
  }

  /** Goes on with what moves. Harmless where several do it: a label that is changed already stays as it is. */
  async sweep(workspaceId: string): Promise<void> {
    for (let n = 0; n < chunksMax && !this.#isLeaving; n++) if (!(await this.#step(workspaceId))) return
  }

  async #step(workspaceId: string): Promise<boolean> {
    const { store, changed } = this.#parts
    const move = await nextTagMove(store, workspaceId)
    if (!move) return false
    const { people, conversations } = await holdersOf(store, workspaceId, move, chunkMax)
    if (people.length + conversations.length === 0) {
      await overTagMove(store, workspaceId, move)
      changed(workspaceId, move.id)
      return true
    }
    const workspace = this.#parts.workspaceFor(workspaceId, move.id)
    const how = changeOf(move)
    const done = await Promise.all([
      ...people.map((id) => refused(id, () => workspace.at(user, id).tag(how))),
      ...conversations.map((id) => refused(id, () => workspace.at(conversation, id).tag(how))),
    ])
    const skipped = done.filter((id) => id !== undefined)
    if (skipped.length > 0) await skipInMove(store, workspaceId, move, skipped)
    return true
  }

  #later(work: () => Promise<unknown>) {
    this.#work = this.#work.then(work).catch((error: unknown) => this.#parts.onError(error))
  }

  /** Resolves when nothing is under way here. */
  async settled() {
    await this.#work
  }

  async close() {
    this.#isLeaving = true
    await this.#work
  }
}

const changeOf = ({ from, to }: TagMove) => ({ add: to === null ? [] : [to], remove: [from] })

/** Their id, where it cannot be done with them at all. */
async function refused(id: string, work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof Problem && !error.retryable) return id
    throw error
  }
}
