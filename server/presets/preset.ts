import type { Interval } from '../../kernel/hours.ts'
import type { Module } from '../../kernel/modules.ts'

/** In English and in German. */
export type Spoken = readonly [en: string, de: string]

/** What a kind of business usually begins with. Everything of it may be changed afterwards. */
export interface Preset {
  name: string
  says: string
  modules: readonly Module[]
  /** Of Monday to Friday, and of Saturday. */
  weekdays: readonly Interval[]
  saturday: readonly Interval[]
  /** `price`: in whole units of whatever currency the business has. */
  services: readonly { key: string; name: Spoken; minutes: number; price: number }[]
  teams: readonly { key: string; name: Spoken }[]
  /** What people and conversations are labelled with, in small letters. */
  tags: readonly Spoken[]
  /** Beside those that every business begins with. */
  answers: readonly PreparedAnswer[]
  /** How long machines keep silent after a person wrote. */
  pauseHours: number
}

/** A canned answer, in both languages, whichever the business speaks: people are answered in theirs. */
export interface PreparedAnswer {
  shortcut: Spoken
  name: Spoken
  text: Spoken
}

/** What every business says. */
export const commonAnswers: readonly PreparedAnswer[] = [
  {
    shortcut: ['hello', 'hallo'],
    name: ['Greeting', 'Begrüßung'],
    text: [
      'Hello {{person.firstName|there}}, thank you for your message. How can we help?',
      'Guten Tag, vielen Dank für Ihre Nachricht. Wie können wir helfen?',
    ],
  },
  {
    shortcut: ['later', 'später'],
    name: ['We answer later', 'Wir antworten später'],
    text: [
      'Thank you, we have your message and answer as soon as we can.',
      'Danke, wir haben Ihre Nachricht und antworten, sobald wir können.',
    ],
  },
  {
    shortcut: ['bye', 'abschied'],
    name: ['Farewell', 'Abschied'],
    text: [
      'You are welcome! Write to us whenever there is something. {{member.firstName}}, {{workspace.name}}',
      'Sehr gern! Schreiben Sie uns, wenn etwas ist. {{member.firstName}}, {{workspace.name}}',
    ],
  },
]

export const presetNames = ['clinic', 'therapy', 'gym', 'salon'] as const
export type PresetName = (typeof presetNames)[number]

const span = (from: string, to: string): Interval => ({ from, to })

