import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { ChannelKind } from '../kernel/channel-kind.ts'
import { newSecret } from '../kernel/id.ts'
import { appFields } from '../providers/app/fields.ts'
import { gmailFields, resendFields, sendGridFields, smtpFields } from '../providers/mail/fields.ts'
import { madeUpAccount } from '../providers/push/simulator/google.ts'
import { twilioFields } from '../providers/twilio/fields.ts'
import { whatsAppFields } from '../providers/whatsapp/fields.ts'
import type { HttpConfig } from './ports.ts'

/** What a schema of a provider's fields says of each beside its pattern: the console renders it, routes check by it. */
interface FieldWords {
  label: string
  help: string
  /** Typed, kept sealed, and never shown again. */
  isSecret: boolean
  /** The provider shows it to us: after a change the former is good for a day as well. */
  isShownToUs: boolean
  /** Ours to choose: made where it is missing. */
  isOurs: boolean
  /** A simulator knows none: made up where it is missing, as secrets are. */
  isMadeUp: boolean
  /** Empty where nobody says it, simulated or not. */
  isOptional: boolean
}

/** A field of a provider, as a form shows it. */
export interface ProviderField extends Pick<FieldWords, 'label' | 'help' | 'isSecret' | 'isMadeUp' | 'isOptional'> {
  name: string
  pattern: string | null
}

type Places = Pick<HttpConfig, 'simulatorUrl' | 'whatsappBaseUrl'>

export interface ChannelProvider {
  kind: ChannelKind
  provider: string
  says: string
  /** Without its own credentials it is played by a simulator, where that is allowed. */
  canSimulate: boolean
  /** All of them strings. Names that a channel itself has (`name`, `status`, `address` …) are taken. */
  fields: z.ZodObject
  /** What names it at its provider, once in a workspace. */
  address(fields: Readonly<Record<string, string>>): string
  /** Where its API is, simulated or real; empty where its adapter knows by itself. */
  baseUrl?(simulate: boolean, config: Places): string
  /** Whose hosts a `baseUrl` of its own may name, where the configuration does not allow any. */
  hosts?: RegExp
  /** Where it is to send its webhooks. */
  webhookPath(id: string): string
  /** Where it is to bring what comes in, with the channel's own token in the address. */
  inboundPath?(id: string): string
}

const gmailPath = (id: string) => `/webhooks/gmail/${id}`
const inboundPath = (id: string) => `/webhooks/email/inbound/${id}`
const mailboxOf = ({ mailbox = '' }: Readonly<Record<string, string>>) => mailbox

/** Every provider of a kind of channel that a workspace can connect. */
export const providers: readonly ChannelProvider[] = [
  {
    kind: 'whatsapp',
    provider: 'whatsapp',
    says: 'WhatsApp Business',
    canSimulate: true,
    fields: whatsAppFields,
    address: ({ phoneNumberId = '' }) => phoneNumberId,
    baseUrl: (simulate, config) => (simulate ? config.simulatorUrl : config.whatsappBaseUrl),
    hosts: /(^|\.)facebook\.com$/,
    webhookPath: (id) => `/webhooks/whatsapp/${id}`,
  },
  {
    kind: 'sms',
    provider: 'twilio',
    says: 'SMS by Twilio',
    canSimulate: true,
    fields: twilioFields,
    address: ({ from = '' }) => from,
    hosts: /(^|\.)twilio\.com$/,
    webhookPath: (id) => `/webhooks/twilio/${id}`,
  },
  {
    kind: 'app',
    provider: 'app',
    says: 'the app',
    canSimulate: true,
    fields: appFields,
    address: () => '',
    webhookPath: () => '',
  },
  {
    ...{ kind: 'email', provider: 'resend', says: 'E-mail by Resend', canSimulate: true, fields: resendFields },
    address: mailboxOf,
    hosts: /(^|\.)resend\.com$/,
    webhookPath: (id) => `/webhooks/email/resend/${id}`,
  },
  {
    ...{ kind: 'email', provider: 'sendgrid', says: 'E-mail by SendGrid', canSimulate: false, fields: sendGridFields },
    address: mailboxOf,
    hosts: /(^|\.)sendgrid\.com$/,
    webhookPath: (id) => `/webhooks/email/sendgrid/${id}`,
    inboundPath,
  },
  {
    ...{ kind: 'email', provider: 'smtp', says: 'E-mail by your own server', canSimulate: false, fields: smtpFields },
    address: mailboxOf,
    webhookPath: inboundPath,
    inboundPath,
  },
  {
    ...{ kind: 'email', provider: 'gmail', says: 'E-mail by Gmail', canSimulate: false, fields: gmailFields },
    address: mailboxOf,
    hosts: /(^|\.)googleapis\.com$/,
    webhookPath: gmailPath,
    inboundPath: gmailPath,
  },
]

const byName = new Map(providers.map((one) => [one.provider, one]))

/** @throws Error for a provider of which this version knows nothing */
export function providerOf({ provider }: { provider: string }): ChannelProvider {
  const found = byName.get(provider)
  if (!found) throw new Error(`No provider of channels is called ${provider}.`)
  return found
}

interface NamedField extends Partial<FieldWords> {
  name: string
  schema: z.ZodType
}

export const fieldsOf = ({ fields }: Pick<ChannelProvider, 'fields'>): NamedField[] =>
  Object.entries(fields.shape).map(([name, field]) => {
    const schema = field as z.ZodType
    return { ...(schema.meta() as Partial<FieldWords> | undefined), name, schema }
  })

/** Must not be missing where a real provider is asked. */
export const isBrought = ({ isSecret, isMadeUp, isOurs, isOptional }: Partial<FieldWords>) =>
  (isSecret === true || isMadeUp === true) && isOurs !== true && isOptional !== true

/** Stands for what a provider would have given. */
export function madeUpFor(name: string): string {
  if (name === 'fcmServiceAccount') return madeUpAccount()
  return name === 'accountSid' ? `AC${randomBytes(16).toString('hex')}` : newSecret()
}

/** As forms show them: what is ours to choose is asked of nobody. */
export const channelKinds = providers.map(({ kind, provider, says, canSimulate, fields }) => ({
  kind,
  provider,
  says,
  canSimulate,
  fields: fieldsOf({ fields })
    .filter(({ isOurs }) => isOurs !== true)
    .map(
      ({
        name,
        schema,
        label = name,
        help = '',
        isSecret = false,
        isMadeUp = false,
        isOptional = false,
      }): ProviderField => {
        const { pattern } = (schema as z.ZodString)._zod.bag
        return {
          name,
          label,
          help,
          isSecret,
          isMadeUp,
          isOptional,
          pattern: [...(pattern ? [pattern] : [])].map(String)[0] ?? null,
        }
      },
    ),
}))
