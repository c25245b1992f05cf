import { z } from 'zod'
import { Line } from '../../actors/inbox/contract.ts'
import { checked, Filter } from '../../kernel/filter.ts'
import { conversationFields } from '../../kernel/filter-fields.ts'
import { mongoFilter } from '../../kernel/filter-terms.ts'
import { invalid, missing, Problem, staleRevision } from '../../kernel/problem.ts'
import { may } from '../../kernel/permissions.ts'
import { countWhere, linesWhere, type Order, type Status, statuses } from '../../store/queries/inbox-lists.ts'
import { InboxViewFields, inboxViews, inboxViewsMax } from '../../store/settings/inbox-views.ts'
import { Kept, Resources } from '../../store/settings/resources.ts'
import { resource } from '../http/resource.ts'
import { type Call, get, page, pageOf, put } from '../http/route.ts'

const tags = ['Inbox views']
/** Nobody counts further. */
const countMax = 1_000
const countedMax = 50

type At = Pick<
  Call<'conversations.read', unknown, unknown, unknown>,
  'store' | 'rest' | 'workspace' | 'caller' | 'clocks' | 'workspaces'
>

const ofCaller = ({ caller }: Pick<At, 'caller'>) => ({ $or: [{ isShared: true }, { createdBy: caller.id }] })

/** Everybody may ask for `me`. */
const named = (filter: Filter, me: string): Filter => {
  if ('all' in filter) return { all: filter.all.map((part) => named(part, me)) }
  if ('any' in filter) return { any: filter.any.map((part) => named(part, me)) }
  if ('not' in filter) return { not: named(filter.not, me) }
  if (filter.field !== 'assignee') return filter
  const { value } = filter
  const own = (one: unknown) => (one === 'me' ? me : one)
  return { ...filter, value: (Array.isArray(value) ? value.map(own) : own(value)) as typeof value }
}

/** In which statuses there can be any: the others are not looked into. */
function statusesIn(filter: Filter): readonly Status[] {
  const parts = 'all' in filter ? filter.all : [filter]
  const named = parts.flatMap((part) => ('field' in part && part.field === 'status' ? [part] : []))
  const sets = named.flatMap(({ is, value }) => (is === 'is' || is === 'one_of' ? [[value].flat()] : []))
  return statuses.filter((status) => sets.every((set) => set.includes(status)))
}

async function askedFor({ workspace, caller, clocks, workspaces }: At, filter: Filter, order: Order) {
  const { settings } = await workspaces.known(workspace.id)
  const now = clocks.of(workspace.id).now()
  const own = named(filter, caller.id)
  const { timezone: zone, channels } = settings
  const where = mongoFilter(own, { now, zone, fields: conversationFields, channels })
  return { where, order, statuses: statusesIn(own) }
}

/** One that they see. @throws Problem `not_found` */
async function seenBy({ store, rest, workspace, caller }: At, id: string) {
  const view = await new Resources({ store, rest }, inboxViews).byId(workspace.id, id)
  if (!view || !(view.isShared || view.createdBy === caller.id)) throw missing('not_found', 'There is no such view.')
  return view
}

const read = (text: string): Filter => {
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    throw invalid('invalid_filter', 'The filter is no JSON.', [{ path: 'filter', message: 'No JSON.' }])
  }
  const found = Filter.safeParse(said)
  if (!found.success) throw invalid('invalid_filter', 'This is no filter.', [{ path: 'filter', message: 'No filter.' }])
  return checked(found.data, conversationFields)
}

/** Questions about conversations that somebody asks often, and the lists that answer them. */
export const viewRoutes = [
  // Before `/inbox-views/:id`, which would take the word for an id.
  get(
    '/inbox-views/counts',
    {
      allow: 'conversations.read',
      module: 'inbox',
      summary: 'How many conversations are in each view that one sees, up to a thousand',
      tags,
      reply: z.object({
        items: z.array(z.object({ id: z.string().max(128), count: z.int(), isMore: z.boolean() })).max(countedMax),
      }),
    },
    async (call) => {
      const { store, rest, workspace } = call
      const page = { equal: ofCaller(call), limit: countedMax }
      const { items } = await new Resources({ store, rest }, inboxViews).page(workspace.id, page)
      return {
        items: await Promise.all(
          items.map(async ({ id, filter, order }) => {
            const count = await countWhere({ store }, workspace.id, await askedFor(call, filter, order), countMax)
            return { id, count, isMore: count === countMax }
          }),
        ),
      }
    },
  ),

  ...resource({
    ...inboxViews,
    path: '/inbox-views',
    noun: 'inbox_view',
    prefix: 'view',
    allow: { read: 'conversations.read', write: 'conversations.write' },
    words: { one: 'a view of the inbox', all: 'The views that one sees, own and shared, the latest first' },
    tags,
    max: inboxViewsMax,
    problems: ['invalid_filter', 'not_allowed'],
    seen: {
      where: ofCaller,
      by: ({ caller }, { isShared, createdBy }) => isShared || createdBy === caller.id,
    },
    mayChange({ caller }, { createdBy }) {
      if (createdBy !== caller.id && !may(caller, 'views.share'))
        throw new Problem('forbidden', 'not_allowed', 'Whoever made it, or who may share views, can change it.')
    },
    check({ caller }, { filter, isShared }, before) {
      checked(filter, conversationFields)
      if (isShared && before?.isShared !== true && !may(caller, 'views.share'))
        throw new Problem('forbidden', 'not_allowed', 'This needs: Share views of the inbox with everybody.')
    },
  }),

  put(
    '/inbox-views/:id/sharing',
    {
      allow: 'views.share',
      module: 'inbox',
      summary: 'Show a view to everybody, or to who made it alone',
      tags,
      body: z.object({ isShared: z.boolean() }),
      reply: InboxViewFields.extend(Kept.shape),
      problems: ['stale_revision'],
      audit: { action: 'inbox_view.shared', note: ({ body }) => body },
    },
    async (call) => {
      const { store, rest, workspace, caller, now, resourceChanged, body } = call
      const before = await seenBy(call, call.params.id)
      const views = new Resources({ store, rest }, inboxViews)
      const after = await views.change(workspace.id, before, body, { by: caller.id, now: now() })
      if (!after || after === 'taken') throw staleRevision()
      resourceChanged(workspace.id, { resource: 'inbox-views', id: after.id, rev: after.rev })
      return after
    },
  ),

  get(
    '/inbox-views/:id/conversations',
    {
      allow: 'conversations.read',
      module: 'inbox',
      summary: 'What is in a view, in its order',
      tags,
      query: z.object(page),
      reply: pageOf(Line),
    },
    async (call) => {
      const { workspace, params, query } = call
      const view = await seenBy(call, params.id)
      return linesWhere(call, workspace.id, { ...(await askedFor(call, view.filter, view.order)), ...query })
    },
  ),

  get(
    '/conversations/matching',
    {
      allow: 'conversations.read',
      module: 'inbox',
      summary: 'The conversations that a filter finds (as JSON, in the language of views)',
      tags: ['Conversations'],
      query: z.object({
        ...page,
        filter: z.string().min(2).max(8_000),
        order: z.enum(['latest', 'waiting']).default('latest'),
      }),
      reply: pageOf(Line),
      problems: ['invalid_filter'],
    },
    async (call) => {
      const { workspace, query } = call
      const { filter, order, ...page } = query
      return linesWhere(call, workspace.id, { ...(await askedFor(call, read(filter), order)), ...page })
    },
  ),
]
