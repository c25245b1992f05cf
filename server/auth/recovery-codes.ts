import { randomBytes } from 'node:crypto'
import { hashOf } from './tokens.ts'

// Crockford's alphabet: nothing that is read as something else. 16 signs are 80 bits, so a plain hash keeps them.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const signs = 16
const codesMax = 10
const likeness: Record<string, string> = { O: '0', I: '1', L: '1' }

/** Ten codes, each good once, for the day on which the other factors are lost. */
export const newRecoveryCodes = () =>
  Array.from({ length: codesMax }, () =>
    [...randomBytes(signs)].map((byte, nth) => (nth > 0 && nth % 4 === 0 ? '-' : '') + alphabet[byte % 32]).join(''),
  )

/** How a code rests. However it was typed: small letters, without its dashes, O for 0. */
export function recoveryHash(accountId: string, code: string) {
  const plain = code
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/[OIL]/g, (sign) => likeness[sign] ?? sign)
  return hashOf(`${accountId}\n${plain}`)
}
