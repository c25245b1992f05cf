import type { Filter } from '../../kernel/filter.ts'
import { slaPoliciesMax } from '../../kernel/sla.ts'
import type { Store } from '../../store/connection.ts'
import type { Rest } from '../../store/rest.ts'
import { inboxViews, inboxViewsMax } from '../../store/settings/inbox-views.ts'
import { type Deed, macros, macrosMax } from '../../store/settings/replies.ts'
import { type Home, type Kept, Resources } from '../../store/settings/resources.ts'
import { segments, segmentsMax } from '../../store/settings/segments.ts'
import { slaPolicies } from '../../store/settings/sla-policies.ts'
import type { z } from 'zod'

interface At {
  store: Store
  rest: Rest
  workspaceId: string
  by: string
  now: number
}

/** What a label was before, and is from now on. */
interface Renamed {
  from: string
  to: string
}

const swapped = (labels: readonly string[], { from, to }: Renamed) => [
  ...new Set(labels.map((label) => (label === from ? to : label))),
]

function inFilter(filter: Filter, how: Renamed): Filter {
  if ('all' in filter) return { all: filter.all.map((part) => inFilter(part, how)) }
  if ('any' in filter) return { any: filter.any.map((part) => inFilter(part, how)) }
  if ('not' in filter) return { not: inFilter(filter.not, how) }
  if (filter.field !== 'tags' || !Array.isArray(filter.value)) return filter
  return { ...filter, value: swapped(filter.value.map(String), how) }
}

const inDeed = (deed: Deed, how: Renamed): Deed =>
  deed.do === 'tag' || deed.do === 'untag' ? { ...deed, tags: swapped(deed.tags, how) } : deed

/**
 * Wherever a label is named by what people set up (segments, views, macros, promises) it is named anew. Answers whether
 * a promise was among them, which conversations must be told of.
 */
export async function relabel(at: At, how: Renamed): Promise<{ hasPromises: boolean }> {
  await all(at, segments, segmentsMax, ({ filter }) => ({ filter: inFilter(filter, how) }))
  await all(at, inboxViews, inboxViewsMax, ({ filter }) => ({ filter: inFilter(filter, how) }))
  await all(at, macros, macrosMax, ({ deeds }) => ({ deeds: deeds.map((deed) => inDeed(deed, how)) }))
  const promises = await all(at, slaPolicies, slaPoliciesMax, ({ conditions }) => ({
    conditions: { ...conditions, tags: swapped(conditions.tags, how) },
  }))
  return { hasPromises: promises > 0 }
}

const triesMax = 3

/** How many of them were changed. Somebody who changes one at this moment is not overwritten: it is read again. */
async function all<Fields extends z.ZodObject>(
  { store, rest, workspaceId, by, now }: At,
  home: Home<Fields>,
  max: number,
  change: (one: Kept<z.output<Fields>>) => Partial<z.output<Fields>>,
): Promise<number> {
  const kept = new Resources({ store, rest }, home)
  const { items } = await kept.page(workspaceId, { limit: max })
  let count = 0
  for (const { id } of items)
    for (let tries = 0; tries < triesMax; tries++) {
      const one = await kept.byId(workspaceId, id)
      const after = one && change(one)
      if (!one || !after || kept.differing(one, after).length === 0) break
      if (await kept.change(workspaceId, one, after, { by, now })) {
        count++
        break
      }
    }
  return count
}
