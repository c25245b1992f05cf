import { z } from 'zod'
import { sensitive } from '../../kernel/marks.ts'
import type { Filter } from '../connection.ts'
import { earlierThan, Kept, latestFirst } from '../settings/resources.ts'
import type { Source, Spot } from './people.ts'

/** What staff leave on a record for one another, as it rests. */
export const Remark = Kept.extend({
  kind: z.string().max(32),
  recordId: z.string().max(128),
  text: sensitive(z.string().max(4_000)),
  isPinned: z.boolean(),
})

/** The latest first; `before` is the last one that was shown. */
export async function remarksOn(
  { store, rest }: Source,
  workspaceId: string,
  { kind, recordId, before, limit }: { kind: string; recordId: string; before?: Spot | undefined; limit: number },
): Promise<z.output<typeof Remark>[]> {
  const filter: Filter = { kind, recordId, ...(before && earlierThan(before)) }
  const found = await store.of(workspaceId).find('remarks', filter, { sort: latestFirst, limit })
  await rest.ready(workspaceId)
  return found.map(({ _id, ...document }) => {
    const place = { workspaceId, at: `remarks/${_id}` }
    return { ...(rest.decode(Remark, document, place) as z.output<typeof Remark>), id: _id }
  })
}
