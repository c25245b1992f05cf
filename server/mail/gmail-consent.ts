import { createHash } from 'node:crypto'
import type { Caller } from '../../kernel/caller.ts'
import { newSecret } from '../../kernel/id.ts'
import { conflict, invalid, missing, Problem } from '../../kernel/problem.ts'
import { Gmail } from '../../providers/gmail/api.ts'
import { consentUrl, type Grant, grantOf, mailboxOf, revoke } from '../../providers/gmail/consent.ts'
import { ProviderFailure } from '../../providers/sender.ts'
import type { Store } from '../../store/connection.ts'
import type { Channel, ChannelSettings, OpenChannel } from '../../store/settings/channels.ts'
import { forgetGmail } from '../../store/settings/gmail.ts'
import { keepTicket, spendTicket, ticketOf } from '../../store/settings/tickets.ts'
import type { Vault } from '../../store/vault.ts'
import { hashOf } from '../auth/tokens.ts'
import type { GmailRoom } from './gmail-room.ts'

/** For so long somebody may look at Google's pages. */
const flowMs = 10 * 60_000
/** The console's page to which Google sends the browser back: it finishes, signed in. */
export const returnPath = '/settings/channels/google'

interface Parts {
  store: Store
  vault: Pick<Vault, 'ready' | 'seal' | 'open'>
  channels: ChannelSettings
  gmail: Pick<GmailRoom, 'watch'>
  /** Where people reach this server. */
  url: string
  now(): number
  warn(message: string, fields: Record<string, unknown>): void
}

/**
 * How the owner of a mailbox lets us in: Google's consent by OAuth's code flow with PKCE. `state` is good once, for the
 * member who began, in their workspace; whoever else comes back with it, in whichever browser, opens nothing.
 */
export class GmailConsent {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The address that somebody enters at their client, in Google Cloud. */
  get redirectUri() {
    return this.#parts.url + returnPath
  }

  /** Where the browser is to go. @throws Problem `not_found`, `not_at_gmail` */
  async begin({ workspaceId, id: memberId }: Caller, channelId: string): Promise<string> {
    const { store, vault, now } = this.#parts
    const channel = await this.#opened(workspaceId, channelId)
    const [state, verifier] = [newSecret(), newSecret()]
    await vault.ready(workspaceId)
    const sealed = vault.seal(workspaceId, contextOf(channelId), verifier).toString('base64')
    const about = { workspaceId, memberId, channelId, verifier: sealed }
    const ticket = { accountId: null, about, tokenHash: hashOf(state), expiresAt: now() + flowMs }
    await keepTicket(store, 'gmail', ticket, now())
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    return consentUrl(channel, { redirectUri: this.redirectUri, state, challenge })
  }

