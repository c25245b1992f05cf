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
  /** How long machines keep silent after a person wrote. */
  pauseHours: number
}

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
    pauseHours: 12,
  },
}
