import { z } from 'zod'
import { Profile, user } from '../../actors/user/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { checked, Filter } from '../../kernel/filter.ts'
import { Label, labelsMax, Stage, stages } from '../../kernel/person.ts'
import { invalid, Problem } from '../../kernel/problem.ts'
import { birthdaysPage } from '../../store/queries/birthdays.ts'
import { peopleOrders, PersonLine, stageCounts } from '../../store/queries/people-list.ts'
import { addMembers, removeMembers } from '../../store/settings/segments.ts'
import { get, Id, page, pageOf, patch, post } from '../http/route.ts'
import { Lead } from '../people/leads.ts'
import { countMax, type Segments } from '../segments.ts'

const tags = ['Users']
const words = z.string().trim().min(1).max(200)

const asked = {
  ...page,
  /** Words of a name or an address, or four digits or more of a number. */
  q: words.optional(),
  tag: Label.optional(),
  stage: Stage.optional(),
  source: z.string().min(1).max(60).optional(),
  segment: Id.optional(),
  /** In the language of segments, as JSON. */
  filter: z.string().max(8_000).optional(),
  order: z.enum(peopleOrders).default('createdAt'),
  /** `true`: those alone who were archived, whom no other list shows. */
  archived: z.enum(['true', 'false']).default('false'),
}
type Asked = z.output<z.ZodObject<typeof asked>>
type Narrowed = Pick<Asked, 'tag' | 'stage' | 'source' | 'filter'>

/** What the query asks, as one filter. @throws Problem `invalid_filter` */
async function filterOf({ tag, stage, source, filter }: Narrowed, segments: Segments, workspaceId: string) {
  const all: Filter[] = [
    ...(tag === undefined ? [] : [{ field: 'tags', is: 'has_any' as const, value: [tag] }]),
    ...(stage === undefined ? [] : [{ field: 'stage', is: 'is' as const, value: stage }]),
    ...(source === undefined ? [] : [{ field: 'source', is: 'is' as const, value: source }]),
  ]
  if (filter === undefined) return { all }
  return { all: [...all, checked(read(filter), await segments.fieldsOf(workspaceId))] }
}

function read(text: string): Filter {
  const parsed = Filter.safeParse(json(text))
  if (parsed.success) return parsed.data
  throw invalid('invalid_filter', 'This filter is not in the form of one.', [
    { path: 'filter', message: 'JSON like {"field":"stage","is":"is","value":"lead"}.' },
  ])
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // What is no JSON is no filter either: the schema says so.
  }
}

async function listed(segments: Segments, workspace: Workspace, query: Asked) {
  const { q, segment, order, archived, cursor, limit } = query
  const filter = await filterOf(query, segments, workspace.id)
  const isArchived = archived === 'true'
  return segments.page(workspace.id, { q, order, isArchived, cursor, limit, filter, segmentId: segment })
}

const Deed = z.strictObject({
  tag: z
    .object({ add: z.array(Label).max(labelsMax).default([]), remove: z.array(Label).max(labelsMax).default([]) })
    .optional(),
  stage: Stage.optional(),
  segment: z.object({ id: Id, on: z.boolean() }).optional(),
  isArchived: z.boolean().optional(),
})
const atOnce = 16

