import type { Posted } from '../../actors/letterbox/contract.ts'
import { newId } from '../../kernel/id.ts'
import { conflict } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { normalEmail } from '../../store/settings/accounts.ts'
import { consumeCode, keepCode } from '../../store/settings/challenges.ts'
import type { WorkspaceSettings } from '../../store/settings/workspaces.ts'
import { freshCode, hashOfCode } from './one-time-code.ts'
import { cooldownMs, type Pumping } from './pumping.ts'

const minutes = 10

interface Parts {
  store: Store
  pumping: Pumping
  /** Keys the hashes of codes. */
  secret: string
  now(): number
  /** Undefined where no letter can be sent. */
  post: ((posted: Posted, workspaceId: string) => Promise<unknown>) | undefined
}

interface Asked {
  email: string
  /** See `Asking` in `pumping.ts`. */
  place: string
  deviceId: string | null
}

/** One-time codes in letters, to the people of one business: as those that go to their telephones. */
export class MailCodes {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * A code goes to this address, if it is somebody's. Its caller cannot tell: the same is read, counted and written.
   * @throws Problem `mail_not_set_up`, `too_many_codes`
   */
  async ask(
    { email, place, deviceId }: Asked,
    { id: workspaceId, name, branding, settings }: WorkspaceSettings,
    holderOf: (address: string) => Promise<string | undefined>,
  ): Promise<{ resendAt: number; expiresAt: number }> {
    const { store, pumping, secret, now, post } = this.#parts
    if (!post) throw conflict('mail_not_set_up', 'This installation sends no letters yet.')
    const address = normalEmail(email)
    await pumping.admitMail({ address: `${workspaceId} ${address}`, place, deviceId })
    const accountId = (await holderOf(address)) ?? null
    const target = targetOf(workspaceId, address)
    const code = freshCode()
    const expiresAt = now() + minutes * 60_000
    const codeHash = hashOfCode(secret, target, code)
    await keepCode(store, { kind: 'person', accountId, target, codeHash, expiresAt }, now())
    const workspace = name.slice(0, 200)
    const letter: Posted['letter'] =
      accountId === null ? { about: 'nobody' } : { about: 'person_code', code, minutes, workspace }
    const brand = { name: branding.fromName || name.slice(0, 120), colour: branding.colour }
    const rest = { to: address, language: settings.locale, brand, notAfter: expiresAt }
    await post({ letterId: newId('let'), letter, ...rest }, workspaceId)
    return { resendAt: now() + cooldownMs, expiresAt }
  }

  /** Whose this code was, once; nothing for a wrong one. @throws Problem `too_many_attempts` */
  async consume({ email, code }: { email: string; code: string }, place: string, workspaceId: string) {
    const { store, pumping, secret, now } = this.#parts
    await pumping.guess(place)
    const target = targetOf(workspaceId, normalEmail(email))
    return consumeCode(store, target, hashOfCode(secret, target, code), now(), 'person')
  }
}

/** Somebody may be known to several businesses: each lets them in by a code of its own. */
const targetOf = (workspaceId: string, address: string) => `${workspaceId} ${address}`
