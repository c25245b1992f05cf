import { z } from 'zod'
import { ChannelKind } from '../kernel/channel-kind.ts'
import { instant } from '../kernel/marks.ts'
import type { Channel } from '../store/settings/channels.ts'
import { type ChannelProvider, fieldsOf, isBrought, providerOf, providers } from './channel-kinds.ts'

// Channels as they go over HTTP: what may be told of them, and what whoever connects one says.

const secretsMax = 20
export const mask = '•••'
export const Line = z.object({
  id: z.string().max(128),
  kind: ChannelKind,
  provider: z.string().max(32),
  name: z.string().max(120),
  /** What names it at its provider: a number, a mail address, the id of a number. */
  address: z.string().max(254),
  simulate: z.boolean(),
  status: z.enum(['active', 'disabled']),
})
export const Secret = z.string().max(64)
/** To whom a test goes, as the kind of channel writes it: digits with the country code, a number with `+`, a mail address. */
export const TestAddress = z.string().regex(/^(\+?\d{5,20}|[^\s@]{1,64}@[^\s@]{1,189})$/)
export const Integration = Line.extend({
  /** What its provider's form asks for, by the names of `/integrations/kinds`; no secrets. */
  fields: z.record(z.string().max(64), z.string().max(2_048)),
  baseUrl: z.string().max(2_048),
  /** Where the provider is to send its webhooks; the address of this server goes before it. */
  webhookPath: z.string().max(256),
  /** The same with the address before it, to be copied. */
  webhookUrl: z.string().max(2_048),
  /** Where mails that come in are to be brought, followed by `?token=` and the channel's own token; null where none are. */
  inboundUrl: z.string().max(2_048).nullable(),
  /** That they are there; never what they are. */
  secrets: z.record(z.string().max(64), z.literal(mask)),
  /** Those that we made up to simulate it: before it can be real, the provider's own must take their place. */
  madeUp: z.array(Secret).max(secretsMax),
  /** Until when a former secret is good as well. */
  previousUntil: z.record(z.string().max(64), instant()),
  /** When its provider first said that it knows us; null before. */
  verifiedAt: instant().nullable(),
})

const name = z.string().trim().min(1).max(120)
const baseUrl = z.url({ protocol: /^https?$/ }).max(2_048)

/** What must be said in any case; the rest is made where it is missing, or refused when the channel is to be real. */
const asked = ({ fields }: ChannelProvider, isChange: boolean) =>
  Object.fromEntries(
    fieldsOf({ fields })
      .filter(({ isOurs, isSecret }) => !isChange || isSecret === true || isOurs !== true)
      .map((field) => {
        const isNeeded = !isChange && !isBrought(field) && field.isOurs !== true && field.isOptional !== true
        return [field.name, isNeeded ? field.schema : field.schema.optional()]
      }),
  )

const [first, ...rest] = providers.map((one) =>
  z.object({
    kind: z.literal(one.kind).default(one.kind),
    // A body of before there were others says nothing of it.
    provider: one.provider === 'whatsapp' ? z.literal(one.provider).optional() : z.literal(one.provider),
    name,
    ...asked(one, false),
    baseUrl: baseUrl.optional(),
    /** A local server plays the provider. Where nothing is said, that is so if the provider's secrets are missing. */
    simulate: z.boolean().optional(),
  }),
)
if (!first) throw new Error('There must be a provider.')
export const Create = z.discriminatedUnion('provider', [first, ...rest])

/** The fields of every provider; the route refuses those that are not its channel's. */
export const Change = z.object({
  name: name.optional(),
  ...Object.assign({}, ...providers.map((one) => asked(one, true))),
  baseUrl: baseUrl.optional(),
  status: z.enum(['active', 'disabled']).optional(),
}) as z.ZodType<ChangeBody>
export type ChangeBody = { name?: string; baseUrl?: string; status?: 'active' | 'disabled' } & Record<string, unknown>

const Field = z.object({
  name: z.string().max(64),
  label: z.string().max(120),
  help: z.string().max(500),
  isSecret: z.boolean(),
  /** A simulated channel does not ask for it. */
  isMadeUp: z.boolean(),
  /** It may be left out. */
  isOptional: z.boolean(),
  pattern: z.string().max(200).nullable(),
})
export const Kind = z.object({
  kind: ChannelKind,
  provider: z.string().max(32),
  says: z.string().max(120),
  canSimulate: z.boolean(),
  fields: z.array(Field).max(20),
})
export const Tested = z.object({
  isRight: z.boolean(),
  /** What the provider calls the number or address; null where it does not know us. */
  phoneNumber: z.string().max(254).nullable(),
  name: z.string().max(200).nullable(),
  quality: z.string().max(32).nullable(),
  /** Why it did not work, in words. */
  why: z.string().max(500).nullable(),
  code: z.string().max(64).nullable(),
  /** What became of the test message, where one was asked for. */
  message: z.enum(['accepted', 'refused', 'unknown']).nullable(),
})

export const line = ({ id, kind, provider, name, address, simulate, status }: Channel) => ({
  id,
  kind,
  provider,
  name,
  address,
  simulate,
  status,
})

export function shown(channel: Channel, { publicUrl }: { publicUrl: string }) {
  const provider = providerOf(channel)
  const webhookPath = provider.webhookPath(channel.id)
  const inboundPath = provider.inboundPath?.(channel.id)
  return {
    ...line(channel),
    fields: channel.fields,
    baseUrl: channel.baseUrl,
    webhookPath,
    webhookUrl: `${publicUrl}${webhookPath}`,
    inboundUrl: inboundPath === undefined ? null : `${publicUrl}${inboundPath}`,
    secrets: Object.fromEntries(channel.secretNames.map((one) => [one, mask] as const)),
    madeUp: [...channel.madeUp],
    previousUntil: { ...channel.previous },
    verifiedAt: channel.verifiedAt,
  }
}
