import type { Http, Page } from './http.ts'
import type { OwnMessage } from './wire.ts'

/** Somebody who is looked after, and what lets them in. */
export interface OwnSignIn {
  accessToken: string
  refreshToken: string
  expiresAt: string
  user: { id: string; name: string }
  workspace: { id: string; name: string }
}

interface Number {
  /** The short name of the business. */
  workspace: string
  /** E.164. */
  phone: string
}

/** What an app of the people who are looked after asks for; `http` shows their access token. */
export const ownOf = (http: Http) => ({
  askCode: (number: Number & { channel?: 'sms' | 'whatsapp' }) =>
    http.post<{ resendAt: string; expiresAt: string }>('/auth/people/otp', number),
  signIn: (proof: Number & { code: string }) => http.post<OwnSignIn>('/auth/people/otp/verify', proof),
  refresh: (refreshToken: string) => http.post<OwnSignIn>('/auth/people/refresh', { refreshToken }),
  signOut: (refreshToken: string) => http.post<void>('/auth/people/logout', { refreshToken }),
  conversation: () => http.get<{ messages: OwnMessage[]; hasMore: boolean }>('/me/conversation'),
  messages: (page: { before?: number; limit?: number } = {}) =>
    http.get<Page<OwnMessage>>('/me/messages', { query: page }),
  write: (words: { content: OwnMessage['content']; replyTo?: string }) =>
    http.post<{ messageId: string; n: number }>('/me/messages', words),
  read: (upTo: number) => http.post<void>('/me/read', { upTo }),
})
