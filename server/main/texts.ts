import { createHash, createHmac } from 'node:crypto'
import { messenger, type Text } from '../../actors/messenger/contract.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import type { SmsSender } from '../../providers/twilio/port.ts'
import type { SimulatedAccounts, SimulatedLine } from '../../providers/twilio/simulator/parts.ts'
import { TwilioSimulator } from '../../providers/twilio/simulator/simulator.ts'
import { TwilioSms } from '../../providers/twilio/sms.ts'
import { CloudApi } from '../../providers/whatsapp/cloud-api.ts'
import { whatsAppSender } from '../../providers/whatsapp/sender.ts'
import type { Store } from '../../store/connection.ts'
import type { ChannelSettings } from '../../store/settings/channels.ts'
import { SimulatedTexts } from '../../store/simulated-texts.ts'
import { TextOffice } from '../letters/text-office.ts'
import type { Played } from './front-door.ts'
import type { KnownSettings } from './settings.ts'

export const twilioPrefix = '/simulator/twilio'
export const textsPrefix = '/simulator/texts'
const simulatedFrom = '+15005550006'

interface Parts {
  config: Config
  store: Store
  channels: ChannelSettings
  settings: KnownSettings
  phoneKey: string
  clock: Clock
  tickMs: number
  log: Log
}

/** How the platform's own texts leave: by Twilio, by its simulator, or not at all; by WhatsApp in any case. */
export interface TextDoor {
  /** What stands behind the messengers' effects. */
  office: TextOffice
  /** False where nothing leaves by SMS. */
  hasSms: boolean
  /** Signs what Twilio tells us; undefined where there is no account. */
  authToken: string | undefined
  simulator: TwilioSimulator | undefined
  played: Played[]
  /** The beginning of the addresses that its provider tells us at. */
  statusUrl(): string
  /** This server is there: where it is reached from itself, and by others. */
  reachedAt(here: string, url: string): void
}

export function openTexts({ config, store, channels, settings, phoneKey, clock, tickMs, log }: Parts): TextDoor {
  const { twilio, twilioBaseUrl, hasSimulators } = config
  const places = { here: '', url: '' }
  const reachedAt = (here: string, url: string) => void Object.assign(places, { here, url })
  const isPlayed = twilio === undefined && hasSimulators
  const account = twilio ?? (hasSimulators ? simulatedAccount(phoneKey) : undefined)
  const baseUrl = () => (isPlayed ? places.here + twilioPrefix : twilioBaseUrl)
  const sms: SmsSender | undefined = account && new TwilioSms({ ...account, baseUrl })
  // The simulated provider is on this machine, whatever the server is called from outside.
  const statusUrl = () => (isPlayed ? places.here : places.url)
  const office = new TextOffice({
    sms,
    whatsApp: whatsAppSender(new CloudApi()),
    channels,
    templateOf: (workspaceId) => settings.ofWorkspace(workspaceId).codes.template,
    url: () => places.url,
    statusUrl,
    now: () => clock.now(),
  })
  const onError = (error: unknown) => log.error('text simulator fault', { error })
  const shelf = new SimulatedTexts(store)
  const played = { prefix: twilioPrefix, textsPath: textsPrefix, phoneKey, shelf, clock, tickMs, onError }
  const lines = simulatedLines(store, channels, () => places.here)
  const own = isPlayed ? account : undefined
  const accounts: SimulatedAccounts = {
    tokenOf: async (sid) =>
      sid === own?.accountSid ? own.authToken : (await lines()).find(({ accountSid }) => accountSid === sid)?.authToken,
    lines,
  }
  const simulator = hasSimulators ? new TwilioSimulator({ ...played, accounts }) : undefined
  return {
    office,
    hasSms: sms !== undefined,
    authToken: account?.authToken,
    simulator,
    played: simulator ? [{ paths: [twilioPrefix, textsPrefix], handler: simulator.handler }] : [],
    statusUrl,
    reachedAt,
  }
}

/** The numbers of channels that say `simulate`. */
const simulatedLines = (store: Store, channels: ChannelSettings, here: () => string) => async () => {
  const found = await store.collection('channels').find({ kind: 'sms', simulate: true, status: 'active' }).toArray()
  const open = await Promise.all(found.map(({ _id }) => channels.opened(_id)))
  const lines = open.filter((one) => one !== undefined)
  return lines.map(({ id: channelId, name, fields, secrets }): SimulatedLine => {
    const { accountSid = '', from: number = '' } = fields
    const webhookUrl = `${here()}/webhooks/twilio/${channelId}`
    return { channelId, name, number, accountSid, authToken: secrets['authToken'] ?? '', webhookUrl }
  })
}

function simulatedAccount(phoneKey: string) {
  const accountSid = `AC${createHash('sha256').update(phoneKey).digest('hex').slice(0, 32)}`
  const authToken = createHmac('sha256', phoneKey).update('careline twilio').digest('hex').slice(0, 32)
  return { accountSid, authToken, from: simulatedFrom }
}

/** Texts that belong to no workspace: an account may work for several. */
const platform = 'platform'
const messengerOf = (system: ActorSystem) =>
  system.workspace(platform, principal('system', 'texts')).at(messenger, platform)

/** Puts a text into the messenger, and tells it what became of one; durable when they resolve. */
export const textingBy = (system: ActorSystem) => ({
  text: (text: Text) => messengerOf(system).text(text),
  told: async (textId: string, status: 'sent' | 'delivered' | 'failed', why: string | null) => {
    await messengerOf(system).told({ textId, status, why })
  },
})