export const presets: Readonly<Record<PresetName, Preset>> = {
  clinic: {
    name: 'Clinic',
    says: 'Appointments with doctors, forms before the visit, recalls.',
    modules: ['inbox', 'bookings', 'forms', 'inventory', 'campaigns', 'payments'],
    weekdays: [span('08:30', '12:30'), span('14:00', '18:00')],
    saturday: [],
    services: [
      { key: 'check-up', name: ['Check-up', 'Untersuchung'], minutes: 30, price: 60 },
      { key: 'first-visit', name: ['First visit', 'Erstbesuch'], minutes: 45, price: 90 },
      { key: 'follow-up', name: ['Follow-up', 'Nachsorge'], minutes: 15, price: 35 },
    ],
    teams: [
      { key: 'reception', name: ['Reception', 'Empfang'] },
      { key: 'doctors', name: ['Doctors', 'Ärztinnen und Ärzte'] },
    ],
    tags: [
      ['new patient', 'neu'],
      ['recall', 'recall'],
      ['insurance', 'versicherung'],
    ],
    answers: [
      {
        shortcut: ['emergency', 'notfall'],
        name: ['In an emergency', 'Im Notfall'],
        text: [
          'If this is an emergency, please call 112 now: we do not read messages all the time.',
          'Wenn dies ein Notfall ist, rufen Sie bitte jetzt 112 an: Wir lesen Nachrichten nicht durchgehend.',
        ],
      },
    ],
    pauseHours: 24,
  },
  therapy: {
    name: 'Therapy platform',
    says: 'Sessions with therapists over weeks, exercises, calls, groups.',
    modules: ['inbox', 'bookings', 'forms', 'calls', 'events', 'payments', 'content', 'habits'],
    weekdays: [span('08:00', '21:00')],
    saturday: [span('09:00', '14:00')],
    services: [
      { key: 'first-talk', name: ['First talk', 'Erstgespräch'], minutes: 25, price: 0 },
      { key: 'session', name: ['Session', 'Sitzung'], minutes: 50, price: 80 },
      { key: 'couple', name: ['Couple session', 'Paarsitzung'], minutes: 80, price: 120 },
    ],
    teams: [
      { key: 'care', name: ['Care team', 'Betreuung'] },
      { key: 'therapists', name: ['Therapists', 'Therapeutinnen und Therapeuten'] },
    ],
    tags: [
      ['waiting list', 'warteliste'],
      ['first talk', 'erstgespräch'],
      ['group', 'gruppe'],
    ],
    answers: [
      {
        shortcut: ['crisis', 'krise'],
        name: ['In a crisis', 'In einer Krise'],
        text: [
          'If you are in danger or cannot go on, please call 112 now, or a helpline near you: somebody is there day and night.',
          'Wenn Sie in Gefahr sind oder nicht mehr weiterwissen, rufen Sie bitte jetzt 112 oder die Telefonseelsorge an (0800 1110111): Dort ist Tag und Nacht jemand da.',
        ],
      },
    ],
    pauseHours: 72,
  },
  gym: {
    name: 'Gym',
    says: 'Trainers, classes, memberships, streaks.',
    modules: ['inbox', 'bookings', 'events', 'payments', 'campaigns', 'habits', 'calls'],
    weekdays: [span('06:00', '22:00')],
    saturday: [span('08:00', '20:00')],
    services: [
      { key: 'trial', name: ['Trial training', 'Probetraining'], minutes: 60, price: 0 },
      { key: 'personal', name: ['Personal training', 'Personal Training'], minutes: 60, price: 55 },
      { key: 'class', name: ['Class', 'Kurs'], minutes: 45, price: 12 },
    ],
    teams: [
      { key: 'desk', name: ['Front desk', 'Theke'] },
      { key: 'trainers', name: ['Trainers', 'Trainerinnen und Trainer'] },
    ],
    tags: [
      ['trial', 'probe'],
      ['member', 'mitglied'],
      ['paused', 'pausiert'],
    ],
    answers: [
      {
        shortcut: ['trial', 'probe'],
        name: ['A trial training', 'Ein Probetraining'],
        text: [
          'You are welcome to a free trial training. Which day would suit you?',
          'Gern zu einem kostenlosen Probetraining. Welcher Tag würde passen?',
        ],
      },
    ],
    pauseHours: 12,
  },
  salon: {
    name: 'Salon',
    says: 'Appointments with a person of choice, reminders, products.',
    modules: ['inbox', 'bookings', 'inventory', 'payments', 'campaigns'],
    weekdays: [span('09:00', '19:00')],
    saturday: [span('09:00', '16:00')],
    services: [
      { key: 'cut', name: ['Cut', 'Haarschnitt'], minutes: 45, price: 40 },
      { key: 'colour', name: ['Colour', 'Farbe'], minutes: 120, price: 95 },
      { key: 'beard', name: ['Beard trim', 'Bartpflege'], minutes: 20, price: 18 },
    ],
    teams: [{ key: 'stylists', name: ['Stylists', 'Stylistinnen und Stylisten'] }],
    tags: [
      ['regular', 'stammkundschaft'],
      ['allergy', 'allergie'],
      ['colour', 'farbe'],
    ],
    answers: [
      {
        shortcut: ['appointment', 'termin'],
        name: ['When, and with whom', 'Wann, und bei wem'],
        text: [
          'Which day and time would suit you, and with whom would you like to come?',
          'Welcher Tag und welche Zeit würden passen, und zu wem möchten Sie kommen?',
        ],
      },
    ],
    pauseHours: 12,
  },
}
