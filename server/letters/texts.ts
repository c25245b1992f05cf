import type { Going, Words } from '../../actors/messenger/contract.ts'

type Spoken = Exclude<Words, { about: 'nobody' }>
/** The words of a text in one language: they fit one message of 160 characters, with an address of 40. */
type Language = Record<Spoken['about'], (words: Spoken) => string>

const en: Language = {
  sign_in: ({ code, minutes }) =>
    `${code} is your Careline sign-in code, good for ${minutes} minutes. Never tell it to anybody.`,
  own_number: ({ code, minutes }) =>
    `${code} proves that this number is yours. It is good for ${minutes} minutes. Never tell it to anybody.`,
}
const de: Language = {
  sign_in: ({ code, minutes }) =>
    `${code} ist Ihr Anmeldecode für Careline. Er gilt ${minutes} Minuten. Sagen Sie ihn niemandem.`,
  own_number: ({ code, minutes }) =>
    `${code} beweist, dass diese Nummer Ihnen gehört. Der Code gilt ${minutes} Minuten. Sagen Sie ihn niemandem.`,
}
const languages: Record<string, Language> = { en, de }

/** The language that is spoken here for this BCP 47 tag. */
export function spokenFor(tag: string): string {
  const [base = ''] = tag.toLowerCase().split('-')
  return Object.hasOwn(languages, base) ? base : 'en'
}

/**
 * A code as a text. Its last line binds it to our own pages: a telephone that reads it fills it in there, and nowhere
 * else (WICG, "Origin-bound one-time codes delivered via SMS").
 */
export function textOf({ words, language }: Pick<Going, 'words' | 'language'>, url: string): string {
  if (words.about === 'nobody') throw new Error('a text to nobody was to be sent')
  const says = (languages[spokenFor(language)] ?? en)[words.about](words)
  return `${says}\n\n@${new URL(url).hostname} #${words.code}`
}
