/** What can be missing on the way to being active. */
export type Lack =
  | 'business_unseen'
  | 'email_unproven'
  | 'hours_missing'
  | 'channel_missing'
  | 'channel_simulated'
  | 'channel_unverified'
  | 'staff_alone'
  | 'service_missing'
  | 'service_without_time'
  | 'privacy_url_missing'

type Language = Readonly<Record<Lack, string>>

const en: Language = {
  business_unseen: 'Look at the name, the time zone and the currency of your business, and say that they are right.',
  email_unproven: 'No owner has confirmed their e-mail address yet: ask for a letter, and open its link.',
  hours_missing: 'Say when you are open.',
  channel_missing: 'Connect a channel, so that messages can reach people.',
  channel_simulated:
    'Only simulated channels are connected: they are there to try everything, and reach nobody. Connect a real one.',
  channel_unverified: 'A channel is connected, and no message has left through it yet: send a test.',
  staff_alone: 'Nobody else works here yet: invite somebody, or go on by yourself.',
  service_missing: 'Add a service that people can book.',
  service_without_time: 'No service fits into your opening hours in the next 14 days: change the hours, or its length.',
  privacy_url_missing: 'Say where people can read what becomes of their data: the address of your privacy notice.',
}

const de: Language = {
  business_unseen: 'Sehen Sie Name, Zeitzone und Währung Ihres Geschäfts an, und bestätigen Sie, dass sie stimmen.',
  email_unproven:
    'Noch hat niemand als Inhaber seine E-Mail-Adresse bestätigt: fordern Sie einen Brief an, und öffnen Sie seinen Link.',
  hours_missing: 'Sagen Sie, wann Sie geöffnet haben.',
  channel_missing: 'Verbinden Sie einen Kanal, damit Nachrichten ankommen können.',
  channel_simulated:
    'Nur simulierte Kanäle sind verbunden: mit ihnen lässt sich alles ausprobieren, doch sie erreichen niemanden. Verbinden Sie einen echten.',
  channel_unverified: 'Ein Kanal ist verbunden, aber noch keine Nachricht ist hinausgegangen: senden Sie einen Test.',
  staff_alone: 'Noch arbeitet hier niemand sonst: laden Sie jemanden ein, oder machen Sie allein weiter.',
  service_missing: 'Legen Sie eine Leistung an, die man buchen kann.',
  service_without_time:
    'Keine Leistung passt in den nächsten 14 Tagen in Ihre Öffnungszeiten: ändern Sie die Zeiten oder die Dauer.',
  privacy_url_missing:
    'Sagen Sie, wo man liest, was mit den eigenen Daten geschieht: die Adresse Ihrer Datenschutzhinweise.',
}

const languages: Readonly<Record<string, Language>> = { en, de }

/** In the first of these languages (BCP 47) that is spoken here, else in English. */
export function lackIn(tags: readonly string[]): (lack: Lack) => string {
  const bases = tags.map((tag) => tag.trim().toLowerCase().split(/[-_;]/)[0] ?? '')
  const spoken = bases.find((base) => Object.hasOwn(languages, base)) ?? 'en'
  return (lack) => (languages[spoken] ?? en)[lack]
}
