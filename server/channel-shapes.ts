import { z } from 'zod'
import { instant } from '../kernel/marks.ts'
import { whatsAppFields } from '../providers/whatsapp/fields.ts'
import { WhatsAppConfig } from '../providers/whatsapp/port.ts'
import { type Channel, channelSecrets } from '../store/settings/channels.ts'

// Channels as they go over HTTP: what may be told of them, and what whoever connects one says.

export const mask = '•••'
export const Line = z.object({
  id: z.string().max(128),
  kind: z.literal('whatsapp'),
  provider: z.literal('whatsapp'),
  name: z.string().max(120),
  simulate: z.boolean(),
  status: z.enum(['active', 'disabled']),
})
export const Secret = z.enum(channelSecrets)
export const Integration = Line.extend({
  phoneNumberId: z.string().max(64),
  businessId: z.string().max(64),
  baseUrl: z.string().max(2_048),
  /** Where the provider is to send its webhooks; the address of this server goes before it. */
  webhookPath: z.string().max(256),
  /** The same with the address before it, to be copied. */
  webhookUrl: z.string().max(2_048),
  /** That they are there; never what they are. */
  secrets: z.object({ token: z.literal(mask), appSecret: z.literal(mask), verifyToken: z.literal(mask) }),
  /** Those that we made up to simulate it: before it can be real, the provider's own must take their place. */
  madeUp: z.array(Secret).max(channelSecrets.length),
  /** Until when a former secret is good as well. */
  previousUntil: z.object({ appSecret: instant().optional(), verifyToken: instant().optional() }),
  /** When its provider first said that it knows us; null before. */
  verifiedAt: instant().nullable(),
})

const { token, appSecret, verifyToken, baseUrl } = WhatsAppConfig.shape
const { phoneNumberId, businessId } = whatsAppFields.shape
const name = z.string().trim().min(1).max(120)
export const Create = z.object({
  kind: z.literal('whatsapp').default('whatsapp'),
  name,
  phoneNumberId,
  businessId,
  token: token.optional(),
  appSecret: appSecret.optional(),
  /** Ours to choose: made where it is missing, and shown with this answer alone. */
  verifyToken: verifyToken.optional(),
  baseUrl: baseUrl.unwrap().optional(),
  /** A local server plays WhatsApp. Where nothing is said, that is so if the provider's secrets are missing. */
  simulate: z.boolean().optional(),
})
export const Change = z.object({
  name: name.optional(),
  token: token.optional(),
  appSecret: appSecret.optional(),
  verifyToken: verifyToken.optional(),
  baseUrl: baseUrl.unwrap().optional(),
  status: z.enum(['active', 'disabled']).optional(),
})
const Field = z.object({
  name: z.string().max(64),
  label: z.string().max(120),
  help: z.string().max(500),
  isSecret: z.boolean(),
  pattern: z.string().max(200).nullable(),
})
export const Kind = z.object({
  kind: z.string().max(32),
  provider: z.string().max(32),
  says: z.string().max(120),
  canSimulate: z.boolean(),
  fields: z.array(Field).max(20),
})
export const Tested = z.object({
  isRight: z.boolean(),
  /** What the provider calls the number; null where it does not know us. */
  phoneNumber: z.string().max(64).nullable(),
  name: z.string().max(200).nullable(),
  quality: z.string().max(32).nullable(),
  /** Why it did not work, in words. */
  why: z.string().max(500).nullable(),
  code: z.string().max(64).nullable(),
  /** What became of the test message, where one was asked for. */
  message: z.enum(['accepted', 'refused', 'unknown']).nullable(),
})

export const line = ({ id, kind, name, simulate, status }: Channel) => ({
  id,
  kind,
  provider: 'whatsapp' as const,
  name,
  simulate,
  status,
})

export const shown = (channel: Channel, { publicUrl }: { publicUrl: string }) => ({
  ...line(channel),
  phoneNumberId: channel.phoneNumberId,
  businessId: channel.businessId,
  baseUrl: channel.baseUrl,
  webhookPath: `/webhooks/whatsapp/${channel.id}`,
  webhookUrl: `${publicUrl}/webhooks/whatsapp/${channel.id}`,
  secrets: { token: mask, appSecret: mask, verifyToken: mask } as const,
  madeUp: [...channel.madeUp],
  previousUntil: channel.previous,
  verifiedAt: channel.verifiedAt,
})
