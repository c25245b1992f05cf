import type { Letter } from '../../actors/letterbox/contract.ts'

export interface Words {
  subject: string
  /** Paragraphs before the link. */
  before: string[]
  /** What stands on the button; nothing where there is no link. */
  press: string
  after: string[]
}

type Spoken = Exclude<Letter, { about: 'nobody' }>
type Of<About extends Spoken['about']> = Extract<Spoken, { about: About }>
/** Every letter in one language. */
export type Language = { [About in Spoken['about']]: (letter: Of<About>) => Words }

const en: Language = {
  sign_in: ({ code, minutes }) => ({
    subject: `${code} is your sign-in code`,
    before: [`Open the link, or type this code where you are signing in: ${code}`],
    press: 'Sign in',
    after: [`Both are good once, for ${minutes} minutes. If you did not ask for them, nothing has happened.`],
  }),
  password: ({ minutes }) => ({
    subject: 'Set a new password',
    before: ['Somebody, most likely you, wants to set a new password for this address.'],
    press: 'Set a new password',
    after: [`The link is good once, for ${minutes} minutes. If it was not you, your password stays as it is.`],
  }),
  invitation: ({ name, workspace, days }) => ({
    subject: `You are invited to ${workspace}`,
    before: [`Hello ${name},`, `${workspace} would like you to join their team on Careline.`],
    press: 'See the invitation',
    after: [`The link is good once, for ${days} days.`],
  }),
}

const de: Language = {
  sign_in: ({ code, minutes }) => ({
    subject: `${code} ist Ihr Anmeldecode`,
    before: [`Öffnen Sie den Link, oder geben Sie dort, wo Sie sich anmelden, diesen Code ein: ${code}`],
    press: 'Anmelden',
    after: [`Beides gilt einmal und ${minutes} Minuten lang. Wenn Sie nichts angefordert haben, ist nichts geschehen.`],
  }),
  password: ({ minutes }) => ({
    subject: 'Neues Passwort festlegen',
    before: ['Jemand, wahrscheinlich Sie, möchte für diese Adresse ein neues Passwort festlegen.'],
    press: 'Neues Passwort festlegen',
    after: [`Der Link gilt einmal und ${minutes} Minuten lang. Wenn Sie es nicht waren, bleibt Ihr Passwort bestehen.`],
  }),
  invitation: ({ name, workspace, days }) => ({
    subject: `Einladung zu ${workspace}`,
    before: [`Guten Tag ${name},`, `${workspace} lädt Sie ein, im Team auf Careline mitzuarbeiten.`],
    press: 'Einladung ansehen',
    after: [`Der Link gilt einmal und ${days} Tage lang.`],
  }),
}

const languages: Record<string, Language> = { en, de }

/** In the language of this BCP 47 tag, or in English where it is not spoken here. */
export function wordsOf(letter: Spoken, tag: string): { words: Words; language: string } {
  const [base = ''] = tag.toLowerCase().split('-')
  const language = Object.hasOwn(languages, base) ? base : 'en'
  const say = (languages[language] ?? en)[letter.about] as (letter: Spoken) => Words
  return { words: say(letter), language }
}
