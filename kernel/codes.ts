import { z } from 'zod'

/** Two letters, ISO 3166. */
export const Country = z.string().regex(/^[A-Z]{2}$/, 'two letters like DE')

/** What a workspace decides about the one-time codes that its people get by SMS and WhatsApp. */
export const CodeRules = z.object({
  /** To which countries codes go; null: wherever the installation sends any. */
  countries: z.array(Country).max(250).nullable().default(null),
  /** What they may cost in a day (UTC), in the minor units of the provider's bill. */
  dailySpend: z.int().min(0).max(100_000_000).default(2_000),
  /** The name of the authentication template at WhatsApp. */
  template: z
    .string()
    .regex(/^[a-z0-9_]{1,512}$/)
    .default('sign_in_code'),
})
export type CodeRules = z.infer<typeof CodeRules>

/** What one text costs, by country, in minor units; `*` is for every other. */
export type CodePrices = Readonly<Record<string, number>>

export const priceOf = (prices: CodePrices, country: string | null): number =>
  prices[country ?? '*'] ?? prices['*'] ?? 0
