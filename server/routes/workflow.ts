import { z } from 'zod'
import { attention, Calls } from '../../actors/attention/contract.ts'
import { Aside, conversation } from '../../actors/conversation/contract.ts'
import { instant } from '../../kernel/marks.ts'
import { episodePage } from '../../store/queries/episodes.ts'
import { del, get, page, pageOf, patch, post, put } from '../http/route.ts'
import { messageById } from '../../store/queries/messages.ts'
import { missing } from '../../kernel/problem.ts'
import type { Ports } from '../ports.ts'
import { knownMembers, knownTeam } from '../known-ids.ts'

const of = conversation.messages
const tags = ['Conversations']
const write = { allow: 'conversations.write', module: 'inbox', tags } as const
const read = { allow: 'conversations.read', module: 'inbox', tags } as const
const Snooze = of.setStatus.input.omit({ status: true }).extend({ until: instant() })

/** How staff work with a conversation, besides writing. */
export const workflow = [
  post(
    '/conversations/:id/read',
    {
      ...write,
      summary: 'Everything up to this message was seen by whoever asks',
      problems: ['conversation_missing'],
      body: of.read.input,
      reply: of.read.reply,
    },
    async ({ workspace, params, body }) => workspace.at(conversation, params.id).read(body),
  ),

  put(
    '/conversations/:id/status',
    {
      ...write,
      summary: 'Open, wait, put off or resolve',
      problems: ['conversation_missing', 'wrong_status', 'invalid_time'],
      body: of.setStatus.input,
      reply: of.setStatus.reply,
    },
    async ({ workspace, params, body }) => workspace.at(conversation, params.id).setStatus(body),
  ),

  post(
    '/conversations/:id/snooze',
    {
      ...write,
      summary: 'Put off until a moment, or until the person writes',
      problems: ['conversation_missing', 'wrong_status', 'invalid_time'],
      body: Snooze,
      reply: of.setStatus.reply,
    },
    async ({ workspace, params, body }) =>
      workspace.at(conversation, params.id).setStatus({ status: 'snoozed', ...body }),
  ),

  put(
    '/conversations/:id/assignee',
    {
      ...write,
      summary: 'Who looks after it; null for nobody',
      body: of.assign.input,
      reply: of.assign.reply,
      problems: ['conversation_missing', 'unknown_member'],
    },
    async ({ store, workspace, params, body }) => {
      await knownMembers({ store, workspace }, body.assigneeId === null ? [] : [body.assigneeId], 'assigneeId')
      return workspace.at(conversation, params.id).assign(body)
    },
  ),

  post(
    '/conversations/:id/take',
    {
      ...write,
      summary: 'Look after it oneself, if nobody does yet',
      reply: of.take.reply,
      problems: ['conversation_missing', 'already_taken'],
    },
    async ({ workspace, params }) => workspace.at(conversation, params.id).take(),
  ),

  put(
    '/conversations/:id/team',
    {
      ...write,
      summary: 'Which team looks after it; null for none',
      body: of.setTeam.input,
      reply: of.setTeam.reply,
      problems: ['conversation_missing', 'unknown_team'],
    },
    async ({ store, rest, workspace, params, body }) => {
      await knownTeam({ store, rest, workspace }, body.teamId)
      return workspace.at(conversation, params.id).setTeam(body)
    },
  ),

  put(
    '/conversations/:id/priority',
    {
      ...write,
      summary: 'How urgent it is',
      body: of.setPriority.input,
      reply: of.setPriority.reply,
      problems: ['conversation_missing'],
    },
    async ({ workspace, params, body }) => workspace.at(conversation, params.id).setPriority(body),
  ),

  post(
    '/conversations/:id/tags',
    {
      ...write,
      summary: 'Put tags on it, and take tags off',
      body: of.tag.input,
      reply: of.tag.reply,
      problems: ['conversation_missing', 'too_many_tags'],
    },
    async ({ workspace, params, body }) => workspace.at(conversation, params.id).tag(body),
  ),

  get(
    '/conversations/:id/episodes',
    {
      ...read,
      audit: { action: 'conversation.read', isRead: true },
      summary: 'The matters so far, the latest first',
      query: z.object(page),
      reply: pageOf(conversation.rows.episode),
      problems: ['conversation_missing'],
    },
    async ({ store, rest, workspace, params, query }) => {
      const found = await episodePage({ store, rest }, workspace.id, params.id, query)
      if (found.items.length === 0) await workspace.at(conversation, params.id).view()
      return found
    },
  ),

  post(
    '/conversations/:id/csat',
    {
      ...write,
      summary: 'Ask the person how content they were with the present or the last matter',
      status: 202,
      reply: of.askRating.reply,
      problems: ['conversation_missing', 'nothing_to_rate', 'already_asked'],
    },
    async ({ workspace, params }) => workspace.at(conversation, params.id).askRating(),
  ),
]

