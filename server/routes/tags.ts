import { z } from 'zod'
import { Label } from '../../kernel/person.ts'
import { conflict, invalid, missing, Problem } from '../../kernel/problem.ts'
import { Kept, Resources } from '../../store/settings/resources.ts'
import { tagCounts } from '../../store/settings/tag-moves.ts'
import { tagColours, TagFields, tags as home, tagsMax } from '../../store/settings/tags.ts'
import { resource } from '../http/resource.ts'
import { type Call, get, Id, post } from '../http/route.ts'
import { relabel } from '../people/relabel.ts'
import { promisesChanged } from '../promises.ts'

const tags = ['Users']
const countedMax = 100
/** Nobody counts further. */
const countMax = 10_000
const Count = z.int().nonnegative()

type At = Pick<
  Call<'people.write', unknown, unknown, unknown>,
  'store' | 'rest' | 'workspaces' | 'workspace' | 'caller' | 'lists' | 'now'
>

/** The label has another name: for everybody who has it, and wherever it is asked for. */
async function renamed({ store, rest, workspaces, workspace, caller, lists, now }: At, from: string, to: string) {
  await lists.tags.move(workspace.id, from, to)
  const at = { store, rest, workspaceId: workspace.id, by: caller.id, now: now() }
  const { hasPromises } = await relabel(at, { from, to })
  if (hasPromises) await promisesChanged({ store, rest, workspaces }, workspace.id)
}

/** Labels for people and conversations alike. */
export const tagRoutes = [
  // Before `/tags/:id`, which would take the word for an id.
  get(
    '/tags/counts',
    {
      allow: 'people.read',
      summary: 'How many people and how many conversations have each of these tags, up to ten thousand',
      tags,
      query: z.object({ labels: z.string().min(1).max(7_000) }),
      reply: z.object({
        items: z.array(z.object({ label: Label, people: Count, conversations: Count })).max(countedMax),
      }),
      problems: ['unknown_tag'],
    },
    async ({ store, workspace, query }) => ({
      items: await tagCounts(store, workspace.id, labelsOf(query.labels), countMax),
    }),
  ),

  get(
    '/tags/colours',
    {
      allow: 'people.read',
      summary: 'The tags that have a colour, with it',
      tags,
      reply: z.object({ items: z.array(TagFields.pick({ label: true, colour: true })).max(tagsMax) }),
    },
    async ({ store, workspace }) => ({ items: await tagColours(store, workspace.id) }),
  ),

  ...resource({
    ...home,
    path: '/tags',
    noun: 'tag',
    prefix: 'tag',
    allow: { read: 'people.read', write: 'people.write' },
    words: { one: 'a tag: another label is one for everybody who has it', all: 'The tags, the latest first' },
    tags,
    max: tagsMax,
    unique: { of: home.unique, code: 'tag_exists', says: 'There is such a tag already: merge the two.' },
    async changed(call, before, after) {
      if (!after) return call.lists.tags.move(call.workspace.id, before.label, null)
      if (after.label !== before.label) await renamed(call, before.label, after.label)
    },
  }),

  post(
    '/tags/:id/merge',
    {
      allow: 'people.write',
      audit: { action: 'tag.merged', note: ({ body }) => body },
      summary: 'Make two tags one: whoever has this one has the other from now on, and this one is gone',
      tags,
      body: z.object({ into: Id }),
      reply: TagFields.extend(Kept.shape),
      problems: ['same_tag', 'stale_revision'],
    },
    async (call) => {
      const { store, rest, workspace, caller, params, body, now, resourceChanged } = call
      const all = new Resources({ store, rest }, home)
      const [one, into] = await Promise.all([all.byId(workspace.id, params.id), all.byId(workspace.id, body.into)])
      if (!one || !into) throw missing('not_found', 'There is no such tag.')
      if (one.id === into.id) throw conflict('same_tag', 'These are one already.')
      // It moves before it goes, so that nobody who has it still brings it back into the list.
      await renamed(call, one.label, into.label)
      const isGone = await all.remove(workspace.id, one, { by: caller.id, now: now(), isKept: false })
      // What listed itself goes by itself when nobody has it any more.
      if (!isGone && (await all.byId(workspace.id, one.id)))
        throw new Problem('stale', 'stale_revision', 'Somebody changed this meanwhile: merge them again.')
      resourceChanged(workspace.id, { resource: 'tags', id: one.id, rev: one.rev + 1 })
      return into
    },
  ),
]

function labelsOf(text: string): string[] {
  const labels = [...new Set(text.split(','))]
  const isRight = labels.length <= countedMax && labels.every((label) => Label.safeParse(label).success)
  if (isRight) return labels
  const message = `At most ${String(countedMax)} labels, with commas.`
  throw invalid('unknown_tag', message, [{ path: 'labels', message }])
}
