import { z } from 'zod'
import { type ChannelAccount, type ProviderError, ProviderFailure } from '../sender.ts'
import { grantError, notConnected, tokenUrlOf } from './grant.ts'

const timeoutMs = 15_000
const pagesMax = 20
const id = z.string().min(1).max(128)
const HistoryId = z.union([z.string().regex(/^\d{1,20}$/), z.number().int().nonnegative().transform(String)])
const Token = z.object({ access_token: z.string().min(1).max(4_096), expires_in: z.number().positive().max(1e6) })
const Profile = z.object({ emailAddress: z.string().max(320), historyId: HistoryId })
const Watch = z.object({ historyId: HistoryId, expiration: z.coerce.number().positive() })
const Labels = z.array(z.string().max(200)).max(500).default([])
const History = z.object({
  history: z
    .array(
      z.object({
        messagesAdded: z
          .array(z.object({ message: z.object({ id, labelIds: Labels }) }))
          .max(10_000)
          .optional(),
      }),
    )
    .max(10_000)
    .optional(),
  historyId: HistoryId,
  nextPageToken: z.string().max(500).optional(),
})
const Listed = z.object({ messages: z.array(z.object({ id })).max(500).optional() })
const Raw = z.object({ id, labelIds: Labels, raw: z.string().max(60_000_000) })
const Refused = z.object({
  error: z.object({
    message: z.string().max(2_000),
    errors: z
      .array(z.object({ reason: z.string().max(200) }))
      .max(20)
      .optional(),
  }),
})

/** A mail that Gmail has, by its labels not one of our own. */
export interface GmailMail {
  labels: readonly string[]
  bytes: Buffer
}

const tokens = new Map<string, { token: string; until: number }>()
const tokensMax = 500

/** One mailbox at Gmail, by the refresh token of its owner. https://developers.google.com/workspace/gmail/api/reference/rest */
export class Gmail {
  readonly #account: ChannelAccount
  readonly #now: () => number

  constructor(account: ChannelAccount, now: () => number) {
    this.#account = account
    this.#now = now
  }

  profile = async () => Profile.parse(await this.#ask('GET', 'profile'))

  /** Until when Gmail tells the topic of new mails: a week at most, epoch ms; and where its history stands. */
  async watch(topicName: string) {
    const { historyId, expiration } = Watch.parse(await this.#ask('POST', 'watch', { topicName }))
    return { historyId, until: expiration }
  }

  /** Gmail tells of nothing more. */
  async stop() {
    await this.#ask('POST', 'stop')
  }

  /** What came since, oldest first; undefined where Gmail has forgotten what was then: all must be looked at again. */
  async since(startHistoryId: string): Promise<{ ids: string[]; historyId: string } | undefined> {
    const ids = new Set<string>()
    let [historyId, page] = [startHistoryId, '']
    for (let count = 0; count < pagesMax; count++) {
      const query = `history?startHistoryId=${startHistoryId}&historyTypes=messageAdded${page && `&pageToken=${page}`}`
      const said = await this.#ask('GET', query).catch((error: unknown) => {
        if (error instanceof ProviderFailure && error.error.providerCode === 404) return undefined
        throw error
      })
      if (said === undefined) return undefined
      const read = History.parse(said)
      for (const { messagesAdded = [] } of read.history ?? [])
        for (const { message } of messagesAdded) ids.add(message.id)
      historyId = read.historyId
      if (read.nextPageToken === undefined) break
      page = encodeURIComponent(read.nextPageToken)
    }
    return { ids: [...ids], historyId }
  }

  /** The latest mails of these days, oldest first. */
  async latest(days: number): Promise<string[]> {
    const { messages = [] } = Listed.parse(await this.#ask('GET', `messages?maxResults=200&q=newer_than:${days}d`))
    return messages.map((one) => one.id).toReversed()
  }

  /** Undefined where it was deleted since. */
  async mail(messageId: string): Promise<GmailMail | undefined> {
    const said = await this.#ask('GET', `messages/${encodeURIComponent(messageId)}?format=raw`).catch(
      (error: unknown) => {
        if (error instanceof ProviderFailure && error.error.providerCode === 404) return undefined
        throw error
      },
    )
    if (said === undefined) return undefined
    const { labelIds, raw } = Raw.parse(said)
    return { labels: labelIds, bytes: Buffer.from(raw, 'base64url') }
  }

  /** Answers Gmail's own id. */
  async send(mail: Buffer): Promise<string> {
    return z.object({ id }).parse(await this.#ask('POST', 'messages/send', { raw: mail.toString('base64url') })).id
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${rootOf(this.#account)}/gmail/v1/users/me/${path}`, {
      method,
      headers: { authorization: `Bearer ${await this.#token()}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    })
    const said: unknown = await answer.json().catch(() => undefined)
    if (answer.ok) return said
    if (answer.status === 401) tokens.delete(this.#key)
    throw new ProviderFailure(errorOf(answer.status, said), 'Gmail')
  }

  get #key() {
    return JSON.stringify([this.#account.id, this.#account.secrets['refreshToken']])
  }

  async #token(): Promise<string> {
    const known = tokens.get(this.#key)
    if (known && known.until > this.#now()) return known.token
    const { fields, secrets } = this.#account
    if (!secrets['refreshToken']) throw new ProviderFailure(notConnected, 'Gmail')
    const form = new URLSearchParams({
      ...{ grant_type: 'refresh_token', client_id: fields['clientId'] ?? '' },
      ...{ client_secret: secrets['clientSecret'] ?? '', refresh_token: secrets['refreshToken'] ?? '' },
    })
    const answer = await fetch(tokenUrlOf(this.#account), {
      method: 'POST',
      body: form,
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    })
    const said: unknown = await answer.json().catch(() => undefined)
    if (!answer.ok) throw new ProviderFailure(grantError(answer.status, said), 'Gmail')
    const { access_token: token, expires_in: seconds } = Token.parse(said)
    if (tokens.size >= tokensMax) tokens.clear()
    tokens.set(this.#key, { token, until: this.#now() + (seconds - 60) * 1_000 })
    return token
  }
}

const rootOf = ({ baseUrl }: ChannelAccount) => baseUrl || 'https://gmail.googleapis.com'

/** Google lets us in no more, until somebody connects the mailbox again. */
export const isLost = (error: unknown) => error instanceof ProviderFailure && error.error.code === 'invalid_grant'

const limits = /rateLimitExceeded|userRateLimitExceeded|dailyLimitExceeded/i

function actionOf(status: number, reason: string): ProviderError['action'] {
  if (status === 429 || status >= 500 || limits.test(reason)) return 'retry'
  return status === 401 || status === 403 ? 'broken' : 'never'
}

/** https://developers.google.com/workspace/gmail/api/guides/handle-errors */
export function errorOf(status: number, said: unknown): ProviderError {
  const { data } = Refused.safeParse(said)
  const reason = data?.error.errors?.[0]?.reason ?? ''
  const title = (data?.error.message ?? `Gmail answered ${status}.`).slice(0, 500)
  return { code: reason || `http_${status}`, providerCode: status, title, action: actionOf(status, reason) }
}