/** What is said later. */
export const scheduledRoutes = [
  get(
    '/conversations/:id/scheduled',
    {
      ...read,
      summary: 'What waits to be sent, and what a machine would say',
      reply: Aside,
      problems: ['conversation_missing'],
    },
    async ({ workspace, params }) => workspace.at(conversation, params.id).aside(),
  ),

  post(
    '/conversations/:id/scheduled',
    {
      ...write,
      summary: 'Write to the person later',
      status: 201,
      body: of.schedule.input,
      reply: of.schedule.reply,
      problems: ['conversation_missing', 'invalid_time', 'too_many_scheduled'],
    },
    async ({ workspace, params, body }) => workspace.at(conversation, params.id).schedule(body),
  ),

  patch(
    '/messages/:id',
    {
      ...write,
      tags: ['Messages'],
      summary: 'Change what waits to be sent; what is not named stays',
      body: of.reschedule.input.omit({ messageId: true }),
      reply: of.reschedule.reply,
      problems: ['not_scheduled', 'invalid_time'],
    },
    async (call) => {
      const { conversationId } = await waiting(call, call.workspace.id, call.params.id)
      const change = { messageId: call.params.id, ...call.body }
      return call.workspace.at(conversation, conversationId).reschedule(change)
    },
  ),

  del(
    '/messages/:id',
    {
      ...write,
      tags: ['Messages'],
      summary: 'Cancel what waits to be sent',
      problems: ['not_scheduled'],
    },
    async (call) => {
      const { conversationId } = await waiting(call, call.workspace.id, call.params.id)
      await call.workspace.at(conversation, conversationId).cancelScheduled({ messageId: call.params.id })
    },
  ),
]

async function waiting(source: Pick<Ports, 'store' | 'rest'>, workspaceId: string, id: string) {
  const found = await messageById(source, workspaceId, id)
  if (!found) throw missing('not_found', 'There is no such message.')
  return found
}

/** Machines that speak here, and who silences them. */
export const machineRoutes = [
  post(
    '/conversations/:id/automation/pause',
    {
      ...write,
      summary: 'Silence machines for so many hours, or until it is resolved',
      body: of.pauseAutomation.input,
      reply: of.pauseAutomation.reply,
      problems: ['conversation_missing'],
    },
    async ({ workspace, params, body }) => workspace.at(conversation, params.id).pauseAutomation(body),
  ),

  post(
    '/conversations/:id/automation/resume',
    {
      ...write,
      summary: 'Let machines speak again',
      problems: ['conversation_missing'],
      reply: of.resumeAutomation.reply,
    },
    async ({ workspace, params }) => workspace.at(conversation, params.id).resumeAutomation(),
  ),

  put(
    '/conversations/:id/ai-mode',
    {
      ...write,
      summary: 'What a language model may do here: nothing, drafts, answers',
      body: of.setAiMode.input,
      reply: of.setAiMode.reply,
      problems: ['conversation_missing'],
    },
    async ({ workspace, params, body }) => workspace.at(conversation, params.id).setAiMode(body),
  ),

  post(
    '/conversations/:id/handoff',
    {
      ...write,
      summary: 'Hand it over to people: it is open and waits for them, and machines are silent until it is resolved',
      body: of.handOff.input,
      reply: of.handOff.reply,
      problems: ['conversation_missing', 'unknown_team'],
    },
    async ({ store, rest, workspace, params, body }) => {
      await knownTeam({ store, rest, workspace }, body.teamId ?? null)
      return workspace.at(conversation, params.id).handOff(body)
    },
  ),

  post(
    '/conversations/:id/proposals',
    {
      ...write,
      summary: 'What a language model would answer to what it saw: sent, drafted, or held back',
      body: of.propose.input,
      reply: of.propose.reply,
      problems: ['conversation_missing'],
    },
    async ({ workspace, params, body }) => workspace.at(conversation, params.id).propose(body),
  ),
]

/** What calls for the attention of whoever asks. */
export const attentionRoutes = [
  get(
    '/me/attention',
    {
      allow: 'conversations.read',
      module: 'inbox',
      tags: ['Account'],
      summary: 'Mentions of oneself, and people who wait too long',
      reply: Calls,
    },
    async ({ workspace, caller }) => workspace.at(attention, caller.id).view(),
  ),

  post(
    '/me/attention/look',
    {
      allow: 'conversations.read',
      module: 'inbox',
      tags: ['Account'],
      summary: 'Seen: all of a conversation, or everything',
      body: attention.messages.look.input,
      reply: attention.messages.look.reply,
    },
    async ({ workspace, caller, body }) => workspace.at(attention, caller.id).look(body),
  ),
]
