import { user } from '../../actors/user/contract.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import { openDoor } from '../../kernel/outgoing.ts'
import { openDns } from '../../providers/dns/dns.ts'
import { mailAtResend } from '../../providers/mail/resend-inbox.ts'
import type { ChannelSettings, OpenChannel } from '../../store/settings/channels.ts'
import type { FileRoom } from '../files/file-room.ts'
import { GmailConsent } from '../mail/gmail-consent.ts'
import { GmailRoom } from '../mail/gmail-room.ts'
import { lookedUp } from '../mail/domain.ts'
import { MailRoom } from '../mail/mail-room.ts'
import type { Ports } from '../ports.ts'
import { identityKey } from '../webhooks/people.ts'
import { mailPrefix, type Post } from './mail.ts'
import { writeTo } from './owners.ts'
import type { Storage } from './storage.ts'

interface Parts {
  config: Pick<Config, 'resendBaseUrl' | 'allowedHosts' | 'dnsServers'>
  storage: Storage
  system: ActorSystem
  channels: ChannelSettings
  files: { room: FileRoom }
  accept: Ports['acceptReceived']
  /** Where this server is reached from itself. */
  here: string
  /** Where people reach it. */
  url: string
  /** Undefined where no letter can be sent. */
  post: Post | undefined
  now(): number
  log: Pick<Log, 'warn'>
}

/** Mails that come in: read, and fetched from whoever only tells of them. */
export function openMails(parts: Parts): Ports['mails'] {
  const { config, storage, system, channels, files, accept, here, now, log } = parts
  const { claims, vault, queries } = storage
  const door = openDoor({ allowed: config.allowedHosts, isOwn: (address) => address.origin === here })
  const room = new MailRoom({
    channelsOf: (workspaceId) => channels.list(workspaceId),
    files: files.room,
    messageById: queries.messageRow,
    async ownerOf(workspaceId, address) {
      await vault.ready(workspaceId)
      return claims.ownerOf(workspaceId, identityKey(vault, workspaceId, { kind: 'email', value: address }))
    },
    accept,
    async suppress(workspaceId, userId, address, reason) {
      const it = system.workspace(workspaceId, principal('provider', 'email')).at(user, userId)
      await it.suppress({ channel: 'email', address, reason })
    },
    now,
  })
  const gmail = new GmailRoom({
    store: storage.store,
    channels,
    room,
    now,
    warn: (message, told) => void log.warn(message, told),
    lost: (channel, at) => tellOwners(parts, channel, at),
  })
  const dns = openDns({ servers: config.dnsServers })
  return {
    room,
    gmail,
    consent: new GmailConsent({
      ...{ store: storage.store, vault: storage.vault, channels, gmail, url: parts.url, now },
      warn: (message, told) => void log.warn(message, told),
    }),
    domain: (channel) => lookedUp(dns, channel),
    atResend({ simulate, baseUrl, secrets }: OpenChannel, id: string) {
      const where = simulate ? here + mailPrefix : baseUrl || config.resendBaseUrl
      return mailAtResend(id, { baseUrl: where, apiKey: secrets['resendKey'] ?? '', door })
    },
  }
}

/** Nobody writes from this mailbox, and nothing is read in it, until somebody connects it again. */
function tellOwners({ storage, post, url, now }: Parts, { id, workspaceId, name, address }: OpenChannel, at: number) {
  const link = `${url}/settings/channels?channel=${encodeURIComponent(id)}`
  const parts = { store: storage.store, post, now }
  return writeTo(['owner', 'admin'], parts, workspaceId, `mailbox_lost/${id}/${String(at)}`, (workspace) => {
    return { about: 'mailbox_lost', link, workspace: workspace.name, name, mailbox: address }
  })
}
