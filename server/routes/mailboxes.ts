import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { conflict, Problem } from '../../kernel/problem.ts'
import { ProviderFailure } from '../../providers/sender.ts'
import type { Channel } from '../../store/settings/channels.ts'
import { known } from '../channel-rules.ts'
import { get, post } from '../http/route.ts'
import { domainOf } from '../mail/domain.ts'

const tags = ['Integrations']
const DomainRecord = z.object({
  what: z.enum(['spf', 'dkim', 'dmarc', 'mx']),
  type: z.enum(['TXT', 'MX', 'CNAME']),
  name: z.string().max(300),
  /** What is to stand there; empty where only the provider shows it. */
  value: z.string().max(2_000),
  found: z.array(z.string().max(1_000)).max(10),
  /** `unknown`: nobody answered. */
  state: z.enum(['right', 'missing', 'other', 'unknown']),
  says: z.string().max(300),
})
const Watch = z.object({
  /** Whether the owner of the mailbox has let us in. */
  isConnected: z.boolean(),
  /** Until when Gmail tells of new mails; null where it was never asked to. */
  watchUntil: instant().nullable(),
  watchedAt: instant().nullable(),
  /** How many mails the filter of labels left out. */
  ignored: z.int().nonnegative(),
  /** Since when Google lets us in no more: the mailbox must be connected again. */
  lostAt: instant().nullable(),
})

/** What keeps a mailbox working: its domain, and at Gmail its watch. */
export const mailboxRoutes = [
  get(
    '/integrations/:id/dns',
    {
      allow: 'channels.read',
      summary: 'Which records the domain of a mailbox needs, and what is found',
      tags,
      reply: z.object({ domain: z.string().max(254), records: z.array(DomainRecord).max(20) }),
      problems: ['not_a_mailbox'],
    },
    async ({ channels, mails, workspace, params }) => {
      const channel = await known(channels, workspace.id, params.id)
      if (channel.kind !== 'email') throw conflict('not_a_mailbox', 'Only a mail address has a domain.')
      // What is played here leaves by nobody's domain.
      return { domain: domainOf(channel.address), records: channel.simulate ? [] : await mails.domain(channel) }
    },
  ),

  get(
    '/integrations/:id/gmail-watch',
    {
      allow: 'channels.read',
      summary: 'Whether Gmail lets us in, and until when it tells of new mails',
      tags,
      reply: Watch,
      problems: ['not_at_gmail'],
    },
    async ({ channels, mails, workspace, params }) => {
      const channel = atGmail(await known(channels, workspace.id, params.id))
      return mails.gmail.stand(channel)
    },
  ),

  post(
    '/integrations/:id/gmail-watch',
    {
      allow: 'channels.manage',
      summary: 'Ask Gmail now to go on telling of new mails',
      tags,
      reply: Watch,
      problems: ['not_at_gmail', 'channel_disabled', 'gmail_refused'],
      audit: 'channel.watch_renewed',
    },
    async ({ channels, mails, workspace, params }) => {
      atGmail(await known(channels, workspace.id, params.id))
      const opened = await channels.opened(params.id)
      if (opened?.status !== 'active') throw conflict('channel_disabled', 'Let the channel work first.')
      await mails.gmail.watch(opened).catch(refused)
      return mails.gmail.stand(opened)
    },
  ),
]

function atGmail(channel: Channel): Channel {
  if (channel.provider !== 'gmail') throw conflict('not_at_gmail', 'This channel is no mailbox at Gmail.')
  return channel
}

/** @throws Problem `gmail_refused` in Google's own words, `busy` where it is to be tried again */
function refused(error: unknown): never {
  if (!(error instanceof ProviderFailure)) throw error
  const { title, action } = error.error
  throw new Problem(action === 'retry' ? 'busy' : 'conflict', 'gmail_refused', title)
}
