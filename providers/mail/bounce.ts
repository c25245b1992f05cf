import { normal } from './addresses.ts'

/** What a mail server says of one recipient. */
export interface Undelivered {
  /** In lower case; null where the report does not name it. */
  address: string | null
  /** `failed`: for good. `delayed`: it goes on trying. `delivered`: a receipt. */
  action: 'failed' | 'delayed' | 'delivered'
  /** RFC 3463, `5.1.1` say. */
  status: string | null
  /** In the words of the server, one line. */
  why: string
}

export interface Report {
  recipients: Undelivered[]
  /** Of the mail that it is about, with its angle brackets. */
  about: string | null
}

interface Parts {
  text: string
  /** `message/delivery-status`, as it stands. */
  status: string | null
  /** The mail that came back, or its headers. */
  returned: string | null
  failedRecipients: string | null
}

const whyMax = 400
const recipientsMax = 100

/** Reads a report of a mail server: by RFC 3464 where it holds to it, by its words where not. */
export function reportOf({ text, status, returned, failedRecipients }: Parts): Report {
  const told = status === null ? [] : byFields(status)
  const recipients = told.length > 0 ? told : byWords(text, failedRecipients)
  // Exim, qmail and Gmail of old: the mail stands below its report, in the same text.
  const about = messageIdIn(returned ?? '') ?? messageIdIn(text.slice(0, 200_000))
  return { recipients: recipients.slice(0, recipientsMax), about }
}

const messageIdIn = (headers: string) =>
  /^message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{3,500}>)/im.exec(headers)?.[1] ?? null

/** Groups of fields with an empty line between them: the first is about the report, each other about a recipient. */
function byFields(status: string): Undelivered[] {
  const groups = status
    .slice(0, 200_000)
    .replaceAll('\r\n', '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n\s*\n/)
    .map(fieldsOf)
  return groups
    .filter((fields) => fields.has('action') || /@/.test(fields.get('final-recipient') ?? ''))
    .map(undelivered)
}

function fieldsOf(group: string) {
  const fields = new Map<string, string>()
  for (const line of group.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  return fields
}

function undelivered(fields: Map<string, string>): Undelivered {
  const status = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(fields.get('status') ?? '')?.[1] ?? null
  const named = fields.get('original-recipient') ?? fields.get('final-recipient') ?? ''
  const why = (fields.get('diagnostic-code') ?? fields.get('status') ?? '').replace(/^(smtp|x-[\w-]+);\s*/i, '')
  return {
    address: addressIn(named),
    action: actionOf(fields.get('action'), status),
    status,
    why: why.slice(0, whyMax),
  }
}

function actionOf(action: string | undefined, status: string | null): Undelivered['action'] {
  const said = action?.toLowerCase() ?? ''
  if (said.startsWith('delayed')) return 'delayed'
  if (/^(delivered|relayed|expanded)/.test(said)) return 'delivered'
  return said === '' && status?.startsWith('4') ? 'delayed' : 'failed'
}

const addressIn = (text: string) => {
  const found = /([^\s@<>(),;:"]{1,64}@[^\s@<>(),;:"]{1,190})/.exec(text)?.[1]
  return found === undefined ? null : normal(found.replace(/\.+$/, ''))
}

const copyBelow = /^-{3,}.{0,20}(copy of|original message|below this line|enclosed is a copy)/im
const onItsLine = /^\s*<?([^\s<>@]{1,64}@[^\s<>@:]{1,190})>?:?\s*$|^\s*<([^\s<>@]{1,64}@[^\s<>]{1,190})>:/gim
const answered = /(?<![\d.])([45]\d\d)[ -](?:#?([245]\.\d{1,3}\.\d{1,3})\b)?.{0,300}/
const goesOn = /\b(delayed|will (continue to )?(be )?retr)/i

/** qmail, Exim, Yahoo and the like: the address on a line, and what the other server said near it. */
function byWords(text: string, failedRecipients: string | null): Undelivered[] {
  const head = text.slice(0, 20_000).split(copyBelow)[0] ?? ''
  const said = answered.exec(head)
  const status = said?.[2] ?? /\b([45]\.\d{1,3}\.\d{1,3})\b/.exec(head)?.[1] ?? null
  const isTemporary = said?.[1]?.startsWith('4') === true || goesOn.test(head)
  const why = (said?.[0] ?? firstParagraph(head)).replace(/\s+/g, ' ').slice(0, whyMax)
  const action = isTemporary ? 'delayed' : 'failed'
  return addressesIn(head, failedRecipients).map((address) => ({ address, action, status, why }))
}

function addressesIn(head: string, failedRecipients: string | null): (string | null)[] {
  const lines = [...head.matchAll(onItsLine)].map(([, one, other]) => one ?? other ?? '')
  const named = (failedRecipients?.split(',') ?? lines).map(addressIn).filter((one) => one !== null)
  return named.length > 0 ? [...new Set(named)] : [addressIn(head)]
}

const firstParagraph = (text: string) => text.trim().split(/\n\s*\n/)[0] ?? ''
