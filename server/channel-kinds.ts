import type { z } from 'zod'
import { whatsAppFields } from '../providers/whatsapp/fields.ts'

/** A field of a provider, as a form shows it. */
export interface ProviderField {
  name: string
  label: string
  help: string
  /** Typed, kept sealed, and never shown again. */
  isSecret: boolean
  pattern: string | null
}

interface ChannelKind {
  kind: 'whatsapp'
  provider: 'whatsapp'
  says: string
  /** Without its own credentials it is played by a simulator, where that is allowed. */
  canSimulate: boolean
  fields: z.ZodObject
}

/** Every kind of channel that a workspace can connect. */
const kinds: readonly ChannelKind[] = [
  { kind: 'whatsapp', provider: 'whatsapp', says: 'WhatsApp Business', canSimulate: true, fields: whatsAppFields },
]

function fieldsOf(schema: z.ZodObject): ProviderField[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const { label = name, help = '', isSecret = false } = (field as z.ZodType).meta() as Partial<ProviderField>
    const { pattern } = (field as z.ZodString)._zod.bag
    return { name, label, help, isSecret, pattern: [...(pattern ? [pattern] : [])].map(String)[0] ?? null }
  })
}

export const channelKinds = kinds.map(({ fields, ...kind }) => ({ ...kind, fields: fieldsOf(fields) }))