export const peopleList = [
  get(
    '/users',
    {
      allow: 'people.read',
      audit: { action: 'people.listed', isRead: true },
      summary: 'The people, the latest first: searched, filtered, a segment of them',
      tags,
      problems: ['invalid_filter', 'invalid_cursor', 'not_found'],
      query: z.object(asked),
      reply: pageOf(PersonLine),
    },
    ({ lists, workspace, query }) => listed(lists.segments, workspace, query),
  ),

  get(
    '/users/birthdays',
    {
      allow: 'people.read',
      audit: { action: 'people.listed', isRead: true },
      summary: 'Whose birthday it is from today on, in the order of the days',
      tags,
      query: z.object({ days: z.coerce.number().int().min(1).max(366).default(14), limit: page.limit }),
      reply: z.object({
        items: z.array(PersonLine.extend({ on: z.string().max(10), turns: z.int().nullable() })).max(100),
        /** There are more than are shown. */
        isMore: z.boolean(),
      }),
    },
    async ({ lists, store, rest, workspace, query }) => {
      const { now, zone } = await lists.segments.asking(workspace.id)
      return birthdaysPage({ store, rest }, workspace.id, { now, zone, ...query })
    },
  ),

  post(
    '/users/bulk',
    {
      allow: 'people.write',
      audit: {
        action: 'people.changed_together',
        note: ({ body }) => ({ people: body.userIds.length, deeds: Object.keys(body.do).join(' ') }),
      },
      summary:
        'Tag people, move them to a stage, put them on a list, archive them: up to 200 at once, and what became of each',
      tags,
      body: z.object({ userIds: z.array(Id).min(1).max(200), do: Deed }),
      reply: z.object({
        items: z.array(z.object({ userId: Id, isDone: z.boolean(), code: z.string().max(64).nullable() })).max(200),
      }),
      problems: ['not_found', 'segment_is_dynamic'],
    },
    async ({ lists, store, workspace, body, now }) => {
      const { segment } = body.do
      if (segment) await lists.segments.byHand(workspace.id, segment.id)
      const items = await inTurn(body.userIds, atOnce, async (userId) => {
        const code = await done(workspace, userId, body.do)
        return { userId, isDone: code === null, code }
      })
      const ids = items.filter(({ isDone }) => isDone).map(({ userId }) => userId)
      if (segment?.on) await addMembers(store, workspace.id, segment.id, ids, now())
      else if (segment) await removeMembers(store, workspace.id, segment.id, ids)
      if (segment) await lists.segments.recount(workspace.id)
      return { items }
    },
  ),

  get(
    '/leads',
    {
      allow: 'people.read',
      audit: { action: 'people.listed', isRead: true },
      summary: 'Those who are no customers yet, the latest first',
      tags,
      problems: ['invalid_filter', 'invalid_cursor', 'not_found'],
      query: z.object(asked).omit({ archived: true }),
      reply: pageOf(PersonLine),
    },
    async ({ lists, workspace, query }) => {
      const whole = await filterOf(query, lists.segments, workspace.id)
      const filter: Filter = { all: [{ field: 'stage', is: 'one_of', value: ['lead', 'engaged', 'booked'] }, whole] }
      const { q, segment, order, cursor, limit } = query
      return lists.segments.page(workspace.id, { q, order, cursor, limit, filter, segmentId: segment })
    },
  ),

  post(
    '/leads',
    {
      allow: 'people.write',
      audit: { action: 'lead.taken', target: (_, { profile }) => profile.userId, note: (_, { isNew }) => ({ isNew }) },
      summary: 'Take a lead: whoever is known by one of the addresses keeps what is known, and gets what was missing',
      tags,
      body: Lead,
      reply: z.object({ isNew: z.boolean(), profile: Profile }),
      problems: [
        ...['several_people', 'identity_taken', 'invalid_address', 'too_many_identities', 'too_many_tags'],
        ...['unknown_code', 'unknown_field', 'field_archived', 'wrong_value', 'person_erased'],
      ],
    },
    ({ records, workspace, body }) => records.leads.take(workspace, body),
  ),

  get(
    '/leads/counts',
    {
      allow: 'people.read',
      summary: 'How many people are in each stage',
      tags,
      reply: z.object({ stages: z.record(z.string().max(64), z.int().nonnegative()) }),
    },
    async ({ store, workspace }) => ({ stages: await stageCounts({ store }, workspace.id, stages, countMax) }),
  ),

  patch(
    '/leads/:id/stage',
    {
      allow: 'people.write',
      audit: 'person.stage_changed',
      summary: 'Move somebody to another stage',
      tags,
      body: z.object({ stage: Stage }),
      reply: Profile,
      problems: ['user_missing'],
    },
    async ({ workspace, params, body }) => workspace.at(user, params.id).update(body),
  ),
]

async function done(workspace: Workspace, userId: string, { tag, stage, isArchived }: z.output<typeof Deed>) {
  try {
    const person = workspace.at(user, userId)
    if (tag) await person.tag(tag)
    if (stage) await person.update({ stage })
    if (isArchived !== undefined) await (isArchived ? person.archive() : person.unarchive())
    if (!tag && !stage && isArchived === undefined) await person.view()
    return null
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

/** All of them, so many at a time, in their order. */
async function inTurn<T, R>(all: readonly T[], width: number, work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (let from = 0; from < all.length; from += width)
    done.push(...(await Promise.all(all.slice(from, from + width).map(work))))
  return done
}
