/** A header of a mail, its name in lower case. */
export interface MailHeader {
  key: string
  value: string
}

/**
 * Who wrote a mail: somebody; a machine in somebody's absence; a list or a newsletter; a mail server, about a mail that
 * did not arrive; or we ourselves, by a loop.
 */
export type Nature = 'person' | 'auto_reply' | 'bulk' | 'bounce' | 'loop'

/** Where a mail has been through more servers than this, it goes round in a circle. */
const hopsMax = 40

const robots = /^(mailer-daemon|postmaster|mail-daemon|maildaemon|mailerdaemon)(@|$)/i
const bounced =
  /^(undeliver(ed|able)|delivery (status|failure|notification|has failed)|mail (delivery )?(failed|failure|system error)|returned mail|failure notice|unzustellbar|nicht zustellbar|message (delayed|blocked)|warning: message delayed|échec de la remise|no se puede entregar)/i
const absent =
  /^(automatic reply|auto(matic)?[- ]?(reply|response)|out of (the )?office|abwesenheit(snotiz|sbenachrichtigung)?|automatische antwort|réponse automatique|respuesta automática|risposta automatica|automatisch antwoord|i am out of|absence:)/i

interface Known {
  headers: readonly MailHeader[]
  from: string | null
  subject: string
  contentType: string
  /** What our own mails carry in `X-Loop`. */
  isOurs(loop: string): boolean
}

/** RFC 3834 and what is done in the field: https://www.rfc-editor.org/rfc/rfc3834, https://www.arp242.net/autoreply.html */
export function natureOf({ headers, from, subject, contentType, isOurs }: Known): Nature {
  const values = (name: string) => headers.filter(({ key }) => key === name).map(({ value }) => value.trim())
  const first = (name: string) => values(name)[0]?.toLowerCase() ?? ''
  if (values('x-loop').some(isOurs) || values('received').length > hopsMax) return 'loop'
  if (isBounce({ values, from, subject, contentType })) return 'bounce'
  if (isAutomatic(first, subject)) return 'auto_reply'
  return isBulk(first) ? 'bulk' : 'person'
}

type First = (name: string) => string

function isBounce({
  values,
  from,
  subject,
  contentType,
}: Pick<Known, 'from' | 'subject' | 'contentType'> & { values(name: string): string[] }) {
  if (
    /^multipart\/report/i.test(contentType) &&
    /report-type="?(delivery-status|disposition-notification)/i.test(contentType)
  )
    return true
  if (values('x-failed-recipients').length > 0) return true
  const isFromRobot = robots.test(from ?? '')
  const hasNoWayBack = values('return-path').some((one) => /^<?\s*>?$/.test(one))
  return (isFromRobot && (bounced.test(subject) || hasNoWayBack)) || (hasNoWayBack && bounced.test(subject))
}

function isAutomatic(first: First, subject: string) {
  const submitted = first('auto-submitted')
  if (submitted !== '') return !/^no\b/.test(submitted)
  if (/^auto_?reply/.test(first('precedence'))) return true
  const telling = ['x-autoreply', 'x-autorespond', 'x-auto-reply-from', 'x-mail-autoreply']
  if (telling.some((name) => !['', 'no'].includes(first(name)))) return true
  return absent.test(subject)
}

function isBulk(first: First) {
  if (/^(bulk|list|junk)/.test(first('precedence'))) return true
  return ['list-id', 'list-unsubscribe', 'list-post', 'feedback-id'].some((name) => first(name) !== '')
}

/** Whether its sender asks that no machine answers, whoever wrote it. */
export function wantsNoAnswer(headers: readonly MailHeader[]): boolean {
  const asked = headers.find(({ key }) => key === 'x-auto-response-suppress')?.value.toLowerCase() ?? ''
  return /\b(all|autoreply|oof)\b/.test(asked)
}

/** What the server that took the mail found of its sender. `unknown` where it did not look. */
export type Trust = 'verified' | 'failed' | 'unknown'

/** By the topmost `Authentication-Results` (RFC 8601): whatever stands below it, the sender may have written himself. */
export function trustOf(headers: readonly MailHeader[]): Trust {
  const said = headers.find(({ key }) => key === 'authentication-results')?.value.toLowerCase()
  if (said === undefined) return 'unknown'
  const of = (method: string) => new RegExp(`\\b${method}=(\\w+)`).exec(said)?.[1]
  const dmarc = of('dmarc')
  if (dmarc === 'pass') return 'verified'
  if (dmarc === 'fail') return 'failed'
  return byParts(of('spf'), of('dkim'))
}

/** What Sender Policy Framework and DomainKeys said, where nobody joined them. */
export function byParts(spf: string | undefined, dkim: string | undefined): Trust {
  if (spf === 'pass' || dkim === 'pass') return 'verified'
  const isBad = (one: string | undefined) => one === 'fail' || one === 'permerror'
  return isBad(spf) && dkim !== undefined && dkim !== 'none' ? 'failed' : 'unknown'
}
