import type { StepName } from '../../client/business.ts'

/** Each step as a question, and why it is asked. */
export const steps: Readonly<Record<StepName, { name: string; asks: string; why: string }>> = {
  business: {
    name: 'Business',
    asks: 'What is your business, and where?',
    why: 'Opening hours, reminders and prices are read in its time zone and its currency.',
  },
  hours: {
    name: 'Hours',
    asks: 'When are you open?',
    why: 'Answers are promised, and times are offered, while you are.',
  },
  channels: {
    name: 'Channels',
    asks: 'How do people reach you?',
    why: 'One channel through which messages leave is enough to begin.',
  },
  staff: {
    name: 'Staff',
    asks: 'Who works with you?',
    why: 'Everybody has a sign-in of their own, so that one can see who answered.',
  },
  service: {
    name: 'First service',
    asks: 'What do you offer?',
    why: 'Something to begin with. More of it, and everything about it, can follow.',
  },
  privacy: {
    name: 'Privacy',
    asks: 'Where do people read what becomes of their data?',
    why: 'The law asks for it wherever people tell you something about themselves.',
  },
}
