import { createHash, randomBytes } from 'node:crypto'
import { v7 } from 'uuid'

/** `usr_0190…`: says what it names, and sorts by the time of its making. */
export const newId = (prefix: string) => `${prefix}_${v7().replaceAll('-', '')}`

/** The same id from the same origin: whoever repeats a request, repeats its ids. */
export const derivedId = (prefix: string, ...origin: (string | number)[]) =>
  `${prefix}_${createHash('sha256').update(JSON.stringify(origin)).digest('hex').slice(0, 32)}`

/** When an id was made that ends in a UUIDv7, with or without its dashes: epoch ms by its maker's clock. */
export function madeAt(id: string): number | undefined {
  const found = /([0-9a-f]{8})-?([0-9a-f]{4})-?7[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.exec(id)
  return found ? Number.parseInt(`${found[1]}${found[2]}`, 16) : undefined
}

/** A secret that nobody guesses: 256 bits, safe in a URL. */
export const newSecret = () => randomBytes(32).toString('base64url')

/** One conversation per person, for ever: two first messages cannot make two. */
export const conversationIdOf = (userId: string) => `c_${userId}`
/** Whose conversation it is. */
export const userIdOf = (conversationId: string) => conversationId.slice(conversationIdOf('').length)
