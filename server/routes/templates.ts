import { z } from 'zod'
import { TemplateCategory, TemplateStatus, TemplateWords } from '../../kernel/template.ts'
import { shownOf } from '../../kernel/template-text.ts'
import { Kept } from '../../store/settings/resources.ts'
import { TemplateFields, templatesMax } from '../../store/settings/templates.ts'
import { revisionOf } from '../http/if-match.ts'
import { del, get, Id, page, pageOf, patch, post } from '../http/route.ts'
import { variablesFor } from '../deeds.ts'
import { filledFor, fitting, valuesIn, whatsAppWay } from '../templates/fitting.ts'
import type { At } from '../templates/templates.ts'

const tags = ['Templates']
const Template = TemplateFields.extend(Kept.shape)
const sample = z.string().max(2_000)
const Slot = z.string().max(80)
const Shown = z.object({
  header: z.string().max(2_100).optional(),
  body: z.string().max(70_000),
  footer: z.string().max(60).optional(),
  buttons: z.array(z.string().max(32)).max(10).optional(),
})
const Places = z.array(z.object({ slot: Slot, value: sample })).max(80)
const shownMax = 50

const writing = ['unknown_channel', 'template_exists', 'invalid_template', 'too_many']
const handing = ['channel_missing', 'provider_unreachable', 'template_malformed', 'template_name_resting']

interface Called {
  workspace: { id: string }
  caller: { id: string }
  clocks: { of(workspaceId: string): { now(): number } }
}
/** Who does it, where and when. */
const atOf = ({ workspace, caller, clocks }: Called): At => ({
  workspaceId: workspace.id,
  by: caller.id,
  now: clocks.of(workspace.id).now(),
})

