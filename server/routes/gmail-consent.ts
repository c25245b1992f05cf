import { z } from 'zod'
import type { Channel } from '../../store/settings/channels.ts'
import { del, get, post } from '../http/route.ts'
import type { Ports } from '../ports.ts'

const tags = ['Integrations']
const text = (max: number) => z.string().min(1).max(max)

/** Everybody who keeps the channel at hand hears that its secrets are others. */
async function told({ channelChanged, resourceChanged }: Ports, channel: Channel) {
  await channelChanged(channel)
  resourceChanged(channel.workspaceId, { resource: 'integrations', id: channel.id, rev: channel.rev })
}

/** How the owner of a mailbox at Gmail lets us in, and out again. */
export const gmailConsent = [
  get(
    '/gmail-consent',
    {
      allow: 'channels.manage',
      summary: 'The address to which Google sends browsers back: it is entered at the client, in Google Cloud',
      tags,
      reply: z.object({ redirectUri: z.string().max(2_048) }),
    },
    ({ mails }) => ({ redirectUri: mails.consent.redirectUri }),
  ),

  post(
    '/integrations/:id/gmail-consent',
    {
      allow: 'channels.manage',
      summary: 'Begin to connect a mailbox with Google: where the browser of whoever asks is to go',
      tags,
      reply: z.object({ url: z.string().max(8_192) }),
      problems: ['not_at_gmail'],
      audit: 'channel.consent_asked',
    },
    async ({ mails, caller, params }) => ({ url: await mails.consent.begin(caller, params.id) }),
  ),

  post(
    '/gmail-consent',
    {
      allow: 'channels.manage',
      summary: 'Google has sent the browser back: keep what lets us in, and have Gmail tell of new mails',
      tags,
      body: z.object({ state: text(512), code: text(4_096) }),
      reply: z.object({
        channelId: z.string().max(128),
        mailbox: z.string().max(254),
        /** Why Gmail tells of no new mails yet; null where it does. */
        why: z.string().max(500).nullable(),
      }),
      problems: ['consent_expired', 'google_refused', 'no_lasting_grant', 'scopes_missing', 'wrong_account'],
      audit: { action: 'channel.consented', target: (_, { channelId }) => channelId },
    },
    async (call) => {
      const { channel, mailbox, why } = await call.mails.consent.finish(call.caller, call.body)
      await told(call, channel)
      return { channelId: channel.id, mailbox, why }
    },
  ),

  del(
    '/integrations/:id/gmail-consent',
    {
      allow: 'channels.manage',
      summary: 'Disconnect a mailbox from Google: what was given is taken back',
      tags,
      problems: ['not_at_gmail', 'not_connected', 'google_refused'],
      audit: 'channel.consent_revoked',
    },
    async (call) => told(call, await call.mails.consent.end(call.workspace.id, call.params.id)),
  ),
]
