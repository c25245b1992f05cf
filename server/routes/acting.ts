import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { del, get, originOf, post, put } from '../http/route.ts'
import { Tokens, tokensOf } from './auth.ts'

const Named = z.object({ id: z.string().max(128), name: z.string().max(200) })
const Consent = z.object({
  /** Until when colleagues may act as me; null: they may not. */
  until: instant().nullable(),
  /** The same, of the operators of the installation. */
  operatorsUntil: instant().nullable(),
  asked: Named.extend({ at: instant() }).nullable(),
  /** Who does so now. */
  acting: z.array(Named.extend({ since: instant() })).max(200),
})
const hoursMax = 7 * 24
const hourMs = 60 * 60_000
const tags = ['Acting as a colleague']

export const actingRoutes = [
  post(
    '/members/:id/impersonation/ask',
    {
      allow: 'members.impersonate',
      summary: 'Ask a colleague for their consent to act as them',
      tags,
      status: 202,
      problems: ['own_membership'],
      audit: 'impersonation.asked',
    },
    ({ acting, caller, params }) => acting.ask(caller, params.id),
  ),

  post(
    '/members/:id/impersonation',
    {
      allow: 'members.impersonate',
      summary: 'Act as a colleague who consents, for an hour at most; end it by signing out',
      tags,
      reply: Tokens,
      problems: ['own_membership', 'consent_missing'],
      audit: 'impersonation.begun',
    },
    async ({ acting, caller, params, request }) => tokensOf(await acting.begin(caller, params.id, originOf(request))),
  ),

  get(
    '/auth/consent',
    { allow: 'any', summary: 'Whether colleagues or operators may act as me, and who does', tags, reply: Consent },
    ({ acting, caller }) => acting.standing(caller),
  ),

  put(
    '/auth/consent',
    {
      allow: 'any',
      summary: 'Let colleagues who are allowed to, or operators, or both, act as me, for so many hours',
      tags,
      body: z.object({
        hours: z.int().min(1).max(hoursMax),
        who: z.enum(['colleagues', 'operators', 'both']).default('colleagues'),
      }),
      reply: Consent,
      audit: { action: 'impersonation.consented', target: ({ caller }) => caller.id },
    },
    async ({ acting, caller, body }) => {
      await acting.consent(caller, body.who, body.hours * hourMs)
      return acting.standing(caller)
    },
  ),

  del(
    '/auth/consent',
    {
      allow: 'any',
      summary: 'No longer; whoever acts as me is out at once',
      tags,
      audit: { action: 'impersonation.withdrawn', target: ({ caller }) => caller.id },
    },
    ({ acting, caller }) => acting.withdraw(caller),
  ),
]
