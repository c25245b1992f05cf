import type { TimelineItem } from '../../client/records.ts'

export const kindWords: Record<string, string> = {
  wa_id: 'WhatsApp',
  wa_bsuid: 'WhatsApp, hides the number',
  phone: 'Phone',
  email: 'E-mail',
  app: 'App',
}
export const addressWords = (kind: string, value: string) => (kind === 'wa_id' ? `+${value}` : value)

export const fieldWords: Record<string, string> = {
  form: 'Form',
  message: 'Message',
  also: 'They also left',
  name: 'Name',
  firstName: 'First name',
  lastName: 'Last name',
  stage: 'Stage',
  statusId: 'Status',
  timezone: 'Time zone',
  locale: 'Language',
  birthday: 'Birthday',
  birth: 'Birthday',
  source: 'Source',
}

const happened: Record<string, string> = {
  created: 'Became known',
  changed: 'Changed',
  private_changed: 'Sensitive details changed',
  stage_changed: 'Stage changed',
  tagged: 'Tags changed',
  identity_added: 'Address added',
  identity_removed: 'Address removed',
  identity_changed: 'Address changed',
  blocked: 'Blocked',
  unblocked: 'Let in again',
  restricted: 'Processing restricted',
  unrestricted: 'Restriction ended',
  archived: 'Archived',
  unarchived: 'Taken back',
  engagement: 'Was there',
  merged: 'Merged',
  unmerged: 'Parted again',
  erased: 'Erased',
  referral: 'Referral',
  consent: 'Consent',
  rating: 'Rated',
  note: 'Note',
  remark: 'Remark',
  conversation: 'Conversation',
  assignment: 'Assignment',
  import: 'Import',
  export: 'Export',
}

/** What a line of the timeline is called. */
export function lineWords({ kind, what }: TimelineItem): string {
  if (kind === 'message') return what['direction'] === 'in' ? 'They wrote' : 'We wrote'
  return happened[kind] ?? kind
}

/** An id says nothing to anybody; what it is of stands beside it. */
const isShown = ([name, value]: [string, unknown]) => value !== null && value !== '' && !/_was$|Id$/.test(name)

/** The facts of a line, in a few words. */
export function factsOf({ kind, what, text }: TimelineItem): string {
  if (text !== '') return text
  if (kind === 'message' || kind === 'note') return ''
  return Object.entries(what)
    .filter(isShown)
    .map(([name, value]) => {
      const was = what[`${name}_was`]
      const before = was === undefined || was === null ? '' : `, was ${String(was)}`
      return `${fieldWords[name] ?? name.replaceAll('_', ' ')}: ${String(value)}${before}`
    })
    .join(' · ')
}
