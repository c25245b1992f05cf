import { z } from 'zod'
import { type Press, slack } from '../../actors/slack/contract.ts'
import { missing, Problem } from '../../kernel/problem.ts'
import { errorOf } from '../../providers/slack/errors.ts'
import { type Pressed, wordOf } from '../../providers/slack/inbound.ts'
import { isFromSlack } from '../../providers/slack/signature.ts'
import { bytes, post } from '../http/route.ts'
import type { Ports } from '../ports.ts'
import { formActs } from '../slack/views.ts'
import { actionIds } from '../slack/words.ts'

const acts: Readonly<Record<string, Press['act']>> = { [actionIds.take]: 'take', [actionIds.resolve]: 'resolve' }
const ConversationId = z.string().regex(/^c_[\w.-]{1,126}$/)

/** Undefined for what is no button of ours that does something: to open is the browser's affair. */
function pressOf({ key, userId, userTeamId, actionId, value, responseUrl }: Pressed): Press | undefined {
  const [act, conversationId] = [acts[actionId], ConversationId.safeParse(value)]
  return act && conversationId.success
    ? { key, userId, userTeamId, act, conversationId: conversationId.data, responseUrl }
    : undefined
}

/** Undefined for a button that opens no form. */
function askedBy({ actionId, value }: Pressed) {
  const [act, conversationId] = [formActs[actionId], ConversationId.safeParse(value)]
  return act && conversationId.success ? { act, conversationId: conversationId.data } : undefined
}

async function opened(forms: Ports['slackForms'], place: Parameters<typeof forms.open>[0], word: Pressed) {
  const asked = askedBy(word)
  if (asked) await forms.open(place, word, asked)
  else if (word.actionId === actionIds.link) await forms.offer(place, word)
}

/** The challenge, or how a form goes on that was sent off. */
const FormAnswer = z.object({
  challenge: z.string().max(1_000).optional(),
  response_action: z.enum(['errors', 'update', 'clear']).optional(),
  errors: z.record(z.string().max(255), z.string().max(3_000)).optional(),
  /** As Slack documents it. */
  view: z.looseObject({ type: z.literal('modal') }).optional(),
})

export const slackWebhooks = [
  post(
    '/webhooks/slack/:channelId',
    {
      allow: 'public',
      limit: 'none',
      summary: 'What Slack tells: buttons that were pressed, forms that were sent off, and events',
      tags: ['Webhooks'],
      body: bytes(512 * 1_024),
      reply: FormAnswer,
      problems: ['bad_signature', 'not_a_slack_request'],
    },
    async ({ slack: room, slackDeskOf, slackForms, now, params, body, request }) => {
      const found = await room.opened(params.channelId)
      if (found?.connection.status !== 'active') throw missing('not_found', 'There is no such connection.')
      const { connection, workspaceId } = found
      if (!isFromSlack(connection.signingSecret, { header: (name) => request.header(name), body, now: now() }))
        throw new Problem('unauthorized', 'bad_signature', 'The signature does not fit the body, or is too old.')
      const word = wordOf(request.header('content-type'), body.toString('utf8'))
      if (word.kind === 'unreadable')
        throw new Problem('malformed', 'not_a_slack_request', 'Slack says nothing like this.')
      if (word.kind === 'challenge') return { challenge: word.challenge }
      // The secret is that of the app, which others may have installed as well.
      if (word.kind === 'other' || word.teamId !== connection.teamId) return {}
      const desk = slackDeskOf(workspaceId).at(slack, workspaceId)
      if (word.kind === 'gone') {
        const code = word.what === 'app_uninstalled' ? 'app_uninstalled' : 'token_revoked'
        await desk.gone({ eventId: word.eventId, what: word.what, why: errorOf(code).title })
        return {}
      }
      if (word.kind === 'submitted') return slackForms.submitted(found, word)
      const press = pressOf(word)
      if (press) await desk.pressed(press)
      else await opened(slackForms, found, word)
      return {}
    },
  ),
]
