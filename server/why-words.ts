import { type CallNews, callWords } from '../kernel/call.ts'
import type { DecisionFound } from '../store/queries/why.ts'

type Facts = DecisionFound['facts']

const channels: Record<string, string> = { whatsapp: 'WhatsApp', sms: 'SMS', email: 'e-mail', app: 'the app' }
const on = ({ channel }: Facts) => channels[String(channel)] ?? 'this channel'
const a = ({ class: purpose }: Facts) => (typeof purpose === 'string' ? `${purpose} message` : 'message')
const when = (iso: unknown) => (typeof iso === 'string' ? iso.replace('T', ' ').replace(/:\d\d(\.\d+)?Z$/, ' UTC') : '')

const reasons: Record<string, string> = {
  stop: 'they said STOP',
  complaint: 'they complained to their provider',
  hard_bounce: 'the address does not exist',
  manual: 'staff took the address out',
  import: 'a list names the address',
  erased: 'its owner was forgotten',
}

const templateWords: Record<string, string> = {
  template_unknown: 'is unknown to WhatsApp',
  template_not_approved: 'is not approved by WhatsApp yet',
  template_rejected: 'was rejected by WhatsApp',
  template_paused: 'is paused by WhatsApp',
  template_disabled: 'was switched off by WhatsApp',
  template_parameters_mismatch: 'was not filled in as it asks for',
  template_too_long: 'was too long with what was filled in',
  template_unfit: 'asks for what cannot be sent from here',
}

const heldWords: Record<string, string> = {
  staff_wrote: 'a colleague had written meanwhile',
  paused: 'machines are to keep silent here',
  ai_off: 'machines may do nothing here',
}

const whyUnreached: Record<string, string> = {
  no_device: 'no device of theirs takes notices',
  not_set_up: 'the push service of their device is not set up',
  unregistered: 'the app is gone from their device',
}

const pushWords: Record<string, (facts: Facts) => string> = {
  told: ({ told, devices }) => `Their telephone was told of it (${String(told)} of ${String(devices)} devices).`,
  unknown: () => 'Their telephone may have been told of it: the push service did not answer.',
  unreached: ({ code }) =>
    `Their telephone could not be told of it: ${whyUnreached[String(code)] ?? `the push service says ${String(code)}`}.`,
  deferred: ({ until }) => `Their telephone is told of it at ${when(until)}: with them it is quiet until then.`,
  read: () => 'Their telephone was not told of it: they had read it.',
  connected: () => 'Their telephone was not told of it: the app was open.',
  blocked: () => 'Their telephone was not told of it: they are blocked.',
  too_many: () => 'Their telephone was not told of it: too much came at once.',
}

/** What each rule has decided, by its name. A rule without words here says its name and its outcome. */
const rules: Record<string, (facts: Facts, outcome: string) => string> = {
  'guard.blocked': () => 'Not sent: this person is blocked.',
  'guard.restricted': () => 'Not sent: what is known of this person rests, and only what staff answer goes to them.',
  'guard.archived': () => 'Not sent: this person is archived, and only answers go to them.',
  'guard.suppressed': (facts) =>
    `This ${a(facts)} was not sent by ${on(facts)}: ${reasons[String(facts['reason'])] ?? 'the address gets nothing'}.`,
  'guard.consent': (facts) =>
    facts['consent'] === 'revoked'
      ? `Not sent: they do not want ${String(facts['class'])} messages by ${on(facts)}.`
      : `Not sent: they never consented to ${String(facts['class'])} messages by ${on(facts)}.`,
  'guard.quiet_hours': (facts) =>
    `It waits until ${when(facts['until'])}: with them (${String(facts['zone'])}) it is quiet from ${String(facts['quiet'])}.`,
  'guard.frequency_cap': (facts) =>
    `Not sent: they had ${String(facts['sent'])} messages of marketing within ${String(facts['days'])} days, and ${String(facts['max'])} is the most.`,
  'guard.window': () => 'Not sent: WhatsApp takes free text only within 24 hours of their last message.',
  'guard.template': (facts) =>
    `Not sent: the template “${String(facts['template'])}” (${String(facts['language'])}) ${templateWords[String(facts['why'])] ?? 'cannot be used'}.`,
  'guard.pair_rate': (facts) => `It waits until ${when(facts['until'])}: another message went to them a moment before.`,
  'guard.content': (facts) =>
    facts['max'] === undefined
      ? `Not sent: ${on(facts)} cannot carry this (${String(facts['content'])}).`
      : `Not sent: it has ${String(facts['characters'])} characters, and ${on(facts)} takes ${String(facts['max'])}.`,
  'guard.machine_answer': (facts) =>
    facts['why'] === 'silent'
      ? 'Not sent: a machine, a list or a forged sender wrote, and no machine answers those.'
      : `Not sent: a machine answered them within the last ${String(facts['hours'])} hours already.`,
  'guard.already_told': (facts) => `Not sent: they were told of ${String(facts['about'])} already.`,
  'guard.address': () => 'Not sent: no address of theirs is known on that channel.',
  'call.blocked': () => 'Not called: this person is blocked.',
  'call.restricted': () => 'Not called: what is known of this person rests, and only who waits is answered.',
  'call.archived': () => 'Not called: this person is archived, and only who waits is answered.',
  'call.suppressed': (facts) => `Not called: ${reasons[String(facts['reason'])] ?? 'the number gets nothing'}.`,
  'call.quiet_hours': (facts) =>
    `Not called: with them (${String(facts['zone'])}) it is quiet from ${String(facts['quiet'])}, and they had not just been in touch.`,
  'understand.compliance': (facts, outcome) =>
    `Read as ${outcome.toUpperCase()} by ${on(facts)}, and dealt with at once.`,
  'understand.question': (facts, outcome) =>
    outcome === 'answered'
      ? `Read as the answer “${String(facts['choice'])}” to what was asked (${String(facts['for'])}).`
      : 'A button of an earlier question: it answers nothing that was asked since.',
  'understand.trigger_word': (_, outcome) => `Read as the word “${outcome}”.`,
  unless_answered: () => 'A planned message was cancelled: they wrote before it went.',
  staff_pauses_automation: (facts) =>
    `A colleague wrote, so machines keep silent${facts['until'] === null ? '' : ' for a while'}.`,
  automation_resumed: () => 'Machines may speak again.',
  handed_over: () => 'Handed over to people: it waits for them, and machines are silent until it is resolved.',
  held_back: (facts) =>
    `A machine’s answer was held back: ${heldWords[String(facts['why'])] ?? 'it may not say this'}.`,
  assignment: (facts) =>
    facts['memberId'] ? 'Given to a colleague by the rules of assignment.' : 'Nobody was free: it waits in the queue.',
  automation_paused: (facts) => `A colleague silenced the machines${facts['until'] === null ? '' : ' for a while'}.`,
  sla_warning: (facts) => `A promise comes to its end: ${String(facts['promised']).replaceAll('_', ' ')}.`,
  sla_breached: (facts) => `A promise was not kept in time: ${String(facts['promised']).replaceAll('_', ' ')}.`,
  reassignment: () => 'Whoever had it was away for too long: it was given on.',
  fallback: () => 'It could not go the usual way, and went by another.',
  draft: (_, outcome) =>
    outcome === 'used'
      ? 'A colleague sent what a machine had drafted.'
      : 'A colleague threw away what a machine had drafted.',
  ai_answer: () => 'A machine answered by itself, as it is allowed to here.',
  push: (facts, outcome) => pushWords[outcome]?.(facts) ?? 'Their devices were not told of it.',
  'reminder.late': () => 'A reminder came too late to be of use, and was dropped.',
  dead_letter: (_, outcome) => `A step that had failed was ${outcome} by an operator.`,
}

