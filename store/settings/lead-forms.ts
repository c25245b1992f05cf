import { z } from 'zod'
import { ChannelKind } from '../../kernel/channel-kind.ts'
import { Label, labelsMax } from '../../kernel/person.ts'
import type { Home } from './resources.ts'

const addressOf = (max: number) => z.string().max(max)

/** A form on a website of the business, by which strangers say that they are interested. */
export const LeadFormFields = z.object({
  name: z.string().trim().min(1).max(100),
  isActive: z.boolean().default(true),
  /** The websites that may send it, as browsers name them: `https://www.example.com`. */
  origins: z
    .array(addressOf(200).regex(/^https?:\/\/[^\s/?#]+$/i, 'an address like https://www.example.com'))
    .min(1)
    .max(10),
  /** Where these people come from, as the business calls it. */
  source: z.string().trim().min(1).max(60).default('website'),
  tags: z.array(Label).max(labelsMax).default([]),
  /** What they agree to by ticking it; empty: they are not asked. */
  consentText: z.string().trim().max(2_000).default(''),
  /** By which ways offers and news may come to them then. */
  consentTo: z.array(ChannelKind).max(4).default(['email']),
  /** Where they are led then; null: a page of ours says thank you. */
  thanksUrl: addressOf(500)
    .regex(/^https?:\/\/\S+$/i, 'an address like https://www.example.com/thanks')
    .nullable()
    .default(null),
})
export type LeadFormFields = z.infer<typeof LeadFormFields>
export const leadFormsMax = 20

export const leadForms = {
  collection: 'lead_forms',
  fields: LeadFormFields,
  search: 'name',
  unique: ({ name }) => name.toLowerCase(),
} as const satisfies Home<typeof LeadFormFields>
