import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import type { Rest } from '../../store/rest.ts'
import type { Store } from '../../store/connection.ts'
import { duplicateById, duplicatesPage, keepDuplicates, settleDuplicate } from '../../store/queries/duplicates.ts'
import { peopleForMatching } from '../../store/queries/matching.ts'
import { pairsOf } from './matching.ts'

/** Why two may be one. */
export const duplicateReasons = ['same_number', 'similar_number', 'same_email', 'name_and_birthday'] as const

export const Duplicate = z.object({
  id: z.string().max(128),
  userIds: z.tuple([z.string().max(128), z.string().max(128)]),
  reasons: z.array(z.enum(duplicateReasons)).max(duplicateReasons.length),
  /** 0 to 100: how likely it is. */
  score: z.int().min(0).max(100),
  status: z.enum(['open', 'dismissed']),
  foundAt: instant(),
})
export type Duplicate = z.infer<typeof Duplicate>

interface Parts {
  store: Store
  rest: Rest
  now(): number
}

/** Two who may be one. Nobody is joined by a machine: staff look, and merge them or say that they are two. */
export class Duplicates {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async page(workspaceId: string, asked: { cursor?: string | undefined; limit: number }) {
    return duplicatesPage(this.#parts.store, workspaceId, asked)
  }

  /** Looks through everybody. Who was said to be two stays two. Answers how many pairs are open. */
  async scan(workspaceId: string): Promise<number> {
    const { store, now } = this.#parts
    const pairs = await pairsOf(() => peopleForMatching(this.#parts, workspaceId))
    await keepDuplicates(store, workspaceId, pairs, now())
    return pairs.length
  }

  /** They are two. @throws Problem `not_found`, `duplicate_settled` */
  async dismiss(workspaceId: string, id: string): Promise<void> {
    const found = await duplicateById(this.#parts.store, workspaceId, id)
    if (!found) throw missing('not_found', 'There is no such suggestion.')
    if (found.status !== 'open') throw conflict('duplicate_settled', 'Somebody has decided this already.')
    await settleDuplicate(this.#parts.store, workspaceId, id)
  }
}
