import { z } from 'zod'
import { Profile } from '../../actors/user/contract.ts'
import { instant } from '../../kernel/marks.ts'
import { Birth, birthdayOf } from '../../kernel/person.ts'
import { invalid } from '../../kernel/problem.ts'
import type { Filter, FindOptions, Store, Stored } from '../connection.ts'
import type { Rest } from '../rest.ts'
import { namesOf, SearchIndex } from '../search/index.ts'
import { personQueryOf, type Query } from '../search/words.ts'
import type { Page } from './conversations.ts'

interface Source {
  store: Store
  rest: Rest
}

const shownFields = {
  name: true,
  firstName: true,
  lastName: true,
  stage: true,
  statusId: true,
  tags: true,
  source: true,
  locale: true,
  timezone: true,
  custom: true,
  isBlocked: true,
  isRestricted: true,
  archivedAt: true,
  lastSeenAt: true,
  rev: true,
} as const

/** What a person's document holds for the list. */
const Kept = Profile.pick({ ...shownFields, identities: true }).extend({
  createdAt: instant(),
  birth: Birth.nullable(),
  score: z.int(),
})
const projection = Object.fromEntries(Object.keys(Kept.shape).map((field) => [field, 1 as const]))

/** A person as lists show them. */
export const PersonLine = Profile.pick(shownFields).extend({
  userId: z.string().max(128),
  identities: z.array(Profile.shape.identities.element.pick({ kind: true, value: true, isPrimary: true })).max(20),
  birthday: Profile.shape.birthday,
  score: z.int(),
  createdAt: instant(),
})
export type PersonLine = z.infer<typeof PersonLine>

/** The latest first: whom we have known since, or heard of last. */
export const peopleOrders = ['createdAt', 'lastSeenAt'] as const
export type PeopleOrder = (typeof peopleOrders)[number]

export interface PeopleAsked {
  /** What `mongoFilter` made of a filter. */
  filter?: Filter | undefined
  /** Words of a name or an address, or four digits or more of a number. */
  q?: string | undefined
  order?: PeopleOrder | undefined
  /** Those alone who were put aside, instead of all others. */
  isArchived?: boolean | undefined
  cursor?: string | undefined
  limit: number
}

/** Who is nobody else, was not erased, and did come or was entered. */
const somebody: Filter = { createdAt: { $type: 'date' }, aliasOf: null, erasedAt: null }
/** Whom nobody has put aside: all others are in no list but that of those who were. */
export const present: Filter = { ...somebody, archivedAt: null }
const archived: Filter = { ...somebody, archivedAt: { $type: 'date' } }

/** So many are opened at most to fill a page of a search: what is looked up is compared, and is right nearly always. */
const comparedMax = 1_000

/** Those of whom all of it is so, a page at a time. */
export async function peoplePage(source: Source, workspaceId: string, asked: PeopleAsked): Promise<Page<PersonLine>> {
  await source.rest.ready(workspaceId)
  const { order = 'createdAt', limit } = asked
  const query = asked.q === undefined ? anybody : personQueryOf(asked.q)
  if (query.tokens.length === 0 && query !== anybody) return { items: [], nextCursor: null }
  const items: PersonLine[] = []
  let cursor = asked.cursor
  for (let opened = 0; opened < comparedMax && items.length <= limit;) {
    const found = await peopleFound(source, workspaceId, { ...asked, cursor, tokens: query.tokens, limit: limit + 1 })
    const lines = found.map((document) => personOf(source.rest, workspaceId, document))
    items.push(...lines.filter((line) => isHit(query, line)))
    opened += found.length
    if (found.length <= limit && items.length <= limit) return { items, nextCursor: null }
    cursor = cursorOf(order, lines.at(-1))
  }
  if (items.length <= limit) return { items, nextCursor: cursor ?? null }
  const shown = items.slice(0, limit)
  return { items: shown, nextCursor: cursorOf(order, shown.at(-1)) ?? null }
}

const anybody: Query = { tokens: [], words: [], isHit: () => true }

