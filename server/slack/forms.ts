import { conversation } from '../../actors/conversation/contract.ts'
import type { Message } from '../../actors/conversation/contract/message.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { slack as slackActor } from '../../actors/slack/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import { newId } from '../../kernel/id.ts'
import { demandOn } from '../../kernel/modules.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Settings } from '../../kernel/settings.ts'
import type { SlackApi } from '../../providers/slack/api.ts'
import type { Pressed, Submitted } from '../../providers/slack/inbound.ts'
import type { Store } from '../../store/connection.ts'
import { messageById, messagePage } from '../../store/queries/messages.ts'
import type { Rest } from '../../store/rest.ts'
import { membersOf } from '../../store/settings/members.ts'
import type { SlackConnection } from '../../store/settings/slack.ts'
import { knownMembers } from '../known-ids.ts'
import { formWordsIn } from './form-words.ts'
import { linkMinutes, offerLink } from './links.ts'
import type { Known, Refused, SlackPeople } from './people.ts'
import type { SlackRoom } from './room.ts'
import {
  type Carried,
  carriedIn,
  fields,
  type FormAct,
  formActs,
  formOf,
  mainField,
  nobody,
  noticeOf,
  type View,
} from './views.ts'
import { actionIds, escaped, linkOffer, refusalsIn } from './words.ts'

interface Parts {
  store: Store
  rest: Rest
  api: Pick<SlackApi, 'openView' | 'whisper'>
  room: Pick<SlackRoom, 'accountOf'>
  people: SlackPeople
  settingsOf(workspaceId: string): Settings
  /** Where the console is reached, and a workspace on behalf of somebody. */
  there(): { url: string; workspace(caller: Caller, commandId?: string): Workspace }
  /** A workspace on behalf of Slack. */
  deskOf(workspaceId: string): Workspace
  now(): number
}

interface Place {
  workspaceId: string
  connection: SlackConnection
}
/** What Slack is answered where a form was sent off. */
export interface FormAnswer {
  response_action?: 'errors' | 'update' | 'clear' | undefined
  errors?: Record<string, string> | undefined
  view?: View | undefined
}

/** Slack opens nothing three seconds after a press, and waits as long for an answer to a form. */
const askMs = 1_500
const shownMessages = 5

/** What members do from Slack by forms: opened by a button, filled in there, and done by the commands of the console. */
export class SlackForms {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Opens the form of this button for whoever pressed it; who may not is told, alone. */
  async open(place: Place, pressed: Pressed, { act, conversationId }: { act: FormAct; conversationId: string }) {
    const who = await this.#parts.people.who(place.connection, place.workspaceId, pressed, askMs)
    const outcome =
      who.is === 'refused' ? who.outcome : await this.#opened(place, pressed, who, { act, conversationId })
    if (outcome === 'opened') return
    if (who.is === 'refused') await this.#refuse(place, pressed, who)
    const memberId = who.is === 'known' ? who.member.id : who.memberId
    await this.#note(place, { key: pressed.key, act, conversationId, outcome, memberId })
  }

  /** Whoever presses this may say, signed in, that they are this Slack user. */
  async offer(place: Place, { teamId, userId, userTeamId, userName, responseUrl }: Pressed) {
    const { workspaceId, connection } = place
    const words = this.#words(workspaceId)
    if (userTeamId !== connection.teamId)
      return this.#whisper(place, responseUrl, refusalsIn(this.#locale(workspaceId)).otherTeam)
    const { store, now, there } = this.#parts
    const token = await offerLink(store, { workspaceId, teamId, userId, userName }, now())
    const url = `${there().url}/settings/account?slack=${token}`
    const text = words.linkSays(linkMinutes)
    const open = { type: 'button', action_id: actionIds.open, text: { type: 'plain_text', text: words.linkOpen }, url }
    const blocks = [
      { type: 'section', text: { type: 'mrkdwn', text: escaped(text) } },
      { type: 'actions', elements: [open] },
    ]
    await this.#whisper(place, responseUrl, text, blocks)
  }

