import type { Language } from './keywords.ts'

/** What a locked telephone shows of a message whose words are nobody's business but its owner's. */
export const pushWords: Readonly<Record<Language, { message: string; test: string }>> = {
  en: { message: 'You have a new message.', test: 'This is a test.' },
  de: { message: 'Sie haben eine neue Nachricht.', test: 'Das ist ein Test.' },
  es: { message: 'Tiene un mensaje nuevo.', test: 'Esto es una prueba.' },
  fr: { message: 'Vous avez un nouveau message.', test: 'Ceci est un test.' },
  pt: { message: 'Tem uma nova mensagem.', test: 'Isto é um teste.' },
  it: { message: 'Ha un nuovo messaggio.', test: 'Questa è una prova.' },
  nl: { message: 'U hebt een nieuw bericht.', test: 'Dit is een test.' },
  hi: { message: 'आपके लिए एक नया संदेश है।', test: 'यह एक परीक्षण है।' },
  ar: { message: 'لديك رسالة جديدة.', test: 'هذا اختبار.' },
}
