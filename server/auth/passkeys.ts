import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { z } from 'zod'
import { derivedId } from '../../kernel/id.ts'
import { conflict, Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import type { Account } from '../../store/settings/accounts.ts'
import {
  countPasskey,
  keepPasskey,
  type Passkey,
  passkeyById,
  passkeysMax,
  passkeysOf,
} from '../../store/settings/passkeys.ts'
import { keepTicket, spendTicket, type TicketKind } from '../../store/settings/tickets.ts'
import { hashOf } from './tokens.ts'

// Five hundred modules, for certificates of every kind: read when somebody comes with a passkey, not at each start.
const webauthn = () => import('@simplewebauthn/server')

/** For how long somebody may look for their key. */
const ceremonyMs = 5 * 60_000
const rpName = 'Careline'
// COSE: EdDSA, ES256, RS256, which every authenticator has one of. Asking Node for more prints a warning of its own.
const supportedAlgorithmIDs = [-8, -7, -257]

/** The name that passkeys are bound to, and the one address from which they are taken. */
export interface Place {
  rpId: string
  origin: string
}

/**
 * Browsers bind passkeys to a name and use them over https only; this machine is called `localhost` for that. Undefined
 * where people reach the server by a number, or unprotected.
 */
export function placeAt(url: string): Place | undefined {
  const { protocol, hostname, port } = new URL(url)
  const isHere = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
  if (isHere) return { rpId: 'localhost', origin: `${protocol}//localhost${port === '' ? '' : `:${port}`}` }
  if (protocol !== 'https:' || isIP(hostname.replace(/[[\]]/g, '')) !== 0) return undefined
  return { rpId: hostname, origin: new URL(url).origin }
}

interface Parts {
  store: Store
  now(): number
  /** Where people reach this server. */
  url: string
}

/** WebAuthn: what is asked of an authenticator, and whether it answered rightly. */
export class Passkeys {
  readonly #parts: Parts
  readonly #place: Place | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.#place = placeAt(parts.url)
  }

  /** Where passkeys can be used; undefined where they cannot. */
  get origin() {
    return this.#place?.origin
  }

  /** What to ask an authenticator: one of this account, or of whoever comes. @throws Problem `passkeys_not_here` */
  async ask(accountId: string | null) {
    const { rpId: rpID } = this.#here()
    const known = accountId === null ? [] : await passkeysOf(this.#parts.store, accountId)
    const challenge = await this.#challenge('passkey_sign_in', accountId)
    const { generateAuthenticationOptions } = await webauthn()
    return generateAuthenticationOptions({
      ...{ rpID, challenge, timeout: ceremonyMs, userVerification: 'required' },
      ...(known.length > 0 && { allowCredentials: known.map(named) }),
    })
  }

  /**
   * The passkey that answered; of this account, where one is given. Its owner was verified by the device, so it is
   * something that they have and something that they know or are. @throws Problem `passkey_invalid`
   */
  async answered(response: AuthenticationResponseJSON, accountId: string | null): Promise<Passkey> {
    const { store, now } = this.#parts
    const { origin, rpId } = this.#here()
    const challenge = challengeIn(response.response.clientDataJSON)
    if (challenge === undefined) throw passkeyInvalid()
    const asked = await spendTicket(store, 'passkey_sign_in', hashOf(challenge), now())
    const passkey = await passkeyById(store, idOf(response.id))
    if (!asked || !passkey || !isOf(passkey, [asked.accountId, accountId], response)) throw passkeyInvalid()
    const { credentialId: id, counter, transports } = passkey
    const publicKey = new Uint8Array(passkey.publicKey)
    const { verifyAuthenticationResponse } = await webauthn()
    const { verified, authenticationInfo: shown } = await verifyAuthenticationResponse({
      ...{ response, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId },
      ...{ credential: { id, publicKey, counter, transports }, requireUserVerification: true },
    }).catch(refuse)
    // What can be copied to other devices was so from the beginning: a key that changes its mind is not that key.
    const isSame = verified && (shown.credentialDeviceType === 'multiDevice') === passkey.isSynced
    const used = { counter: shown.newCounter, isBackedUp: shown.credentialBackedUp }
    if (!isSame || !(await countPasskey(store, passkey.id, used, now()))) throw passkeyInvalid()
    return passkey
  }

  /** What to ask an authenticator that is to become one of this account's. @throws Problem `passkeys_not_here`, `too_many_passkeys` */
  async askNew({ id, email }: Account, name: string) {
    const { rpId: rpID } = this.#here()
    const known = await passkeysOf(this.#parts.store, id)
    if (known.length >= passkeysMax) throw conflict('too_many_passkeys', `An account has at most ${passkeysMax}.`)
    const challenge = await this.#challenge('passkey_new', id)
    const { generateRegistrationOptions } = await webauthn()
    return generateRegistrationOptions({
      ...{ rpName, rpID, challenge, timeout: ceremonyMs, attestationType: 'none' },
      ...{ userID: new Uint8Array(handleOf(id)), userName: email ?? name, userDisplayName: name },
      ...{ excludeCredentials: known.map(named), supportedAlgorithmIDs },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
  }

  /** @throws Problem `passkey_invalid`, `passkey_known` */
  async add(accountId: string, response: RegistrationResponseJSON, name: string): Promise<Passkey> {
    const { store, now } = this.#parts
    const { origin, rpId } = this.#here()
    const challenge = challengeIn(response.response.clientDataJSON)
    const asked =
      challenge === undefined ? undefined : await spendTicket(store, 'passkey_new', hashOf(challenge), now())
    if (challenge === undefined || asked?.accountId !== accountId) throw passkeyInvalid()
    const { verifyRegistrationResponse } = await webauthn()
    const made = await verifyRegistrationResponse({
      ...{ response, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId },
      ...{ requireUserVerification: true, supportedAlgorithmIDs },
    }).catch(refuse)
    if (!made.verified) throw passkeyInvalid()
    const { credential, credentialDeviceType, credentialBackedUp: isBackedUp } = made.registrationInfo
    const { id: credentialId, publicKey, counter } = credential
    const transports = (credential.transports ?? []).slice(0, transportsMax).map((one) => one.slice(0, 32))
    const passkey: Passkey = {
      ...{ id: idOf(credentialId), accountId, credentialId, publicKey, counter, transports, isBackedUp, name },
      ...{ isSynced: credentialDeviceType === 'multiDevice', createdAt: now(), usedAt: null },
    }
    if (!(await keepPasskey(store, passkey))) throw conflict('passkey_known', 'This passkey is known already.')
    return passkey
  }

  async #challenge(kind: TicketKind, accountId: string | null) {
    const { store, now } = this.#parts
    const challenge = randomBytes(32)
    const tokenHash = hashOf(challenge.toString('base64url'))
    await keepTicket(store, kind, { accountId, about: {}, tokenHash, expiresAt: now() + ceremonyMs }, now())
    return new Uint8Array(challenge)
  }

  #here(): Place {
    if (!this.#place) throw conflict('passkeys_not_here', 'Passkeys need an address with a name, over https.')
    return this.#place
  }
}

const transportsMax = 8
const idOf = (credentialId: string) => derivedId('pk', credentialId)
/** What an authenticator keeps beside the key: it says whose it is, and nothing about them. */
const handleOf = (accountId: string) => Buffer.from(accountId)

/** Whose it is agrees with who was asked, who is meant, and what the authenticator itself remembers. */
function isOf({ accountId }: Passkey, meant: (string | null)[], { response }: AuthenticationResponseJSON) {
  const said = response.userHandle
  if (said !== undefined && said !== handleOf(accountId).toString('base64url')) return false
  return meant.every((one) => one === null || one === accountId)
}

const named = ({ credentialId: id, transports }: Passkey) => ({ id, transports })

const ClientData = z.object({ challenge: z.string().min(1).max(128) })

function challengeIn(clientDataJson: string): string | undefined {
  const text = Buffer.from(clientDataJson, 'base64url').toString('utf8')
  try {
    return ClientData.safeParse(JSON.parse(text)).data?.challenge
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The library throws for whatever is not as it was asked for; which of it was wrong is nobody's business. */
const refuse = (): never => {
  throw passkeyInvalid()
}
const passkeyInvalid = () => new Problem('unauthorized', 'passkey_invalid', 'This passkey did not work here.')