/** `guard.quiet_hours@1`, in a sentence. */
export function decided(rule: string, outcome: string, facts: Facts): string {
  const [name = rule] = rule.split('@')
  const words = Object.hasOwn(rules, name) ? rules[name] : undefined
  return words ? words(facts, outcome) : `${name.replaceAll(/[._]/g, ' ')}: ${outcome.replaceAll('_', ' ')}.`
}

interface Happened {
  says: string
  messageId?: string
}
interface Data {
  messageId?: string
  status?: string
  outcome?: string
  word?: string
  kind?: string
  error?: { title?: string } | null
  content?: CallNews
  message?: { _id: string; direction: string; author: { kind: string }; content: { kind: string } }
  question?: { messageId: string }
  promised?: string
}

const statuses: Record<string, string> = {
  queued: 'It waits for its turn on the channel.',
  sent: 'The provider took it.',
  delivered: 'It reached them.',
  read: 'They read it.',
}

const activities: Record<string, string> = {
  created: 'They became known here.',
  changed: 'What is known of them changed.',
  identity_added: 'An address of theirs became known.',
  identity_removed: 'An address of theirs was taken away.',
  consent: 'What may go to them changed.',
  blocked: 'They were blocked.',
  unblocked: 'They were let in again.',
  restricted: 'What is known of them was let rest.',
  unrestricted: 'What is known of them may be used again.',
  archived: 'They were archived.',
  unarchived: 'They were taken back from the archive.',
  engagement: 'They were there.',
  merged: 'They were joined with another record of the same person.',
  unmerged: 'Two records that had been joined were parted.',
}

/** What an event says in a sentence, without any of what was said between people; nothing for what explains nothing. */
const events: Record<string, (data: Data) => Happened | undefined> = {
  'message.created': ({ message }) => message && created(message),
  'message.status_changed': ({ messageId = '', status = '', error }) => ({
    messageId,
    says: status === 'failed' ? `It failed: ${error?.title ?? 'nobody said why'}` : (statuses[status] ?? status),
  }),
  'message.call_changed': ({ messageId = '', content }) => ({
    messageId,
    says: content ? `${callWords(content)}${content.why ? ` (${content.why})` : '.'}` : 'A call.',
  }),
  'message.withdrawn': ({ messageId = '' }) => ({ messageId, says: 'They took it back.' }),
  'word.heard': ({ messageId = '', word = '' }) => ({ messageId, says: `They said ${word}.` }),
  'question.asked': ({ question }) => ({
    messageId: question?.messageId ?? '',
    says: 'They were asked, with choices.',
  }),
  'question.closed': ({ messageId, outcome = '' }) => ({
    ...(messageId ? { messageId } : {}),
    says: `The question is over: ${outcome.replaceAll('_', ' ')}.`,
  }),
  'sla.breached': ({ promised = '' }) => ({ says: `A promise was broken: ${promised.replaceAll('_', ' ')}.` }),
  'user.activity': ({ kind = '' }) => ({ says: activities[kind] ?? `In their profile: ${kind.replaceAll('_', ' ')}.` }),
}

function created({ _id: messageId, direction, author, content }: NonNullable<Data['message']>): Happened {
  if (direction === 'in') return { messageId, says: `They wrote (${content.kind}).` }
  if (direction === 'note') return { messageId, says: 'A colleague left a note.' }
  if (direction === 'activity') return { messageId, says: 'Something was done here.' }
  return { messageId, says: author.kind === 'staff' ? 'A colleague wrote.' : 'A machine wrote.' }
}

/** An event in words; undefined for what tells nothing of why. */
export const happened = (type: string, data: unknown): Happened | undefined =>
  Object.hasOwn(events, type) ? events[type]?.(data as Data) : undefined
