import type { Http } from './http.ts'
import type { Session } from './tokens.ts'
import type { ShownError } from './wire.ts'

/** The first factor was right: what is asked besides, and the token to answer with. */
export type SecondFactorAsked = NonNullable<ShownError['secondFactor']>

/** What WebAuthn of a browser is asked, and what it answers, in its own JSON: hand them on as they are. */
export type PasskeyQuestion = Readonly<Record<string, unknown>>
export type PasskeyAnswer = object

/** One of the ways to show, beside a first factor, that it is you. */
export type SecondProof = { code: string } | { recoveryCode: string } | { passkey: PasskeyAnswer }
/** Also what shows once more that it is you, while you are signed in. */
export type Proof = SecondProof | { password: string } | { mailCode: string }

export interface OwnPasskey {
  id: string
  name: string
  createdAt: string
  /** Null before its first use. */
  usedAt: string | null
  /** Its maker keeps it on several devices. */
  isSynced: boolean
}

/** What an account is opened with. */
export interface OwnFactors {
  totp: { addedAt: string } | null
  /** How many are left; null where none were given. */
  recoveryCodes: number | null
  passkeys: OwnPasskey[]
  hasPassword: boolean
  /** The address under which Google knows the account; null where it is not linked. */
  google: string | null
  /** Until when it may be changed; null where `prove` comes first. */
  provenUntil: string | null
  /** What can be shown for that. */
  ways: ('password' | 'totp' | 'passkey' | 'recovery' | 'mail')[]
}

const at = encodeURIComponent
const open = { isSigned: false }

/** Second factors, passkeys and Google: to sign in by them, and to set them up. */
export function securityOf(http: Http) {
  const enter = async (path: string, body: object) => {
    const session = await http.post<Session>(path, body, open)
    http.session = session
    return session
  }
  return {
    /** After a sign-in was refused with `second_factor_required`: `token` is in the problem's `secondFactor`. */
    pass: (token: string, proof: SecondProof) => enter('/auth/mfa/verify', { token, proof }),
    askSecondPasskey: (token: string) => http.post<PasskeyQuestion>('/auth/mfa/passkey', { token }, open),

    /** A passkey is both factors at once, and no name is asked. */
    askPasskey: () => http.post<PasskeyQuestion>('/auth/passkeys/sign-in/options', {}, open),
    byPasskey: (passkey: PasskeyAnswer) => enter('/auth/passkeys/sign-in', { passkey }),

    /** Where a browser goes to Google; it comes back to this path of ours, with `?google=` and a word. */
    googleAddress: (back: string) => `/api/v1/auth/google?back=${at(back)}`,
    /** In the browser that came back from Google with `done`; with an invitation's token, to join. */
    byGoogle: (invitation?: string) => enter('/auth/google/finish', invitation === undefined ? {} : { invitation }),
    linkGoogle: () => http.post<undefined>('/auth/google/link'),
    unlinkGoogle: () => http.delete('/auth/google'),

    factors: () => http.get<OwnFactors>('/auth/factors'),
    /** What follows must be called within ten minutes of a sign-in, or of this; else it is refused with `proof_required`. */
    prove: (proof: Proof) => http.post<undefined>('/auth/proof', proof),
    askProof: () => http.post<PasskeyQuestion>('/auth/proof/passkey'),

    beginTotp: () => http.post<{ secret: string; uri: string }>('/auth/mfa/totp'),
    /** Recovery codes come with the first factor, and are shown this once. */
    confirmTotp: (code: string) => http.post<{ recoveryCodes: string[] | null }>('/auth/mfa/totp/verify', { code }),
    removeTotp: () => http.delete('/auth/mfa/totp'),
    renewCodes: () => http.post<{ recoveryCodes: string[] }>('/auth/mfa/recovery-codes'),

    askNewPasskey: () => http.post<PasskeyQuestion>('/auth/passkeys/options'),
    addPasskey: (name: string, passkey: PasskeyAnswer) =>
      http.post<{ passkey: OwnPasskey; recoveryCodes: string[] | null }>('/auth/passkeys', { name, passkey }),
    renamePasskey: (id: string, name: string) => http.patch<undefined>(`/auth/passkeys/${at(id)}`, { name }),
    removePasskey: (id: string) => http.delete(`/auth/passkeys/${at(id)}`),
  }
}
