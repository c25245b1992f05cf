import type { Alert } from '../../actors/slack/contract.ts'
import { formWordsIn } from './form-words.ts'

/** Whom a message speaks of, as they are called. */
export interface Named {
  /** Undefined where it is not told, or there is none. */
  person: string | undefined
  assignee: string | undefined
  by: string | undefined
  mentions: readonly string[]
}

interface Language {
  /** `who` is missing where the person is not named. */
  unassigned(since: string, who?: string): string
  sla_warning(what: string, who?: string): string
  sla_breached(what: string, who?: string): string
  mentioned(by: string, whom: string, who?: string): string
  test: string
  promised: Readonly<Record<NonNullable<Alert['promised']>, string>>
  colleague: string
  you: string
  resolved: string
  has(name: string): string
  answered: string
  free: string
  urgent: Readonly<Partial<Record<Alert['priority'], string>>>
  take: string
  reply: string
  assign: string
  note: string
  resolve: string
  open: string
}

const en: Language = {
  unassigned: (since, who = 'Somebody') => `${who} has been waiting since ${since}, and nobody looks after them.`,
  sla_warning: (what, who = 'somebody') => `Soon too late for ${who}: ${what}.`,
  sla_breached: (what, who = 'somebody') => `A promise to ${who} is broken: ${what}.`,
  mentioned: (by, whom, who = 'a conversation') => `${by} asks ${whom} to look at ${who}.`,
  test: 'Careline reaches this channel.',
  promised: { first_response: 'the first answer', next_response: 'an answer', resolution: 'the end of the matter' },
  colleague: 'A colleague',
  you: 'a colleague',
  resolved: 'Resolved',
  has: (name) => `${name} looks after it`,
  answered: 'Answered',
  free: 'Nobody has it',
  urgent: { high: 'Priority high', urgent: 'Urgent' },
  take: 'Take',
  reply: 'Answer',
  assign: 'Assign',
  note: 'Note',
  resolve: 'Resolve',
  open: 'Open',
}

const de: Language = {
  unassigned: (since, who = 'Jemand') => `${who} wartet seit ${since}, und niemand kümmert sich.`,
  sla_warning: (what, who = 'jemanden') => `Bald zu spät für ${who}: ${what}.`,
  sla_breached: (what, who = 'jemanden') => `Ein Versprechen an ${who} ist gebrochen: ${what}.`,
  mentioned: (by, whom, who = 'einem Gespräch') => `${by} bittet ${whom}, nach ${who} zu sehen.`,
  test: 'Careline erreicht diesen Kanal.',
  promised: { first_response: 'die erste Antwort', next_response: 'eine Antwort', resolution: 'der Abschluss' },
  colleague: 'Jemand aus dem Team',
  you: 'jemanden aus dem Team',
  resolved: 'Erledigt',
  has: (name) => `${name} kümmert sich`,
  answered: 'Beantwortet',
  free: 'Niemand kümmert sich',
  urgent: { high: 'Hohe Priorität', urgent: 'Dringend' },
  take: 'Übernehmen',
  reply: 'Antworten',
  assign: 'Zuweisen',
  note: 'Notiz',
  resolve: 'Erledigen',
  open: 'Öffnen',
}

const languageOf = (locale: string) => (/^de\b/i.test(locale) ? de : en)

export const actionIds = {
  take: 'careline_take',
  reply: 'careline_reply',
  assign: 'careline_assign',
  note: 'careline_note',
  resolve: 'careline_resolve',
  open: 'careline_open',
  link: 'careline_link',
} as const

/** Slack's own three: https://docs.slack.dev/messaging/formatting-message-text#escaping */
export const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
export const bold = (text: string) => `*${escaped(text.replaceAll('*', '∗'))}*`
/** As each reader's own clock has it. */
const moment = (ms: number) =>
  `<!date^${Math.floor(ms / 1_000)}^{date_short_pretty} {time}|${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC>`