  /**
   * Google sent the browser back, with a code. What lets us in is kept, and Gmail is asked to tell of new mails.
   * @throws Problem `consent_expired`, `google_refused`, `no_lasting_grant`, `scopes_missing`, `wrong_account`
   */
  async finish(caller: Caller, { state, code }: { state: string; code: string }) {
    const { channelId, verifier } = await this.#spent(caller, state)
    const { workspaceId } = caller
    const channel = await this.#opened(workspaceId, channelId)
    const asked = { code, verifier, redirectUri: this.redirectUri }
    const grant = await grantOf(channel, asked).catch(refused)
    await this.#demandRight(channel, grant)
    const changed = await this.#parts.channels.change(workspaceId, channelId, {
      secrets: { refreshToken: grant.refreshToken ?? '' },
    })
    const why = changed.status === 'active' ? await this.#watched(channelId) : null
    return { channel: changed, mailbox: channel.address, why }
  }

  /** Takes back what Google was asked for: nothing is read, and nothing leaves, by this mailbox. @throws Problem `google_refused`, `not_connected` */
  async end(workspaceId: string, channelId: string): Promise<Channel> {
    const { store, channels, now, warn } = this.#parts
    const channel = await this.#opened(workspaceId, channelId)
    const token = channel.secrets['refreshToken']
    if (!token) throw conflict('not_connected', 'The mailbox is not connected.')
    // Whoever took it back at Google stops what we had asked for as well.
    await new Gmail(channel, now).stop().catch((error: unknown) => warn('gmail not stopped', { channelId, error }))
    await revoke(channel, token).catch(refused)
    const changed = await channels.change(workspaceId, channelId, { secrets: { refreshToken: '' } })
    await forgetGmail(store, workspaceId, channelId)
    return changed
  }

  /** Why Gmail tells of nothing; null where it does. What it let us in for is kept in any case. */
  async #watched(channelId: string): Promise<string | null> {
    const opened = await this.#parts.channels.opened(channelId)
    if (!opened) return null
    try {
      await this.#parts.gmail.watch(opened)
      return null
    } catch (error) {
      if (error instanceof ProviderFailure) return error.error.title
      throw error
    }
  }

  /** Of whoever else began it, nothing is used up. @throws Problem `consent_expired` */
  async #spent({ workspaceId, id }: Caller, state: string) {
    const { store, vault, now } = this.#parts
    const hash = hashOf(state)
    const isOwn = (about: Readonly<Record<string, string>> | undefined) =>
      about?.['workspaceId'] === workspaceId && about['memberId'] === id
    if (!isOwn((await ticketOf(store, 'gmail', hash, now()))?.about)) throw expired()
    const { channelId, verifier } = (await spendTicket(store, 'gmail', hash, now()))?.about ?? {}
    if (channelId === undefined || verifier === undefined) throw expired()
    await vault.ready(workspaceId)
    const opened = vault.open(workspaceId, contextOf(channelId), Buffer.from(verifier, 'base64'))
    return { channelId, verifier: opened }
  }

  /** What cannot be used is given back. @throws Problem */
  async #demandRight(channel: OpenChannel, grant: Grant) {
    const { accessToken, refreshToken } = grant
    const problem = await this.#wrongIn(channel, grant)
    if (!problem) return
    const { warn } = this.#parts
    // Of a mailbox that is connected, Google would take back what it works by as well.
    if (channel.secrets['refreshToken'] && problem.code !== 'wrong_account') throw problem
    const what = refreshToken ?? accessToken
    await revoke(channel, what).catch((error: unknown) =>
      warn('grant not given back', { channelId: channel.id, error }),
    )
    throw problem
  }

  async #wrongIn(channel: OpenChannel, { accessToken, refreshToken, isWhole }: Grant): Promise<Problem | undefined> {
    if (!isWhole) return conflict('scopes_missing', 'Let us read and send: tick both boxes on Google’s page.')
    const mailbox = await mailboxOf(channel, accessToken).catch(refused)
    if (mailbox !== channel.address)
      return conflict('wrong_account', `This was ${mailbox}; the channel is ${channel.address}. Choose that account.`)
    if (refreshToken === undefined)
      return conflict(
        'no_lasting_grant',
        'Google let us in for an hour only. Take our access back at myaccount.google.com/connections, and try again.',
      )
    return undefined
  }

  async #opened(workspaceId: string, id: string): Promise<OpenChannel> {
    const { channels } = this.#parts
    const found = await channels.byId(workspaceId, id)
    if (!found) throw missing('not_found', 'There is no such channel.')
    if (found.provider !== 'gmail') throw conflict('not_at_gmail', 'This channel is no mailbox at Gmail.')
    // Another process may have changed it a moment ago.
    channels.forget(id)
    const opened = await channels.opened(id)
    if (!opened) throw missing('not_found', 'There is no such channel.')
    return opened
  }
}

const contextOf = (channelId: string) => `auth_challenges/gmail/${channelId}/verifier`

const expired = () =>
  invalid('consent_expired', 'This took too long, or was begun by somebody else: press Connect with Google again.')

/** @throws Problem in Google's own words, `busy` where it is to be tried again */
function refused(error: unknown): never {
  if (!(error instanceof ProviderFailure)) throw error
  const { code, title, action } = error.error
  if (code === 'invalid_grant') throw expired()
  throw new Problem(action === 'retry' ? 'busy' : 'conflict', 'google_refused', title)
}
