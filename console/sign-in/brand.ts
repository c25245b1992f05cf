import { useQuery } from '@tanstack/react-query'
import type { CSSProperties } from 'react'
import type { Brand } from '../../client/business.ts'
import { businesses } from '../live/business.ts'

/** How a business looks, for whoever is not signed in. Without an answer it looks like ours. */
export const useBrand = (slug: string) =>
  useQuery({ queryKey: ['brand', slug], queryFn: () => businesses.brand(slug), staleTime: 5 * 60_000 }).data

/** Its colour in the place of ours; what stands on it can be read. */
export function looksOf(brand: Brand | undefined): CSSProperties {
  if (!brand?.colour) return {}
  const { colour, ink } = brand
  return { '--accent': colour, '--accent-hover': colour, '--on-accent': ink } as CSSProperties
}
