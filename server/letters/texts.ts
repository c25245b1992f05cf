import type { Going, Words } from '../../actors/messenger/contract.ts'

type Spoken = Exclude<Words, { about: 'nobody' }>
/**
 * The words of a text in one language. They fit one message of 160 characters, with an address of 40: in Latin letters
 * of GSM 03.38 alone (which has no `ó`, `í` or `ã`), for one other letter makes it three messages of 67. Others are.
 */
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
const es: Language = {
  sign_in: ({ code, minutes }) =>
    `${code} es su clave para entrar en Careline. Sirve ${minutes} minutos. No la diga a nadie.`,
  own_number: ({ code, minutes }) =>
    `${code} confirma que esta SIM es suya. Sirve ${minutes} minutos. No lo diga a nadie.`,
}
const fr: Language = {
  sign_in: ({ code, minutes }) =>
    `${code} est votre code de connexion Careline, valable ${minutes} minutes. Ne le dites à personne.`,
  own_number: ({ code, minutes }) =>
    `${code} prouve que ce numéro est à vous. Valable ${minutes} minutes. Ne le dites à personne.`,
}
const pt: Language = {
  sign_in: ({ code, minutes }) =>
    `${code} é a sua chave para entrar no Careline. Vale ${minutes} minutos. Nunca a diga a outra pessoa.`,
  own_number: ({ code, minutes }) =>
    `${code} prova que este telefone é seu. Vale ${minutes} minutos. Nunca diga isto a outra pessoa.`,
}
const it: Language = {
  sign_in: ({ code, minutes }) =>
    `${code} è il codice per accedere a Careline. Vale ${minutes} minuti. Non lo dica a nessuno.`,
  own_number: ({ code, minutes }) =>
    `${code} prova che questo numero è Suo. Vale ${minutes} minuti. Non lo dica a nessuno.`,
}
const nl: Language = {
  sign_in: ({ code, minutes }) =>
    `${code} is uw inlogcode voor Careline, ${minutes} minuten geldig. Geef hem aan niemand.`,
  own_number: ({ code, minutes }) =>
    `${code} bewijst dat dit nummer van u is, ${minutes} minuten geldig. Geef de code aan niemand.`,
}
const hi: Language = {
  sign_in: ({ code, minutes }) => `${code} Careline में साइन इन करने का कोड है। ${minutes} मिनट तक मान्य। किसी को न बताएँ।`,
  own_number: ({ code, minutes }) => `${code} साबित करता है कि यह नंबर आपका है। ${minutes} मिनट तक मान्य। किसी को न बताएँ।`,
}
const ar: Language = {
  sign_in: ({ code, minutes }) => `${code} هو رمز دخولك إلى Careline، صالح ${minutes} دقائق. لا تخبر به أحدًا.`,
  own_number: ({ code, minutes }) => `${code} يثبت أن هذا الرقم لك، صالح ${minutes} دقائق. لا تخبر به أحدًا.`,
}
const languages: Record<string, Language> = { en, de, es, fr, pt, it, nl, hi, ar }

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
