import type { Http } from './http.ts'
import type { KnownBy, OwnRequest } from './own.ts'

/** What the law lets people ask of a business, without signing in to anything: proved by a code to their own address. */
export const privacyOf = (http: Http) => ({
  /** Who is asked. */
  business: (slug: string) =>
    http.get<{ name: string }>(`/privacy/businesses/${encodeURIComponent(slug)}`, { isSigned: false }),
  /** The same answer for everybody, known or not. */
  ask: (known: KnownBy & { channel?: 'sms' | 'whatsapp' }) =>
    http.post<{ resendAt: string; expiresAt: string }>('/privacy/requests', known, { isSigned: false }),
  verify: (proof: KnownBy & { code: string; kind: OwnRequest['kind'] }) =>
    http.post<OwnRequest>('/privacy/requests/verify', proof, { isSigned: false }),
})
