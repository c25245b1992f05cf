import { letterbox, type Posted } from '../../actors/letterbox/contract.ts'
import type { LetterboxPorts } from '../../actors/letterbox/effects.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import { Resend } from '../../providers/mail/resend.ts'
import type { SimulatedMailbox } from '../../providers/mail/simulator/letters.ts'
import { MailSimulator } from '../../providers/mail/simulator/simulator.ts'
import type { Store } from '../../store/connection.ts'
import type { ChannelSettings } from '../../store/settings/channels.ts'
import { SimulatedLetters } from '../../store/simulated-letters.ts'
import type { Played } from './front-door.ts'
import { PostOffice } from '../letters/post-office.ts'

export const mailPrefix = '/simulator/mail'

interface Parts {
  config: Config
  store: Store
  channels: ChannelSettings
  phoneKey: string
  now(): number
  log: Log
}

/** How the platform's own letters leave: by the provider that is set up, by the simulator, or not at all. */
export interface MailDoor {
  /** What stands behind the letterboxes' effects. */
  ports: LetterboxPorts
  /** False where no letter can be sent. */
  isOpen: boolean
  /** Plays the provider; only where it is simulated. */
  played: Played[]
  /** Plays the provider of simulated mailboxes; undefined where nothing is simulated. */
  simulator: MailSimulator | undefined
  /** This server is there, and where it is reached from itself. */
  reachedAt(origin: string): void
}

export function openMail({ config, store, channels, phoneKey, now, log }: Parts): MailDoor {
  const { resendApiKey, resendBaseUrl, mailFrom, hasSimulators } = config
  let here = ''
  const reachedAt = (origin: string) => void (here = origin)
  const onError = (error: unknown) => log.error('mail simulator fault', { error })
  const shelf = new SimulatedLetters(store)
  const mailboxes = simulatedMailboxes(store, channels, () => here)
  const parts = { prefix: mailPrefix, apiKey: phoneKey, phoneKey, shelf, mailboxes, now, onError }
  const simulator = hasSimulators ? new MailSimulator(parts) : undefined
  const played = simulator ? [{ paths: [mailPrefix], handler: simulator.handler }] : []
  if (resendApiKey !== undefined) {
    const sender = new Resend({ baseUrl: () => resendBaseUrl, apiKey: resendApiKey })
    return { ports: new PostOffice(sender, mailFrom), isOpen: true, played, simulator, reachedAt }
  }
  if (!simulator) {
    const why = 'No mail provider is set up.'
    const ports: LetterboxPorts = { mail: async () => ({ outcome: 'broken', why, retryAfterMs: null }) }
    return { ports, isOpen: false, played, simulator, reachedAt }
  }
  const sender = new Resend({ baseUrl: () => here + mailPrefix, apiKey: phoneKey })
  return { ports: new PostOffice(sender, mailFrom), isOpen: true, played, simulator, reachedAt }
}

/** The mailboxes of channels that say `simulate`. */
const simulatedMailboxes = (store: Store, channels: ChannelSettings, here: () => string) => async () => {
  const found = await store.collection('channels').find({ kind: 'email', simulate: true, status: 'active' }).toArray()
  const open = await Promise.all(found.map(({ _id }) => channels.opened(_id)))
  return open
    .filter((one) => one !== undefined)
    .map(({ id: channelId, name, fields, secrets }): SimulatedMailbox => {
      const { resendKey: apiKey = '', webhookSecret = '' } = secrets
      const webhookUrl = `${here()}/webhooks/email/resend/${channelId}`
      return { channelId, name, mailbox: fields['mailbox'] ?? '', apiKey, webhookSecret, webhookUrl }
    })
}

/** Letters that belong to no workspace: an account may work for several. */
const platform = 'platform'

/** Puts a letter into the letterbox of a workspace, or of the platform; it is durable when this resolves. */
export type Post = (posted: Posted, workspaceId?: string) => Promise<unknown>

/** Undefined where no letter can be sent. */
export function postingBy(system: ActorSystem, { isOpen }: MailDoor): Post | undefined {
  if (!isOpen) return undefined
  return (posted, workspaceId = platform) =>
    system.workspace(workspaceId, principal('system', 'letters')).at(letterbox, workspaceId).post(posted)
}
