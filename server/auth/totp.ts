import { Secret, TOTP } from 'otpauth'

// RFC 6238 with the values that every authenticator app takes: SHA-1, six digits, 30 seconds. RFC 4226 asks for 160 bits.
const secretBytes = 20
const stepMs = 30_000
const shape = { issuer: 'Careline', algorithm: 'SHA1', digits: 6, period: 30 } as const

/** Base32, as it is typed where no camera is at hand. */
export const newTotpSecret = () => new Secret({ size: secretBytes }).base32

/** What an authenticator app reads from the picture. */
export const totpUri = (secret: string, label: string) =>
  new TOTP({ ...shape, label, secret: Secret.fromBase32(secret) }).toString()

/** The step of 30 s that this code belongs to, one before and one after now included; undefined where it is none. */
export function stepOf(secret: string, code: string, now: number): number | undefined {
  const totp = new TOTP({ ...shape, secret: Secret.fromBase32(secret) })
  const delta = totp.validate({ token: code, timestamp: now, window: 1 })
  return delta === null ? undefined : Math.floor(now / stepMs) + delta
}