  /** A form was sent off. The same one again is the same command. @throws Problem where it is to be tried again */
  async submitted(place: Place, form: Submitted): Promise<FormAnswer> {
    const [act, carried] = [formActs[form.callbackId], carriedIn(form.metadata)]
    if (!act || !carried) return {}
    const { workspaceId, connection } = place
    const who = await this.#parts.people.who(connection, workspaceId, form, askMs)
    const says = refusalsIn(this.#locale(workspaceId))
    const done = async (answer: FormAnswer, outcome: string, memberId: string | null) => {
      const { conversationId } = carried
      await this.#note(place, { key: `${form.viewId}/${outcome}`, act, conversationId, outcome, memberId })
      return answer
    }
    if (who.is === 'refused') return done(errorAt(act, says[who.why]), who.outcome, who.memberId)
    try {
      demandOn(this.#parts.settingsOf(workspaceId).modules, 'inbox')
      const answer = await this.#does[act](place, who, carried, form)
      return answer ? answer : await done({ response_action: 'clear' }, 'done', who.member.id)
    } catch (error) {
      if (!(error instanceof Problem) || error.retryable) throw error
      const why = error.code === 'stale_command' ? this.#words(workspaceId).tooLate : error.message
      return done(errorAt(act, why), error.code, who.member.id)
    }
  }

  /** What each form does; an answer where it did nothing yet. */
  readonly #does: Record<
    FormAct,
    (place: Place, who: Known, carried: Carried, form: Submitted) => Promise<FormAnswer | undefined>
  > = {
    reply: async (place, who, carried, form) => {
      const { workspaceId } = place
      const text = textIn(form)
      if (text === '') return errorAt('reply', this.#words(workspaceId).empty)
      const latest = await this.#latest(workspaceId, carried.conversationId)
      const isTheirs = (one: Message) => isOwn(one, carried, who) && 'text' in one.content && one.content.text === text
      if (!latest.some(isTheirs) && latest.some((one) => isNews(one, carried, who)))
        return { response_action: 'update', view: await this.#form(place, who, 'reply', carried, { text, latest }) }
      const { messageId } = await this.#conversation(who, carried, form).send({ content: { kind: 'text', text } })
      return this.#isSaid(workspaceId, messageId, text, carried)
    },

    note: async ({ workspaceId }, who, carried, form) => {
      const [text, mentions] = [textIn(form), form.values[fields.mentions] ?? []]
      if (text === '') return errorAt('note', this.#words(workspaceId).empty)
      const { store } = this.#parts
      await knownMembers({ store, workspace: this.#parts.deskOf(workspaceId) }, mentions, fields.mentions)
      const whom = mentions.length > 0 && { mentions: [...mentions] }
      const { messageId } = await this.#conversation(who, carried, form).note({ text, ...whom })
      return this.#isSaid(workspaceId, messageId, text, carried)
    },

    assign: async ({ workspaceId }, who, carried, form) => {
      const [chosen = nobody] = form.values[fields.member] ?? []
      const assigneeId = chosen === nobody ? null : chosen
      const ids = assigneeId === null ? [] : [assigneeId]
      const { store } = this.#parts
      await knownMembers({ store, workspace: this.#parts.deskOf(workspaceId) }, ids, fields.member)
      await this.#conversation(who, carried, form).assign({ assigneeId })
      return undefined
    },
  }

  /** On behalf of this member, as the console asks it: the same form again finds the answer that it got. */
  #conversation({ caller }: Known, { conversationId, key }: Carried, { viewId }: Submitted) {
    const commandId = `${caller.role}/${caller.id}/slack/${viewId}.${key}`
    return this.#parts.there().workspace(caller, commandId).at(conversation, conversationId)
  }

  /** They changed their words after the first were taken, whose answer they never saw: nothing goes out silently. */
  async #isSaid(workspaceId: string, messageId: string, text: string, { conversationId }: Carried) {
    const said = await messageById(this.#parts, workspaceId, messageId)
    if (!said || !('text' in said.content) || said.content.text === text) return undefined
    return { response_action: 'update' as const, view: noticeOf(this.#words(workspaceId), this.#link(conversationId)) }
  }

  async #opened(
    place: Place,
    { triggerId, responseUrl }: Pressed,
    who: Known,
    asked: Pick<Carried, 'conversationId'> & { act: FormAct },
  ) {
    const { workspaceId, connection } = place
    const { act, conversationId } = asked
    const says = refusalsIn(this.#locale(workspaceId))
    try {
      demandOn(this.#parts.settingsOf(workspaceId).modules, 'inbox')
      const { messageCount: seen } = await this.#parts
        .there()
        .workspace(who.caller)
        .at(conversation, conversationId)
        .view()
      const view = await this.#form(place, who, act, { conversationId, key: newId('slf'), seen })
      const answer = await this.#parts.api.openView(this.#parts.room.accountOf(connection), triggerId, view)
      if (answer.outcome === 'done') return 'opened'
      const { code, title } =
        answer.outcome === 'refused' ? answer.error : { code: 'slack_unavailable', title: answer.why }
      await this.#whisper(place, responseUrl, says.cannot(title))
      return code
    } catch (error) {
      if (!(error instanceof Problem) || error.retryable) throw error
      const why = error.code === 'conversation_missing' ? says.gone : says.cannot(error.message)
      await this.#whisper(place, responseUrl, why)
      return error.code
    }
  }

  async #form(
    { workspaceId, connection }: Place,
    { caller }: Known,
    act: FormAct,
    carried: Carried,
    meanwhile?: { text: string; latest: readonly Message[] },
  ) {
    const { conversationId } = carried
    const latest = meanwhile?.latest ?? (connection.showsWords ? await this.#latest(workspaceId, conversationId) : [])
    const name = connection.showsWords
      ? (await this.#parts.there().workspace(caller).at(conversation, conversationId).view()).name
      : ''
    const colleagues = act === 'reply' ? [] : await this.#colleagues(workspaceId)
    return formOf({
      ...{ act, words: this.#words(workspaceId), link: this.#link(conversationId), colleagues },
      carried: meanwhile ? { ...carried, seen: Math.max(carried.seen, latest.at(-1)?.n ?? 0) } : carried,
      shown: connection.showsWords ? { name, messages: latest } : undefined,
      ...(meanwhile && { again: { text: meanwhile.text } }),
    })
  }

  /** What was said last between the person and the business. */
  async #latest(workspaceId: string, conversationId: string): Promise<Message[]> {
    const { items } = await messagePage(this.#parts, workspaceId, conversationId, { limit: 20 })
    return items.filter(({ direction }) => direction === 'in' || direction === 'out').slice(-shownMessages)
  }

  async #colleagues(workspaceId: string) {
    const members = await membersOf(this.#parts.store, workspaceId)
    return members
      .filter(({ status }) => status === 'active')
      .map(({ id, name }) => ({ id, name }))
      .sort((one, other) => one.name.localeCompare(other.name))
  }

  async #refuse(place: Place, { responseUrl }: Pressed, { why }: Refused) {
    const locale = this.#locale(place.workspaceId)
    const text = refusalsIn(locale)[why]
    await this.#whisper(place, responseUrl, text, why === 'stranger' ? strangerBlocks(text, locale) : [])
  }

  /** Who cannot be told sees that no form opens. */
  async #whisper({ connection }: Place, responseUrl: string, text: string, blocks: readonly object[] = []) {
    await this.#parts.api.whisper(this.#parts.room.accountOf(connection), responseUrl, text, blocks)
  }

  #note({ workspaceId }: Place, filled: Parameters<ReturnType<typeof deskIn>['filled']>[0]) {
    return deskIn(this.#parts.deskOf(workspaceId)).filled(filled)
  }

  #locale = (workspaceId: string) => this.#parts.settingsOf(workspaceId).locale
  #words = (workspaceId: string) => formWordsIn(this.#locale(workspaceId))
  #link = (conversationId: string) => `${this.#parts.there().url}/inbox/${encodeURIComponent(conversationId)}`
}

const deskIn = (workspace: Workspace) => workspace.at(slackActor, workspace.id)
const textIn = ({ values }: Submitted) => (values[fields.text]?.[0] ?? '').trim()
const errorAt = (act: FormAct, why: string): FormAnswer => {
  return { response_action: 'errors', errors: { [mainField[act]]: why.slice(0, 2_000) } }
}

/** What they have said since the form was opened: by it, and they did not see the answer, or in the console. */
const isOwn = ({ n, author }: Message, { seen }: Carried, { member }: Known) => n > seen && author.id === member.id

/** Of the person, or of a colleague, since the form was opened. */
const isNews = (message: Message, carried: Carried, who: Known) =>
  message.n > carried.seen &&
  (message.direction === 'in' || (message.author.kind === 'staff' && !isOwn(message, carried, who)))

/** What a stranger is told, with the button by which they are none any more. */
export const strangerBlocks = (text: string, locale: string) => [
  { type: 'section', text: { type: 'mrkdwn', text: escaped(text) } },
  { type: 'section', text: { type: 'mrkdwn', text: escaped(formWordsIn(locale).linkOffer) } },
  linkOffer(locale),
]