/** Words that WhatsApp must approve before they are sent to somebody who has not written for a day. */
export const templateRoutes = [
  get(
    '/message-templates',
    {
      allow: 'templates.read',
      module: 'inbox',
      summary: 'The templates, the latest first; of one channel, in one state, or whose name holds `q`',
      tags,
      query: z.object({
        ...page,
        channelId: Id.optional(),
        status: TemplateStatus.optional(),
        q: z.string().min(1).max(200).optional(),
      }),
      reply: pageOf(Template),
    },
    async ({ templates, workspace, query: { channelId, status, q, cursor, limit } }) => {
      const equal = { ...(channelId !== undefined && { channelId }), ...(status && { status }) }
      return templates.all.page(workspace.id, { equal, q, cursor, limit })
    },
  ),

  post(
    '/message-templates',
    {
      allow: 'templates.manage',
      module: 'inbox',
      summary: 'Begin a template: nobody but us knows of it before it is handed in',
      tags,
      body: z.object({
        channelId: Id,
        name: z.string().min(1).max(512),
        language: z.string().min(2).max(16),
        category: TemplateCategory,
        words: TemplateWords,
      }),
      reply: Template,
      status: 201,
      problems: writing,
      audit: 'message_template.created',
    },
    async ({ templates, resourceChanged, ...call }) => {
      const made = await templates.make(atOf(call), call.workspace.newId('tpl'), call.body)
      resourceChanged(call.workspace.id, { resource: 'message-templates', id: made.id, rev: made.rev })
      return made
    },
  ),

  post(
    '/message-templates/sync',
    {
      allow: 'templates.manage',
      module: 'inbox',
      summary: 'Read the templates of every WhatsApp account, or of one, and what WhatsApp thinks of them',
      tags,
      body: z.object({ channelId: Id.optional() }),
      reply: z.object({
        made: z.int().max(1e6),
        changed: z.int().max(1e6),
        gone: z.int().max(1e6),
        same: z.int().max(1e6),
      }),
      problems: ['provider_unreachable'],
      audit: 'message_template.synced',
    },
    async ({ templateNews, workspace, body }) => templateNews.sync(workspace.id, body.channelId),
  ),

  get(
    '/message-templates/:id',
    { allow: 'templates.read', module: 'inbox', summary: 'Read a template', tags, reply: Template },
    async ({ templates, workspace, params }) => templates.known({ workspaceId: workspace.id }, params.id),
  ),

  patch(
    '/message-templates/:id',
    {
      allow: 'templates.manage',
      module: 'inbox',
      summary: 'Change a template; of one that is approved a later version is begun, and answered',
      tags,
      takesRevision: true,
      body: z.object({ category: TemplateCategory.optional(), words: TemplateWords.optional() }),
      reply: Template,
      problems: ['template_in_review', 'template_final', 'draft_exists', 'invalid_template', 'stale_revision'],
      audit: 'message_template.changed',
    },
    async ({ templates, resourceChanged, ...call }) => {
      const { category, words } = call.body
      const said = { ...(category && { category }), ...(words && { words }) }
      const how = { rev: revisionOf(call.request), newId: call.workspace.newId('tpl') }
      const one = await templates.rewrite(atOf(call), call.params.id, said, how)
      resourceChanged(call.workspace.id, { resource: 'message-templates', id: one.id, rev: one.rev })
      return one
    },
  ),

  del(
    '/message-templates/:id',
    {
      allow: 'templates.manage',
      module: 'inbox',
      summary: 'Delete a template, at WhatsApp as well',
      tags,
      takesRevision: true,
      problems: ['channel_missing', 'provider_unreachable', 'stale_revision'],
      audit: 'message_template.deleted',
    },
    async ({ templates, resourceChanged, ...call }) => {
      await templates.remove(atOf(call), call.params.id, revisionOf(call.request))
      resourceChanged(call.workspace.id, { resource: 'message-templates', id: call.params.id, rev: 0 })
    },
  ),

  post(
    '/message-templates/:id/submit',
    {
      allow: 'templates.manage',
      module: 'inbox',
      summary: 'Hand it in to WhatsApp, which approves or rejects it',
      tags,
      reply: Template,
      problems: [
        ...handing,
        'template_in_review',
        'template_exists',
        'invalid_template',
        'file_not_ready',
        'file_refused',
      ],
      audit: 'message_template.submitted',
    },
    async ({ templates, resourceChanged, ...call }) => {
      const one = await templates.submit(atOf(call), call.params.id)
      resourceChanged(call.workspace.id, { resource: 'message-templates', id: one.id, rev: one.rev })
      return one
    },
  ),

  post(
    '/message-templates/:id/preview',
    {
      allow: 'templates.read',
      module: 'inbox',
      summary: 'How it reads with these values, and its samples where there is none',
      tags,
      body: z.object({ values: Places.default([]) }),
      reply: Shown,
    },
    async ({ templates, workspace, params, body }) => {
      const { words } = await templates.known({ workspaceId: workspace.id }, params.id)
      const samples = words.places.map(({ slot, sample: value }) => ({ slot, value }))
      return shownOf(words, { ...valuesIn(samples), ...valuesIn(body.values) })
    },
  ),

  get(
    '/conversations/:id/templates',
    {
      allow: 'templates.read',
      module: 'inbox',
      summary: 'The templates that can go to this person now, the most fitting first, filled in as far as it is known',
      tags,
      query: z.object({ channelId: Id.optional() }),
      reply: z.object({
        channelId: Id,
        items: z
          .array(
            Template.pick({ id: true, name: true, language: true, category: true, words: true }).extend({
              places: Places,
              shown: Shown,
            }),
          )
          .max(shownMax),
      }),
      problems: ['conversation_missing', 'address_missing', 'provider_unreachable'],
    },
    async ({ store, workspaces, templates, templateNews, channels, workspace, caller, params, query }) => {
      const { channelId } = await whatsAppWay(workspace, params.id, query.channelId)
      const channel = await channels.byId(workspace.id, channelId)
      // Nobody has asked WhatsApp yet: then this is the moment.
      if (channel && channel.templatesAt === null) await templateNews.sync(workspace.id, channelId)
      const equal = { accountId: channel?.fields['businessId'] ?? '', status: 'approved' }
      const [{ items }, { values, locales }] = await Promise.all([
        templates.all.page(workspace.id, { equal, limit: templatesMax }),
        variablesFor({ store, workspace, workspaces, caller }, params.id),
      ])
      const best = fitting(items, locales).slice(0, shownMax)
      return { channelId, items: best.map((one) => ({ ...one, ...filledFor(one.words, values) })) }
    },
  ),
]
