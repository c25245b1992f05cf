import { z } from 'zod'
import { checked, everything, Filter } from '../../kernel/filter.ts'
import { conversationFields, type Fields, operatorsOf } from '../../kernel/filter-fields.ts'
import { operators } from '../../kernel/filter-operators.ts'
import { instant } from '../../kernel/marks.ts'
import { PersonLine } from '../../store/queries/people-list.ts'
import { addMembers, removeMembers, segments, segmentsMax, segmentsOf } from '../../store/settings/segments.ts'
import { resource } from '../http/resource.ts'
import { get, Id, page, pageOf, post, put } from '../http/route.ts'

const tags = ['Segments']
const Count = z.int().nonnegative()
const previewed = 10

const FieldShown = z.object({
  field: z.string().max(100),
  type: z.enum(['choice', 'text', 'list', 'yes_no', 'number', 'date', 'birthday']),
  words: z.string().max(200),
  options: z.array(z.string().max(200)).max(200).nullable(),
  operators: z.array(z.enum(operators)).max(operators.length),
  /** The business has put it away: filters that ask for it go on, and new ones do without. */
  isArchived: z.boolean(),
})

const shown = (fields: Fields) =>
  Object.entries(fields).map(([field, one]) => ({
    field,
    type: one.type,
    words: one.words,
    options: one.options ? [...one.options] : null,
    operators: [...operatorsOf(one)],
    isArchived: one.isArchived ?? false,
  }))

/** Groups of people: those of whom something is so, or whom somebody put there. */
export const segmentRoutes = [
  get(
    '/filter-fields',
    {
      allow: 'people.read',
      summary: 'What can be asked of a person or a conversation, and how',
      tags,
      query: z.object({ of: z.enum(['person', 'conversation']).default('person') }),
      reply: z.object({ items: z.array(FieldShown).max(300) }),
    },
    async ({ lists, workspace, query }) => ({
      items: shown(query.of === 'person' ? await lists.segments.fieldsOf(workspace.id) : conversationFields),
    }),
  ),

  get(
    '/segments/counts',
    {
      allow: 'people.read',
      summary: 'How many people are in each segment, and when that was counted',
      tags,
      reply: z.object({
        items: z.array(z.object({ id: Id, count: Count.nullable(), countedAt: instant().nullable() })).max(segmentsMax),
      }),
    },
    async ({ store, workspace }) => ({
      items: (await segmentsOf(store, workspace.id)).map(({ id, counted }) => {
        return { id, count: counted?.count ?? null, countedAt: counted?.at ?? null }
      }),
    }),
  ),

  post(
    '/segments/preview',
    {
      allow: 'people.read',
      audit: { action: 'people.listed', isRead: true },
      summary: 'Whom a filter would find: how many, and the first of them',
      tags,
      body: z.object({ filter: Filter }),
      reply: z.object({ count: Count, items: z.array(PersonLine).max(previewed) }),
      problems: ['invalid_filter'],
    },
    async ({ lists, workspace, body }) => {
      const filter = checked(body.filter, await lists.segments.fieldsOf(workspace.id))
      const [count, found] = await Promise.all([
        lists.segments.count(workspace.id, filter),
        lists.segments.page(workspace.id, { filter, limit: previewed }),
      ])
      return { count, items: found.items }
    },
  ),

  ...resource({
    ...segments,
    path: '/segments',
    noun: 'segment',
    prefix: 'seg',
    allow: { read: 'people.read', write: 'segments.manage' },
    words: { one: 'a segment', all: 'The segments, the latest first' },
    tags,
    max: segmentsMax,
    unique: { of: segments.unique, code: 'segment_exists', says: 'Another segment has this name.' },
    problems: ['invalid_filter'],
    async check({ lists, workspace }, { kind, filter }) {
      if (kind === 'dynamic') checked(filter, await lists.segments.fieldsOf(workspace.id))
      else checked(filter, {}) // Who is on a list by hand is there whatever is so of them.
    },
    async changed({ lists, workspace }, _before, after) {
      if (after) await lists.segments.recountOne(workspace.id, { ...after, counted: null })
    },
  }),

  get(
    '/segments/:id/users',
    {
      allow: 'people.read',
      audit: { action: 'people.listed', isRead: true },
      summary: 'Who is in a segment now',
      tags,
      query: z.object(page),
      reply: pageOf(PersonLine),
      problems: ['invalid_cursor'],
    },
    ({ lists, workspace, params, query }) =>
      lists.segments.page(workspace.id, { ...query, segmentId: params.id, filter: everything }),
  ),

  put(
    '/segments/:id/members',
    {
      allow: 'segments.manage',
      audit: 'segment.members_changed',
      summary: 'Put people on a list that is kept by hand, or take them off it: up to 500 of each',
      tags,
      body: z.object({ add: z.array(Id).max(500).default([]), remove: z.array(Id).max(500).default([]) }),
      reply: z.object({ count: Count }),
      problems: ['segment_is_dynamic'],
    },
    async ({ lists, store, workspace, params, body, now }) => {
      const segment = await lists.segments.byHand(workspace.id, params.id)
      await addMembers(store, workspace.id, segment.id, body.add, now())
      await removeMembers(store, workspace.id, segment.id, body.remove)
      return { count: await lists.segments.recountOne(workspace.id, segment) }
    },
  ),
]
