import { mkdirSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { whatsAppOf } from '../../providers/whatsapp/sender.ts'
import { WhatsAppSimulator } from '../../providers/whatsapp/simulator/simulator.ts'
import type { OpenChannel } from '../../store/settings/channels.ts'

export const simulatorPrefix = '/simulator/whatsapp'

/** Where the simulated provider is: in this process, or in another one of the same service. */
export interface SimulatorPlace {
  /** Undefined while another process plays it. */
  readonly here: WhatsAppSimulator | undefined
  /** Where adapters reach it, without the version of its API. */
  readonly url: string
  /** For everything that comes for it. */
  handler(req: IncomingMessage, res: ServerResponse): void
  close(): Promise<void>
}

/** Of a process by itself. */
export const onlyHere = (here: WhatsAppSimulator, origin: string): SimulatorPlace => ({
  here,
  url: `${origin}${simulatorPrefix}`,
  handler: here.handler,
  close: async () => here.close(),
})

/** Meta, played by this very server, for the channels that say `simulate`. */
export function openSimulator({
  dataDir,
  phoneKey,
  clock,
  tickMs,
}: {
  dataDir: string
  phoneKey: string
  clock: Clock
  tickMs: number
}) {
  const directory = join(dataDir, 'simulator')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, 'whatsapp.db')
  return new WhatsAppSimulator({ channels: [], phoneKey, prefix: simulatorPrefix, file, clock, tickMs })
}

/** Meta has these words ready: who asks for a template of one-time codes chooses its language and no words. */
const codeTemplates = [
  { name: 'sign_in_code', language: 'en', category: 'authentication', body: '{{1}} is your verification code.' },
  { name: 'sign_in_code', language: 'de', category: 'authentication', body: '{{1}} ist dein Verifizierungscode.' },
] as const

/** Makes a channel's number known to the simulator. `business` is who people see; `origin`: where this server is. */
export function connectSimulated(simulator: WhatsAppSimulator, channel: OpenChannel, business: string, origin: string) {
  const { channelId, phoneNumberId, businessId, token, appSecret, verifyToken } = whatsAppOf(channel)
  simulator.addChannel({
    channelId,
    phoneNumberId,
    businessId,
    name: business,
    phoneNumber: `+1555${phoneNumberId.replaceAll(/\D/g, '').padStart(7, '0').slice(-7)}`,
    token,
    appSecret,
    verifyToken,
    webhookUrl: `${origin}/webhooks/whatsapp/${channelId}`,
    templates: [
      {
        name: 'appointment_reminder',
        language: 'en',
        body: 'Hello {{1}}, your appointment is on {{2}}.',
        samples: ['Lena', 'Monday 9:00'],
      },
      ...codeTemplates,
      {
        name: 'we_miss_you',
        language: 'en',
        body: 'Hello {{1}}, may we call you about your next visit?',
        samples: ['Lena'],
      },
    ],
  })
}
