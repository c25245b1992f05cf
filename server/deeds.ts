import { conversation } from '../actors/conversation/contract.ts'
import type { Workspace } from '../actors/runtime/contract.ts'
import { user } from '../actors/user/contract.ts'
import type { Caller } from '../kernel/caller.ts'
import { Problem } from '../kernel/problem.ts'
import { filled, firstOf, type Values, type Variable } from '../kernel/variables.ts'
import type { Store } from '../store/connection.ts'
import type { Rest } from '../store/rest.ts'
import { memberById } from '../store/settings/members.ts'
import type { Canned, Deed } from '../store/settings/replies.ts'
import { knownMember, knownReply, knownTeam } from './known-ids.ts'
import type { Workspaces } from './workspaces.ts'

/** What became of one of several things. What follows one that was refused is not done: it may rest on it. */
export interface Outcome {
  do: Deed['do']
  outcome: 'done' | 'refused' | 'skipped'
  code: string | null
  title: string | null
}

interface By {
  store: Store
  rest: Rest
  workspaces: Workspaces
  workspace: Workspace
  caller: Caller
  /** The workspace's time, epoch ms. */
  now: number
}

/** Does them in their order with one conversation. */
export async function doAll(by: By, conversationId: string, deeds: readonly Deed[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const deed of deeds) {
    const isOver = outcomes.some(({ outcome }) => outcome !== 'done')
    outcomes.push(isOver ? skipped(deed) : await done(by, conversationId, deed))
  }
  return outcomes
}

const skipped = (deed: Deed): Outcome => ({ do: deed.do, outcome: 'skipped', code: null, title: null })

async function done(by: By, conversationId: string, deed: Deed): Promise<Outcome> {
  try {
    await act(by, conversationId, deed)
    return { do: deed.do, outcome: 'done', code: null, title: null }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { do: deed.do, outcome: 'refused', code: error.code, title: error.message }
  }
}

function act(by: By, conversationId: string, deed: Deed): Promise<unknown> {
  const it = by.workspace.at(conversation, conversationId)
  switch (deed.do) {
    case 'reply':
      return reply(by, conversationId, deed.cannedId)
    case 'note':
      return it.note({ text: deed.text })
    case 'assign':
      return assign(by, conversationId, deed.to)
    case 'team':
      return toTeam(by, conversationId, deed.teamId)
    case 'status':
      return it.setStatus({ status: deed.status })
    case 'snooze':
      return it.setStatus({ status: 'snoozed', until: by.now + deed.minutes * 60_000 })
    case 'priority':
      return it.setPriority({ priority: deed.priority })
    case 'tag':
      return it.tag({ add: deed.tags })
    case 'untag':
      return it.tag({ remove: deed.tags })
  }
}

async function assign(by: By, conversationId: string, to: string | null) {
  const assigneeId = to === 'me' ? by.caller.id : to
  await knownMember(by, assigneeId)
  return by.workspace.at(conversation, conversationId).assign({ assigneeId })
}

async function toTeam(by: By, conversationId: string, teamId: string | null) {
  await knownTeam(by, teamId)
  return by.workspace.at(conversation, conversationId).setTeam({ teamId })
}

async function reply(by: By, conversationId: string, cannedId: string) {
  const { text } = await filledFor(by, conversationId, await knownReply(by, cannedId))
  const content = { kind: 'text' as const, text }
  return by.workspace.at(conversation, conversationId).send({ content })
}

/**
 * A canned answer for the person of this conversation, in their language where there is one.
 * @throws Problem `conversation_missing`
 */
export async function filledFor(
  by: By,
  conversationId: string,
  { texts }: Pick<Canned, 'texts'>,
): Promise<{ text: string; locale: string; missing: Variable[] }> {
  const { values, locales } = await variablesFor(by, conversationId)
  const { locale, text } = inLanguage(texts, ...locales)
  return { locale, ...filled(text, values) }
}

/**
 * What prepared texts can name, for the person of this conversation; and in which languages they are written to, theirs
 * first. @throws Problem `conversation_missing`
 */
export async function variablesFor(
  { store, workspace, workspaces, caller }: Pick<By, 'store' | 'workspace' | 'workspaces' | 'caller'>,
  conversationId: string,
): Promise<{ values: Values; locales: (string | null)[] }> {
  const { userId } = await workspace.at(conversation, conversationId).view()
  const [person, member, business] = await Promise.all([
    workspace.at(user, userId).view(),
    memberById(store, workspace.id, caller.id),
    workspaces.known(workspace.id),
  ])
  const values: Values = {
    'person.name': person.name,
    'person.firstName': person.firstName || firstOf(person.name),
    'person.lastName': person.lastName,
    'member.name': member?.name ?? '',
    'member.firstName': firstOf(member?.name ?? ''),
    'workspace.name': business.name,
    'workspace.phone': business.profile.phone,
    'workspace.website': business.profile.website,
  }
  return { values, locales: [person.locale, business.settings.locale] }
}

const languageOf = (locale: string) => locale.toLowerCase().split('-')[0]

/** The very one, then one of the same language, for the person and then for the business; then the first. */
function inLanguage(texts: Canned['texts'], ...wanted: (string | null)[]) {
  for (const locale of wanted) {
    if (locale === null) continue
    const exact = texts.find((one) => one.locale.toLowerCase() === locale.toLowerCase())
    const near = exact ?? texts.find((one) => languageOf(one.locale) === languageOf(locale))
    if (near) return near
  }
  const [first] = texts
  if (!first) throw new Error('a canned answer without a text')
  return first
}
