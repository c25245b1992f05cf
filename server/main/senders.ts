import type { Config } from '../../kernel/config.ts'
import type { Sender } from '../../providers/sender.ts'
import { gmailSender } from '../../providers/gmail/sender.ts'
import { type MailPlaces, resendSender, sendGridSender, smtpSender } from '../../providers/mail/sender.ts'
import { appSender } from '../../providers/app/sender.ts'
import { type Places as TwilioPlaces, twilioSender } from '../../providers/twilio/sender.ts'
import { twilioCaller } from '../../providers/twilio/voice.ts'
import { CloudApi } from '../../providers/whatsapp/cloud-api.ts'
import { whatsAppSender } from '../../providers/whatsapp/sender.ts'
import { mailPrefix } from './mail.ts'
import { twilioPrefix } from './texts.ts'

/** The adapters of channels, by provider. */
type Known = Pick<Config, 'twilioBaseUrl' | 'resendBaseUrl' | 'allowedHosts'>
export function openSenders({ twilioBaseUrl, resendBaseUrl, allowedHosts }: Known, now: () => number) {
  const places = { here: '', url: '' }
  const mail: MailPlaces = {
    resend: ({ simulate, baseUrl }) => (simulate ? places.here + mailPrefix : baseUrl || resendBaseUrl),
    sendGrid: ({ provider, baseUrl }) => (provider === 'sendgrid' && baseUrl) || 'https://api.sendgrid.com',
    allowedHosts,
  }
  const twilio: TwilioPlaces = {
    baseUrlOf: ({ simulate, baseUrl }) => (simulate ? places.here + twilioPrefix : baseUrl || twilioBaseUrl),
    // A simulated provider is on this machine, whatever the server is called from outside.
    originOf: ({ simulate }) => (simulate ? places.here : places.url),
  }
  const senders: Readonly<Record<string, Sender>> = {
    app: appSender,
    whatsapp: whatsAppSender(new CloudApi()),
    resend: resendSender(mail),
    sendgrid: sendGridSender(mail),
    smtp: smtpSender(mail),
    gmail: gmailSender(now),
    twilio: twilioSender(twilio),
  }
  return {
    /** Rings telephones. */
    caller: twilioCaller(twilio),
    /** @throws Error for a provider of which this version knows nothing */
    senderOf({ provider }: { provider: string }): Sender {
      const found = senders[provider]
      if (!found) throw new Error(`Nothing sends by ${provider}.`)
      return found
    },
    /** Where people, and providers, find a file of ours for ten minutes. */
    originFor: ({ simulate }: { simulate: boolean }) => (simulate ? places.here : places.url),
    /** This server is there: where it is reached from itself, and by others. */
    reachedAt: (here: string, url: string) => void Object.assign(places, { here, url }),
  }
}

export type Senders = ReturnType<typeof openSenders>
