import type { Language } from './keywords.ts'

/** What stands before the link at the foot of a mail that can be ended by one click. */
export const unsubscribeWords: Readonly<Record<Language, string>> = {
  en: 'Unsubscribe',
  de: 'Abbestellen',
  es: 'Darse de baja',
  fr: 'Se désabonner',
  pt: 'Cancelar a subscrição',
  it: 'Annulla l’iscrizione',
  nl: 'Afmelden',
  hi: 'सदस्यता समाप्त करें',
  ar: 'إلغاء الاشتراك',
}
