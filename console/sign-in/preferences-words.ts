import { more, type Says } from './preferences-languages.ts'

const en: Says = {
  language: 'en',
  title: 'What you get from us',
  asks: (business) => `${business} writes to you as you choose here.`,
  stop: (what, channel) => `No more: ${what} by ${channel}`,
  stopped: 'Done. You will get no more of it.',
  save: 'Save what I chose',
  saved: 'Saved.',
  gone: 'This link is not valid any more.',
  failed: 'This did not reach us. Please try it again.',
  channels: { whatsapp: 'WhatsApp', sms: 'SMS', email: 'e-mail', app: 'app' },
  purposes: {
    conversational: { name: 'Answers', means: 'To what you write to us.' },
    transactional: { name: 'What you asked for', means: 'Confirmations, reminders, receipts.' },
    operational: { name: 'What concerns your matters', means: 'Changes, notices, questions about our service.' },
    marketing: { name: 'Offers and news', means: 'What we would like you to know.' },
  },
}
const de: Says = {
  language: 'de',
  title: 'Was Sie von uns bekommen',
  asks: (business) => `${business} schreibt Ihnen so, wie Sie es hier wählen.`,
  stop: (what, channel) => `Nicht mehr: ${what} per ${channel}`,
  stopped: 'Erledigt. Davon bekommen Sie nichts mehr.',
  save: 'Meine Auswahl speichern',
  saved: 'Gespeichert.',
  gone: 'Dieser Link gilt nicht mehr.',
  failed: 'Das hat uns nicht erreicht. Bitte versuchen Sie es noch einmal.',
  channels: { whatsapp: 'WhatsApp', sms: 'SMS', email: 'E-Mail', app: 'App' },
  purposes: {
    conversational: { name: 'Antworten', means: 'Auf das, was Sie uns schreiben.' },
    transactional: { name: 'Was Sie bestellt haben', means: 'Bestätigungen, Erinnerungen, Belege.' },
    operational: { name: 'Was Ihre Anliegen betrifft', means: 'Änderungen, Hinweise, Fragen zu unserer Arbeit.' },
    marketing: { name: 'Angebote und Neues', means: 'Was wir Ihnen gern mitteilen.' },
  },
}
const all: readonly Says[] = [en, de, ...more]

/** Of a tag like `de-AT`; in English where there are no others. */
export function preferencesWords(tag: string): Says {
  const language = tag.toLowerCase().split('-')[0]
  return all.find((one) => one.language === language) ?? en
}
