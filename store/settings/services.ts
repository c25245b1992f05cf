import { z } from 'zod'
import { Currency } from '../../kernel/settings.ts'
import type { Store } from '../connection.ts'
import type { Home, Kept } from './resources.ts'

/** What a business offers, how long it takes and what it costs. */
export const ServiceFields = z.object({
  name: z.string().trim().min(1).max(120),
  description: z.string().trim().max(2_000).default(''),
  durationMin: z
    .int()
    .min(5)
    .max(24 * 60),
  /** In the smallest unit of its currency. */
  priceMinor: z.int().min(0).max(1_000_000_000_000),
  currency: Currency,
  /** Whether it can be had now. */
  isActive: z.boolean().default(true),
})
export type Service = Kept<z.output<typeof ServiceFields>>

export const servicesMax = 500
export const services = {
  collection: 'services',
  fields: ServiceFields,
  search: 'name',
  unique: ({ name }) => name.normalize('NFKC').toLowerCase(),
} as const satisfies Home<typeof ServiceFields>

/** What rules ask of all services of a business: whether they can be had, and how long they take. */
export async function servicesOf(
  store: Store,
  workspaceId: string,
): Promise<Pick<Service, 'id' | 'isActive' | 'durationMin'>[]> {
  const projection = { isActive: 1, durationMin: 1 } as const
  const found = await store.of(workspaceId).find('services', {}, { limit: servicesMax, projection })
  return found.map(({ _id, isActive, durationMin }) => ({
    id: _id,
    isActive: isActive === true,
    durationMin: durationMin as number,
  }))
}
