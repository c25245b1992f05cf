import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'
import type { PasskeyAnswer, PasskeyQuestion } from '../../client/security.ts'

/** Whether this page, in this browser, can use passkeys: they are bound to one address. */
export const hasPasskeys = (passkeysAt: string | null | undefined) =>
  passkeysAt === location.origin && browserSupportsWebAuthn()

/** Asks the person for one of their passkeys. @throws PasskeyNotShown */
export const showPasskey = (question: PasskeyQuestion): Promise<PasskeyAnswer> =>
  answered(startAuthentication({ optionsJSON: question as unknown as PublicKeyCredentialRequestOptionsJSON }))

/** Makes a new one. @throws PasskeyNotShown */
export const makePasskey = (question: PasskeyQuestion): Promise<PasskeyAnswer> =>
  answered(startRegistration({ optionsJSON: question as unknown as PublicKeyCredentialCreationOptionsJSON }))

/** Nothing was shown: the person went back, took too long, or the device has none that fits. */
export class PasskeyNotShown extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause })
  }
}

async function answered(asking: Promise<PasskeyAnswer>) {
  try {
    return await asking
  } catch (error) {
    const isKnown = error instanceof Error && error.name === 'InvalidStateError'
    throw new PasskeyNotShown(isKnown ? 'This device has a passkey of yours already.' : 'No passkey was used.', error)
  }
}
