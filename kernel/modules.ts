import { z } from 'zod'
import { conflict } from './problem.ts'

/** The parts of Careline that a workspace uses, or does not. What was kept in one stays when it is switched off. */
export const Module = z.enum([
  'inbox',
  'bookings',
  'forms',
  'inventory',
  'calls',
  'events',
  'payments',
  'campaigns',
  'games',
  'habits',
  'content',
  'ai',
])
export type Module = z.infer<typeof Module>

interface Says {
  name: string
  says: string
  /** What it cannot do without, and why, as a whole sentence. */
  needs?: { module: Module; why: string }[]
}

export const modules: Readonly<Record<Module, Says>> = {
  inbox: { name: 'Inbox', says: 'Conversations with people, answered by a team.' },
  bookings: { name: 'Bookings', says: 'Services with times that people can book.' },
  forms: { name: 'Forms', says: 'Questions that people answer before or after a visit.' },
  inventory: {
    name: 'Inventory',
    says: 'What is used up, and when it runs low.',
    needs: [{ module: 'bookings', why: 'Inventory is used up by bookings: switch on Bookings first.' }],
  },
  calls: { name: 'Calls', says: 'Calls by people and by machines.' },
  events: { name: 'Events', says: 'Workshops and groups that people register for.' },
  payments: { name: 'Payments', says: 'Prices, wallets, packs and subscriptions.' },
  campaigns: {
    name: 'Campaigns',
    says: 'Messages to many people over time.',
    needs: [{ module: 'inbox', why: 'People answer campaigns in the inbox: switch on Inbox first.' }],
  },
  games: { name: 'Games', says: 'Quizzes and card games with leaderboards.' },
  habits: {
    name: 'Habits',
    says: 'Goals, streaks and daily reminders.',
    needs: [{ module: 'inbox', why: 'Habits remind people by message: switch on Inbox first.' }],
  },
  content: { name: 'Content', says: 'Articles, exercises and recordings.' },
  ai: {
    name: 'AI',
    says: 'Drafts and answers by a language model.',
    needs: [{ module: 'inbox', why: 'AI writes drafts in the inbox: switch on Inbox first.' }],
  },
}

/** What is kept in a module that is off stays, and is not shown. @throws Problem `module_off` */
export function demandOn(on: readonly Module[], module: Module) {
  if (!on.includes(module))
    throw conflict('module_off', `${modules[module].name} is switched off: an admin can switch it on in the settings.`)
}

/** What stands against exactly these being on, a sentence for each; nothing where they go together. */
export function lacking(on: readonly Module[]): { module: Module; why: string }[] {
  return on.flatMap((module) =>
    (modules[module].needs ?? []).filter((need) => !on.includes(need.module)).map(({ why }) => ({ module, why })),
  )
}
