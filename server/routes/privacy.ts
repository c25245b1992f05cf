import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { privacyKinds, privacyStatuses, refusalReasons } from '../../store/settings/privacy-requests.ts'
import { missing } from '../../kernel/problem.ts'
import { workspaceBySlug } from '../../store/settings/workspaces.ts'
import { placeOf } from '../http/limits.ts'
import { get, Id, page, pageOf, post } from '../http/route.ts'
import { email, known, one, phone, slug, whichOne } from '../auth/known-by.ts'

const tags = ['Privacy']
export const PrivacyRequest = z.object({
  id: Id,
  userId: Id,
  kind: z.enum(privacyKinds),
  status: z.enum(privacyStatuses),
  /** How they showed that it is them: signed in to the app, or by a code to their address. */
  via: z.enum(['app', 'code']),
  askedAt: instant(),
  /** By when it has to be answered. */
  dueAt: instant(),
  settledAt: instant().nullable(),
  settledBy: z.string().max(128).nullable(),
  reason: z.enum(refusalReasons).nullable(),
})

/** For consoles that show the list. */
export const requestsChanged = { resource: 'privacy-requests', id: 'all', rev: 1 }

const ofCodes = ['phone_invalid', 'texts_not_set_up', 'mail_not_set_up', 'codes_paused', 'too_many_codes']

/** What the law lets people ask of a business, and what the business does about it. */
export const privacyRoutes = [
  get(
    '/privacy/businesses/:workspace',
    {
      allow: 'public',
      summary: 'Who is asked, by its short name: for the page at /privacy/{workspace}',
      tags,
      reply: z.object({ name: z.string().max(200) }),
    },
    async ({ store, params }) => {
      const found = await workspaceBySlug(store, params.workspace)
      if (!found) throw missing('not_found', 'There is no such business.')
      return { name: found.name }
    },
  ),

  post(
    '/privacy/requests',
    {
      allow: 'public',
      summary: 'Ask for my data, or to be erased: a code goes to the number or address by which the business knows me',
      tags,
      body: z
        .object({ workspace: slug, phone, email, channel: z.enum(['sms', 'whatsapp']).default('sms') })
        .refine(one, whichOne),
      reply: z.object({ resendAt: instant(), expiresAt: instant() }),
      status: 202,
      problems: ofCodes,
    },
    async ({ persons, request, body: { workspace, channel, ...address } }) => {
      const from = { place: placeOf(request.ip), deviceId: null }
      return persons.ask(workspace, { channel, ...known(address), ...from }, 'privacy')
    },
  ),

  post(
    '/privacy/requests/verify',
    {
      allow: 'public',
      audit: {
        action: 'privacy.requested',
        target: (_, { userId: id }) => ({ kind: 'user', id }),
        note: ({ body }) => ({ kind: body.kind }),
        by: (_, asked) => {
          const { workspaceId, userId: id } = asked as typeof asked & { workspaceId: string }
          return { workspaceId, by: { kind: 'person', id } }
        },
      },
      summary: 'The code with what is asked for: the request stands then, once for each kind',
      tags,
      body: z
        .object({ workspace: slug, phone, email, code: z.string().regex(/^\d{6}$/), kind: z.enum(privacyKinds) })
        .refine(one, whichOne),
      reply: PrivacyRequest,
      status: 201,
      problems: ['code_invalid', 'too_many_attempts', 'phone_invalid'],
    },
    async ({ persons, records, resourceChanged, request, body: { workspace: slug, code, kind, ...address } }) => {
      const proof = { workspace: slug, code, ...known(address) }
      const { workspace, userId } = await persons.shown(proof, placeOf(request.ip))
      const asked = await records.privacy.ask(workspace, userId, kind, 'code')
      resourceChanged(workspace.id, requestsChanged)
      return { ...asked, workspaceId: workspace.id }
    },
  ),

  get(
    '/privacy/erasure-requests',
    {
      allow: 'people.erase',
      audit: { action: 'privacy.requests_listed', isRead: true },
      summary: 'Who asked to be erased, or for their data, the latest first',
      tags,
      query: z.object({ ...page, status: z.enum(privacyStatuses).optional() }),
      reply: pageOf(PrivacyRequest),
    },
    async ({ records, workspace, query: { status, ...asked } }) =>
      records.privacy.page(workspace.id, { status, ...asked }),
  ),

  post(
    '/privacy/requests/:id/refuse',
    {
      allow: 'people.erase',
      audit: { action: 'privacy.refused', note: ({ body }) => ({ reason: body.reason }) },
      summary: 'Say that what was asked for is not done, and why: they see it in the app',
      tags,
      body: z.object({ reason: z.enum(refusalReasons) }),
      reply: PrivacyRequest,
      problems: ['request_settled'],
    },
    async ({ records, resourceChanged, workspace, caller, params, body: { reason } }) => {
      const refused = await records.privacy.refuse(workspace.id, params.id, caller.id, reason)
      resourceChanged(workspace.id, requestsChanged)
      return refused
    },
  ),

  post(
    '/privacy/requests/:id/done',
    {
      allow: 'people.erase',
      audit: 'privacy.answered',
      summary: 'Say that somebody was given their data; who is erased needs no such word',
      tags,
      reply: PrivacyRequest,
      problems: ['request_settled', 'not_erased'],
    },
    async ({ records, resourceChanged, workspace, caller, params }) => {
      const answered = await records.privacy.answered(workspace.id, params.id, caller.id)
      resourceChanged(workspace.id, requestsChanged)
      return answered
    },
  ),
]
