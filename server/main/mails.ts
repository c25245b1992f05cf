import { user } from '../../actors/user/contract.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import { openDoor } from '../../kernel/outgoing.ts'
import { mailAtResend } from '../../providers/mail/resend-inbox.ts'
import type { ChannelSettings, OpenChannel } from '../../store/settings/channels.ts'
import type { FileRoom } from '../files/file-room.ts'
import { GmailRoom } from '../mail/gmail-room.ts'
import { MailRoom } from '../mail/mail-room.ts'
import type { Ports } from '../ports.ts'
import { identityKey } from '../webhooks/people.ts'
import { mailPrefix } from './mail.ts'
import type { Storage } from './storage.ts'

interface Parts {
  config: Pick<Config, 'resendBaseUrl' | 'allowedHosts'>
  storage: Storage
  system: ActorSystem
  channels: ChannelSettings
  files: { room: FileRoom }
  accept: Ports['acceptReceived']
  /** Where this server is reached from itself. */
  here: string
  now(): number
  log: Pick<Log, 'warn'>
}

/** Mails that come in: read, and fetched from whoever only tells of them. */
export function openMails({ config, storage, system, channels, files, accept, here, now, log }: Parts): Ports['mails'] {
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
  })
  return {
    room,
    gmail,
    atResend({ simulate, baseUrl, secrets }: OpenChannel, id: string) {
      const where = simulate ? here + mailPrefix : baseUrl || config.resendBaseUrl
      return mailAtResend(id, { baseUrl: where, apiKey: secrets['resendKey'] ?? '', door })
    },
  }
}
