import { createHmac, randomInt } from 'node:crypto'

/** Six digits. */
export const freshCode = () => String(randomInt(1_000_000)).padStart(6, '0')

/** Codes are too short to be hashed alone: with a key of the installation, and with what they open. */
export const hashOfCode = (secret: string, target: string, code: string) =>
  createHmac('sha256', secret).update(`${target}\n${code}`).digest('base64url')
