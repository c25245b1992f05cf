import { z } from 'zod'
import { Birth, Identity } from '../../kernel/person.ts'
import { sensitive } from '../../kernel/marks.ts'
import type { Filter } from '../connection.ts'
import type { Source } from './people.ts'

const Kept = z.object({
  name: sensitive(z.string()),
  birth: Birth.nullable().optional(),
  identities: z.array(Identity.pick({ kind: true, value: true })),
})
const pageSize = 500
const projection = { _id: 1, name: 1, birth: 1, 'identities.kind': 1, 'identities.value': 1 } as const

/** Everybody who stands for themselves, a page at a time: what two people are compared by. */
export async function* peopleForMatching({ store, rest }: Source, workspaceId: string) {
  await rest.ready(workspaceId)
  let last: string | undefined
  for (;;) {
    const filter: Filter = { aliasOf: null, erasedAt: null, archivedAt: null, ...(last && { _id: { $gt: last } }) }
    const page = await store.of(workspaceId).find('users', filter, { sort: { _id: 1 }, limit: pageSize, projection })
    for (const { _id, ...document } of page) {
      const kept = rest.decode(Kept, document, { workspaceId, at: `users/${_id}` }) as z.output<typeof Kept>
      yield { id: _id, name: kept.name, birth: kept.birth ?? null, identities: kept.identities }
    }
    last = page.at(-1)?._id
    if (page.length < pageSize) return
  }
}
