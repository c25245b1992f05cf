import { z } from 'zod'

/** The short name of a business. */
export const slug = z.string().min(1).max(64)
export const phone = z.string().min(4).max(32).optional()
export const email = z.email().max(254).optional()
/** By which they are known: one of them. */
export const one = ({ phone, email }: { phone?: string | undefined; email?: string | undefined }) =>
  (phone === undefined) !== (email === undefined)
export const whichOne = { error: 'Say a number or an address: one of them.', path: ['phone'] }
/** What is there of them, as the one that it is. */
export function known({ phone, email }: { phone?: string | undefined; email?: string | undefined }) {
  return email === undefined ? { phone: phone ?? '' } : { email }
}
