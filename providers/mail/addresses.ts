import { addressParser } from 'postal-mime'
import type { Address } from 'postal-mime'
import { isMailAddress, type Mailbox, sameMailbox } from '../../kernel/mail.ts'

export type Party = Mailbox

const nameMax = 200
/** No line of addresses is longer than this to us; what comes after is not read. */
export const partiesMax = 50

/** Mailboxes in the order in which they stand; groups are opened, and what is no address is left out. */
export function partiesOf(addresses: readonly (Address | undefined)[] | undefined): Party[] {
  const all = (addresses ?? []).flatMap((one) => one?.group ?? (one ? [one] : []))
  return all
    .map(({ name, address }) => ({ name: oneLine(name).slice(0, nameMax), address: (address ?? '').trim() }))
    .filter(({ address }) => isMailAddress(address))
    .slice(0, partiesMax)
}

/** `Nina <nina@example.com>, …`, as a header or a form says it. */
export const parsedParties = (text: string): Party[] => partiesOf(addressParser(text.slice(0, 20_000)))

export const normal = sameMailbox

/** Without anything that would end a line, or a header, or turn the direction of what follows. */
export const oneLine = (text: string) =>
  text
    .replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()

/** As it stands in a header: the name quoted where there is one. */
export const written = ({ name, address }: Party) =>
  name === '' ? address : `"${oneLine(name).replaceAll(/["\\]/g, '')}" <${address}>`
