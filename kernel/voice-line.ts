import { z } from 'zod'

// What a number says that is called, and what it does with the call.

/** In which languages its voice speaks; each with what it says where the business has not chosen its words. */
export const voiceLanguages = {
  en: {
    tag: 'en-GB',
    greeting: 'Hello. We cannot take your call at the moment, and will call you back.',
    ask: 'Please leave a message after the tone.',
    thanks: 'Thank you. Goodbye.',
    unknown:
      'Your number is not shown, so we cannot call you back. Please call with your number shown, or write to us.',
    connecting: 'A client is on the line.',
  },
  de: {
    tag: 'de-DE',
    greeting: 'Guten Tag. Wir können Ihren Anruf gerade nicht annehmen und rufen Sie zurück.',
    ask: 'Bitte sprechen Sie nach dem Ton.',
    thanks: 'Vielen Dank. Auf Wiederhören.',
    unknown: 'Ihre Nummer wird nicht angezeigt. Bitte rufen Sie mit sichtbarer Nummer an oder schreiben Sie uns.',
    connecting: 'Sie werden verbunden.',
  },
} as const
export type VoiceLanguage = keyof typeof voiceLanguages

export const VoiceLine = z.object({
  /** Off: whoever calls hears that the number takes no calls. */
  isOn: z.boolean(),
  language: z.enum(['en', 'de']),
  /** Empty: the usual words. */
  greeting: z.string().trim().max(1_000),
  /** Whoever calls may leave a message. */
  hasVoicemail: z.boolean(),
  /** Said before anything is recorded; empty: nothing. What the law wants to be said differs from place to place. */
  recordingNotice: z.string().trim().max(500),
  /** The longest message, seconds. */
  maxSeconds: z.int().min(10).max(600),
  /** What was recorded is deleted at the provider once it is here. */
  deletesRecordings: z.boolean(),
  /** A telephone of the business that rings first; empty: none. */
  putThroughTo: z
    .string()
    .regex(/^(\+[1-9]\d{6,14})?$/)
    .max(16),
  /** For so long it rings before the greeting, seconds. */
  ringSeconds: z.int().min(5).max(60),
})
export type VoiceLine = z.infer<typeof VoiceLine>

export const usualVoiceLine: VoiceLine = {
  isOn: true,
  language: 'en',
  greeting: '',
  hasVoicemail: true,
  recordingNotice: '',
  maxSeconds: 120,
  deletesRecordings: true,
  putThroughTo: '',
  ringSeconds: 20,
}
