const en = {
  language: 'en',
  title: 'Your data',
  asks: (business: string) => `What may ${business} do for you?`,
  export: 'Give me a copy of everything that you keep of me',
  erasure: 'Erase everything that you keep of me',
  known: 'Your number or e-mail address, as they know you by it',
  send: 'Send me a code',
  sent: (address: string) =>
    `If ${address} is known there, a code is on its way. It is good for ten minutes, and shows that it is you.`,
  code: 'Code',
  ask: 'Ask for it',
  other: 'Another number or address',
  stands: (due: string) => `Your request has been received. It will be answered by ${due} at the latest.`,
  none: 'There is no such business here.',
  wrong: 'This code is not right, or not good any more. Whoever is not known there gets none.',
  failed: 'This did not work. Please try it again a little later.',
}
export type PrivacyWords = typeof en

const de: PrivacyWords = {
  language: 'de',
  title: 'Ihre Daten',
  asks: (business) => `Was soll ${business} für Sie tun?`,
  export: 'Mir eine Kopie von allem geben, was Sie über mich aufbewahren',
  erasure: 'Alles löschen, was Sie über mich aufbewahren',
  known: 'Ihre Nummer oder E-Mail-Adresse, unter der man Sie dort kennt',
  send: 'Code senden',
  sent: (address) =>
    `Wenn ${address} dort bekannt ist, ist ein Code unterwegs. Er gilt zehn Minuten und zeigt, dass Sie es sind.`,
  code: 'Code',
  ask: 'Anfrage stellen',
  other: 'Andere Nummer oder Adresse',
  stands: (due) => `Ihre Anfrage ist eingegangen. Sie wird spätestens am ${due} beantwortet.`,
  none: 'Diesen Betrieb gibt es hier nicht.',
  wrong: 'Dieser Code stimmt nicht oder gilt nicht mehr. Wer dort nicht bekannt ist, bekommt keinen.',
  failed: 'Das hat nicht geklappt. Bitte versuchen Sie es etwas später noch einmal.',
}

export const privacyWordsIn = (tag: string): PrivacyWords => (tag.toLowerCase().startsWith('de') ? de : en)