function isHit(query: Query, line: PersonLine) {
  const { texts, numbers } = namesOf(line)
  return query.isHit(texts, numbers)
}

type Looked = PeopleAsked & { tokens: readonly string[] }

function peopleFound({ store, rest }: Source, workspaceId: string, asked: Looked) {
  const { filter, options } = peopleQuery(rest, workspaceId, asked)
  return store.of(workspaceId).find('users', filter, options)
}

/** As the database is asked, which `explain` shows. */
export function peopleQuery(rest: Rest, workspaceId: string, asked: Looked): { filter: Filter; options: FindOptions } {
  const { filter = {}, order = 'createdAt', isArchived = false, cursor, tokens, limit } = asked
  const own = Object.keys(filter).length > 0 ? [filter] : []
  const beyond = cursor === undefined ? [] : [after(order, cursor)]
  const words = tokens.length > 0 ? [{ words: { $all: new SearchIndex(rest).hashes(workspaceId, tokens) } }] : []
  // Whom nobody has heard of yet has no such time, and is in no list that is ordered by it.
  const ordered = order === 'createdAt' ? [] : [{ [order]: { $type: 'date' } }]
  const $and = [...words, ...ordered, ...own, ...beyond]
  const all = { ...(isArchived ? archived : present), ...($and.length > 0 && { $and }) }
  return { filter: all, options: { sort: { [order]: -1, _id: -1 }, limit, projection } }
}

/** How many there are of whom it is so, up to `max`. */
export function countPeople({ store }: Pick<Source, 'store'>, workspaceId: string, filter: Filter, max: number) {
  return store.of(workspaceId).count('users', { ...present, $and: [filter] }, max)
}

/** These, in the order of their ids; with a filter those whom lists show, without one also who was put aside. */
export async function peopleByIds(
  { store, rest }: Source,
  workspaceId: string,
  ids: readonly string[],
  filter?: Filter,
): Promise<PersonLine[]> {
  await rest.ready(workspaceId)
  const asked = { ...(filter ? present : somebody), _id: { $in: [...ids] }, ...(filter && { $and: [filter] }) }
  const found = await store.of(workspaceId).find('users', asked, { sort: { _id: 1 }, projection })
  return found.map((document) => personOf(rest, workspaceId, document))
}

/** Of documents from before anybody could be put aside. */
const unheld = { isRestricted: false, archivedAt: null }

function personOf(rest: Rest, workspaceId: string, { _id, ...document }: Stored): PersonLine {
  const kept = rest.decode(Kept, document, { workspaceId, at: `users/${_id}` }) as z.infer<typeof Kept>
  const { birth, ...shown } = kept
  return { ...unheld, ...shown, userId: _id, birthday: birth && birthdayOf(birth) }
}

const cursorOf = (order: PeopleOrder, line: PersonLine | undefined) =>
  line && Buffer.from(`${line[order] ?? 0}/${line.userId}`).toString('base64url')

function after(order: PeopleOrder, cursor: string): Filter {
  const { at, id } = readCursor(cursor)
  return { [order]: { $lte: at }, $or: [{ [order]: { $lt: at } }, { [order]: at, _id: { $lt: id } }] }
}

/** @throws Problem `invalid_cursor` */
export function readCursor(cursor: string): { at: Date; id: string } {
  const [ms, id] = Buffer.from(cursor, 'base64url').toString().split('/')
  if (!ms || !id || !/^\d{1,16}$/.test(ms)) throw invalid('invalid_cursor', 'This cursor is not one of ours.')
  return { at: new Date(Number(ms)), id }
}

/** How many people are in each stage. */
export async function stageCounts(
  { store }: Pick<Source, 'store'>,
  workspaceId: string,
  stages: readonly string[],
  max: number,
) {
  const counts = await Promise.all(
    stages.map((stage) => store.of(workspaceId).count('users', { ...present, stage }, max)),
  )
  return Object.fromEntries(stages.map((stage, nth) => [stage, counts[nth] ?? 0]))
}
