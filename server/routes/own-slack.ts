import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { del, get, originOf, post } from '../http/route.ts'

const tags = ['My account']
const name = z.string().max(200)
const OwnSlack = z.object({
  /** What the Slack of this business is called; null where none is connected. */
  team: name.nullable(),
  /** Which of its users I am; null where I have not said it. */
  link: z.object({ userName: name, linkedAt: instant() }).nullable(),
})
/** From the link that Slack showed, good for ten minutes. */
const Asked = z.object({ token: z.string().min(1).max(128) })

/** Which Slack user somebody is: whoever is linked acts by the buttons of Slack as them. */
export const ownSlack = [
  get(
    '/auth/slack',
    { allow: 'any', summary: 'Which Slack user I am', tags, reply: OwnSlack },
    ({ slackLinks, caller }) => slackLinks.of(caller),
  ),

  post(
    '/auth/slack/look',
    {
      allow: 'any',
      summary: 'Whom a link of Slack would make me; nothing happens yet',
      tags,
      body: Asked,
      reply: z.object({ userName: name, team: name }),
      problems: ['slack_link_invalid'],
    },
    ({ slackLinks, caller, body }) => slackLinks.look(caller, body.token),
  ),

  post(
    '/auth/slack',
    {
      allow: 'any',
      audit: 'slack.user_linked',
      summary: 'Link the Slack user who asked for it with me',
      tags,
      body: Asked,
      reply: OwnSlack,
      problems: ['proof_required', 'slack_link_invalid', 'slack_linked', 'slack_taken'],
    },
    ({ slackLinks, caller, body, request }) => slackLinks.link(caller, body.token, originOf(request)),
  ),

  del(
    '/auth/slack',
    { allow: 'any', audit: 'slack.user_unlinked', summary: 'Unlink my Slack user', tags },
    ({ slackLinks, caller, request }) => slackLinks.unlink(caller, originOf(request)),
  ),
]