/** What stands in Slack: its text for notifications, and its blocks with the buttons. `link` opens the conversation. */
export function messageOf(alert: Alert, named: Named, { locale, link }: { locale: string; link: string }) {
  const words = languageOf(locale)
  const text = sentence(alert, named, words)
  const section = { type: 'section', text: { type: 'mrkdwn', text } }
  // A test is where a team begins: there everybody may say who they are.
  if (alert.conversationId === null) return { text, blocks: [section, linkOffer(locale)] }
  const context = { type: 'context', elements: [{ type: 'mrkdwn', text: standing(alert, named, words) }] }
  return { text, blocks: [section, context, { type: 'actions', elements: buttons(alert, words, link) }] }
}

function sentence({ why, at, waitingSince, promised }: Alert, named: Named, words: Language): string {
  const who = named.person === undefined ? undefined : bold(named.person)
  const what = promised === null ? '' : words.promised[promised]
  switch (why) {
    case 'unassigned':
      return words.unassigned(moment(waitingSince ?? at), who)
    case 'sla_warning':
      return words.sla_warning(what, who)
    case 'sla_breached':
      return words.sla_breached(what, who)
    case 'mentioned': {
      const by = named.by === undefined ? words.colleague : bold(named.by)
      const whom = named.mentions.map(bold).join(', ') || words.you
      return words.mentioned(by, whom, who)
    }
    case 'test':
      return words.test
  }
}

function standing({ status, priority, waitingSince }: Alert, { assignee }: Named, words: Language): string {
  if (status === 'resolved') return `✓ ${words.resolved}${assignee === undefined ? '' : `, ${escaped(assignee)}`}`
  const urgent = words.urgent[priority]
  const has = assignee === undefined ? words.free : words.has(bold(assignee))
  return [...(urgent ? [urgent] : []), has, ...(waitingSince === null ? [words.answered] : [])].join(' · ')
}

const label = (text: string) => ({ type: 'plain_text', text })

function buttons({ status, assigneeId, conversationId }: Alert, words: Language, url: string) {
  const value = conversationId ?? ''
  const button = (act: Exclude<keyof typeof actionIds, 'link'>, more: object = {}) => {
    return { type: 'button', action_id: actionIds[act], text: label(words[act]), value, ...more }
  }
  return [
    ...(status !== 'resolved' && assigneeId === null ? [button('take', { style: 'primary' })] : []),
    ...(status !== 'resolved' ? [button('reply'), button('assign'), button('note'), button('resolve')] : []),
    button('open', { url }),
  ]
}

/** The button by which whoever presses it says who they are here. */
export const linkOffer = (locale: string) => ({
  type: 'actions',
  elements: [{ type: 'button', action_id: actionIds.link, text: label(formWordsIn(locale).linkPress) }],
})

/** Said to the one who pressed alone. */
export interface Refusals {
  stranger: string
  otherTeam: string
  notAllowed: string
  unknownNow: string
  takenBy(name: string): string
  gone: string
  cannot(why: string): string
}

const refusalsEn: Refusals = {
  stranger: 'Nothing was done: nobody at Careline has the e-mail address of your Slack account.',
  otherTeam: 'Nothing was done: this is for people of the Slack workspace that Careline is connected to.',
  notAllowed: 'Nothing was done: you may not do this in Careline. An admin can change that.',
  unknownNow: 'Nothing was done: Slack did not say who you are. Press it again in a moment.',
  takenBy: (name) => `Nothing was done: ${name} was quicker, and looks after it.`,
  gone: 'Nothing was done: this conversation is not there any more.',
  cannot: (why) => `Nothing was done: ${why}`,
}

const refusalsDe: Refusals = {
  stranger: 'Nichts geändert: Niemand bei Careline hat die E-Mail-Adresse Ihres Slack-Kontos.',
  otherTeam: 'Nichts geändert: Das ist für Menschen des Slack-Workspace, mit dem Careline verbunden ist.',
  notAllowed: 'Nichts geändert: Das dürfen Sie in Careline nicht. Admins können das ändern.',
  unknownNow: 'Nichts geändert: Slack hat nicht gesagt, wer Sie sind. Bitte gleich noch einmal drücken.',
  takenBy: (name) => `Nichts geändert: ${name} war schneller und kümmert sich.`,
  gone: 'Nichts geändert: Dieses Gespräch gibt es nicht mehr.',
  cannot: (why) => `Nichts geändert: ${why}`,
}

export const refusalsIn = (locale: string) => (/^de\b/i.test(locale) ? refusalsDe : refusalsEn)
