import { isSupportedCountry, parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max'

/** What a number is by its country's plan; `other` where the plan does not say. */
export const phoneKinds = ['mobile', 'landline', 'mobile_or_landline', 'voip', 'costly', 'other'] as const
export type PhoneKind = (typeof phoneKinds)[number]

/** A telephone number that can exist. */
export interface Phone {
  /** `+` and digits, in the spelling in which it was given. */
  e164: string
  /** ISO 3166; null where several countries share the code, or none has it. */
  country: string | null
  kind: PhoneKind
  /** As people of that country write it, and as others do. */
  national: string
  international: string
}

const kinds: Record<string, PhoneKind> = {
  MOBILE: 'mobile',
  FIXED_LINE: 'landline',
  FIXED_LINE_OR_MOBILE: 'mobile_or_landline',
  VOIP: 'voip',
  PREMIUM_RATE: 'costly',
  SHARED_COST: 'costly',
  // A personal number forwards to anywhere, at its caller's cost.
  PERSONAL_NUMBER: 'costly',
}
const writtenMax = 64
const plain = (written: string) => `+${written.replace(/\D/g, '')}`

/**
 * The number that somebody wrote, or undefined where no such number can exist. `country` (ISO 3166) is whose plan a
 * number without `+` is read by. libphonenumber rewrites some numbers to the spelling of today (Mexico's 52 1): what it
 * is asked for is whether a number exists; the spelling stays as it was given (model.md, "Message identity match").
 */
export function phoneOf(written: string, country?: string): Phone | undefined {
  if (written.length > writtenMax) return undefined
  const found = existing(written, country)
  if (!found) return undefined
  const asWritten = plain(written)
  const isSpelling = /^\s*\+/.test(written) && spellingsOf(found.number).includes(asWritten)
  return {
    e164: isSpelling ? asWritten : found.number,
    country: found.country ?? null,
    kind: kinds[found.getType() ?? ''] ?? 'other',
    national: found.formatNational(),
    international: found.formatInternational(),
  }
}

/** Valid as it is written, or in its other spelling: Brazil's mobiles without their ninth digit are in no plan any more. */
function existing(written: string, country?: string): PhoneNumber | undefined {
  const plan = country !== undefined && isSupportedCountry(country) ? country : undefined
  const asked = { extract: false, ...(plan && { defaultCountry: plan }) }
  const parsed = parsePhoneNumberFromString(written, asked)
  if (!parsed || parsed.ext) return undefined
  if (parsed.isValid()) return parsed
  const others = spellingsOf(parsed.number).slice(1)
  return others.map((other) => parsePhoneNumberFromString(other)).find((other) => other?.isValid())
}

/** This number, and the other spellings under which the same mobile may be known; with `+`. */
export const spellingsOf = (e164: string): string[] => [
  e164,
  ...otherSpellings(e164.slice(1)).map((digits) => `+${digits}`),
]

/**
 * Other spellings under which the same mobile may be known: Brazil's ninth digit, Mexico's 52 1, Argentina's 54 9.
 * Numbers are never rewritten, only matched (model.md, "Message identity match"). Digits without `+` in and out.
 */
export function otherSpellings(digits: string): string[] {
  const brazil = /^55(\d{2})(9?)(\d{8})$/.exec(digits)
  if (brazil) {
    const [, area = '', ninth, rest = ''] = brazil
    const isMobile = /^[6-9]/.test(rest)
    return isMobile ? [ninth ? `55${area}${rest}` : `55${area}9${rest}`] : []
  }
  const mexico = /^52(1?)(\d{10})$/.exec(digits)
  if (mexico) return [mexico[1] ? `52${mexico[2]}` : `521${mexico[2]}`]
  const argentina = /^54(9?)(\d{10})$/.exec(digits)
  if (argentina) return [argentina[1] ? `54${argentina[2]}` : `549${argentina[2]}`]
  return []
}

/**
 * Whose a number is that nobody has in the spelling in which it came: the one who has it in another. Where several have,
 * nobody: people are never joined without evidence.
 */
export async function soleHolder(
  otherSpellings: readonly string[],
  holder: (spelling: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const found = new Set((await Promise.all(otherSpellings.map(holder))).filter((one) => one !== undefined))
  return found.size === 1 ? [...found][0] : undefined
}
