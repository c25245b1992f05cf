import type { ChannelKind } from './channel-kind.ts'

/** What somebody means who writes one of the words that have a meaning of their own. */
export type Compliance = 'stop' | 'start' | 'help'
export type Trigger = 'skip' | 'help' | 'done'

/** In one form whatever the keyboard made of it: NFKC, no punctuation, one space, no case. */
export function plain(text: string): string {
  const spaced = text.normalize('NFKC').replace(/[\p{P}\p{S}\p{C}]+/gu, ' ')
  return spaced.trim().replace(/\s+/g, ' ').toLowerCase()
}

/**
 * Twilio's own list (support.twilio.com, "Twilio support for opt-out keywords"), to which it answers by itself and after
 * which it refuses us. On SMS alone: CANCEL, END, QUIT and YES are answers to questions everywhere else.
 */
const ofCarriers: Readonly<Record<Compliance, readonly string[]>> = {
  stop: ['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'revoke', 'optout'],
  start: ['start', 'yes', 'unstop'],
  help: ['help', 'info'],
}

/** Whole messages, on every channel, whatever language the person is taken to speak. By language, as `plain` has them. */
const stopWords = {
  en: ['stop', 'stopall', 'stop all', 'unsubscribe', 'opt out', 'optout', 'stop messages', 'stop messaging me'],
  de: ['stopp', 'abmelden', 'abbestellen', 'keine nachrichten mehr', 'austragen'],
  es: ['alto', 'parar', 'cancelar suscripción', 'cancelar suscripcion', 'darme de baja', 'dar de baja', 'baja'],
  fr: ['arrêt', 'arret', 'arrêter', 'arreter', 'désabonner', 'desabonner', 'désinscrire', 'desinscrire'],
  pt: ['parar', 'pare', 'sair', 'cancelar inscrição', 'cancelar inscricao', 'descadastrar'],
  it: ['ferma', 'fermare', 'cancellami', 'disiscrivimi', 'annulla iscrizione'],
  nl: ['stoppen', 'afmelden', 'uitschrijven'],
  hi: ['रोकें', 'बंद करें'],
  ar: ['توقف', 'إيقاف', 'ايقاف', 'إلغاء الاشتراك'],
} as const
const startWords = {
  en: ['start', 'unstop', 'subscribe', 'opt in', 'optin'],
  de: ['anmelden', 'starten', 'wieder anmelden'],
  es: ['empezar', 'comenzar', 'suscribir', 'suscribirme'],
  fr: ['démarrer', 'demarrer', 'reprendre', 'abonner'],
  pt: ['começar', 'comecar', 'voltar', 'inscrever'],
  it: ['inizia', 'iscrivimi'],
  nl: ['aanmelden', 'starten'],
  hi: ['शुरू करें'],
  ar: ['ابدأ', 'اشتراك'],
} as const
const helpWords = {
  en: ['help', 'info'],
  de: ['hilfe'],
  es: ['ayuda', 'información', 'informacion'],
  fr: ['aide'],
  pt: ['ajuda', 'informação', 'informacao'],
  it: ['aiuto'],
  nl: ['hulp'],
  hi: ['मदद', 'सहायता'],
  ar: ['مساعدة'],
} as const

export type Language = keyof typeof stopWords
const lists = { stop: stopWords, start: startWords, help: helpWords } as const

const skipWords: Readonly<Record<Language, readonly string[]>> = {
  en: ['skip', 'pass'],
  de: ['überspringen', 'auslassen'],
  es: ['saltar', 'omitir'],
  fr: ['passer', 'sauter'],
  pt: ['pular', 'saltar'],
  it: ['salta', 'saltare'],
  nl: ['overslaan', 'sla over'],
  hi: ['छोड़ें'],
  ar: ['تخطي'],
}
const doneWords: Readonly<Record<Language, readonly string[]>> = {
  en: ['done', 'finished', 'completed'],
  de: ['fertig', 'erledigt', 'geschafft'],
  es: ['hecho', 'listo', 'terminado'],
  fr: ['fait', 'terminé', 'termine', 'fini'],
  pt: ['feito', 'pronto', 'terminei'],
  it: ['fatto', 'finito'],
  nl: ['klaar', 'gedaan'],
  hi: ['हो गया'],
  ar: ['تم', 'انتهيت'],
}

interface Found<Word> {
  word: Word
  /** Of the list that it stands in; the answer is in it. */
  language: Language
}

/** A message that is one of these words and nothing else. STOP comes before START, and both before HELP. */
export function complianceOf(text: string, kind: ChannelKind, isOptedOut: boolean): Found<Compliance> | undefined {
  const said = plain(text)
  if (said === '' || said.length > longest) return undefined
  for (const word of ['stop', 'start', 'help'] as const) {
    // START, and YES above all, says yes to something else unless there was a STOP.
    if (word === 'start' && !isOptedOut) continue
    if (kind === 'sms' && ofCarriers[word].includes(said))
      return { word, language: languageOf(lists[word], said) ?? 'en' }
    const language = languageOf(lists[word], said)
    if (language) return { word, language }
  }
  return undefined
}

/** The whole message, or the first word of at most three. */
export function triggerOf(text: string): Found<Trigger> | undefined {
  const said = plain(text)
  if (said === '' || said.length > longest) return undefined
  const words = said.split(' ')
  const first = words.length <= triggerWordsMax ? words[0] : undefined
  for (const [word, list] of triggers)
    for (const one of [said, first]) {
      const language = one === undefined ? undefined : languageOf(list, one)
      if (language) return { word, language }
    }
  return undefined
}

const triggerWordsMax = 3
const longest = 64
const triggers = [
  ['skip', skipWords],
  ['done', doneWords],
  ['help', helpWords],
] as const

const languageOf = (list: Readonly<Record<Language, readonly string[]>>, said: string) =>
  (Object.keys(list) as Language[]).find((language) => list[language].includes(said))

/** The number or the label by which somebody picks one of several: `2`, `2.`, `two` is none, `Tuesday` is. */
export function pickOf<Choice extends { title: string }>(text: string, choices: readonly Choice[]): Choice | undefined {
  const said = plain(text)
  if (said === '') return undefined
  const labelled = choices.filter(({ title }) => plain(title) === said)
  if (labelled.length === 1) return labelled[0]
  return /^\d{1,2}$/.test(said) ? choices[Number(said) - 1] : undefined
}
