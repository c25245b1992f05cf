/** What forms in Slack say. */
export interface FormWords {
  titles: { reply: string; note: string; assign: string }
  submits: { reply: string; note: string; assign: string }
  close: string
  labels: { reply: string; note: string; assign: string; mentions: string }
  /** How it leaves, and who sees it. */
  hints: { reply: string; note: string }
  /** Where what was said is not shown in Slack. */
  readIt: string
  open: string
  business: string
  file: string
  nobody: string
  meanwhile: string
  alreadySent: string
  alreadySentTitle: string
  tooLate: string
  empty: string
  linkOffer: string
  linkPress: string
  linkSays(minutes: number): string
  linkOpen: string
}

const en: FormWords = {
  titles: { reply: 'Answer', note: 'Note for colleagues', assign: 'Who looks after it' },
  submits: { reply: 'Send', note: 'Leave it', assign: 'Save' },
  close: 'Cancel',
  labels: { reply: 'Your answer', note: 'Your note', assign: 'Colleague', mentions: 'Ask somebody to look' },
  hints: {
    reply: 'It goes to the person as you, by the channel that they use.',
    note: 'Colleagues read it in Careline; the person never does.',
  },
  readIt: 'What was said stands in Careline.',
  open: 'Open the conversation',
  business: 'We',
  file: 'a file',
  nobody: 'Nobody',
  meanwhile:
    'Something was said meanwhile, and nothing of yours was sent yet. Read it, and send again if it still fits.',
  alreadySent:
    'Your answer had been sent before, in other words. What you changed since was not sent: look at the conversation.',
  alreadySentTitle: 'It was sent already',
  tooLate: 'This form stood open for too long. Copy your words, close it, and press the button again.',
  empty: 'Please write something.',
  linkOffer: 'Or link your Slack account with your account at Careline.',
  linkPress: 'Link my account',
  linkSays: (minutes) =>
    `Open this within ${minutes} minutes, signed in to Careline as yourself. Nobody else sees it: do not pass it on.`,
  linkOpen: 'Link it in Careline',
}

const de: FormWords = {
  titles: { reply: 'Antworten', note: 'Notiz fürs Team', assign: 'Wer sich kümmert' },
  submits: { reply: 'Senden', note: 'Ablegen', assign: 'Speichern' },
  close: 'Abbrechen',
  labels: {
    reply: 'Ihre Antwort',
    note: 'Ihre Notiz',
    assign: 'Aus dem Team',
    mentions: 'Jemanden bitten nachzusehen',
  },
  hints: {
    reply: 'Sie geht in Ihrem Namen an die Person, auf dem Weg, den sie nutzt.',
    note: 'Das Team liest sie in Careline; die Person nie.',
  },
  readIt: 'Was gesagt wurde, steht in Careline.',
  open: 'Gespräch öffnen',
  business: 'Wir',
  file: 'eine Datei',
  nobody: 'Niemand',
  meanwhile:
    'Inzwischen wurde etwas gesagt, und von Ihnen noch nichts gesendet. Bitte lesen und, wenn es noch passt, erneut senden.',
  alreadySent:
    'Ihre Antwort wurde vorher schon gesendet, mit anderen Worten. Was Sie seither geändert haben, nicht: bitte ins Gespräch sehen.',
  alreadySentTitle: 'Schon gesendet',
  tooLate: 'Dieses Formular war zu lange offen. Bitte den Text kopieren, schließen und den Knopf noch einmal drücken.',
  empty: 'Bitte schreiben Sie etwas.',
  linkOffer: 'Oder verknüpfen Sie Ihr Slack-Konto mit Ihrem Konto bei Careline.',
  linkPress: 'Mein Konto verknüpfen',
  linkSays: (minutes) =>
    `Bitte binnen ${minutes} Minuten öffnen, bei Careline angemeldet. Niemand sonst sieht das: nicht weitergeben.`,
  linkOpen: 'In Careline verknüpfen',
}

export const formWordsIn = (locale: string) => (/^de\b/i.test(locale) ? de : en)
