// What Twilio is told to do with a call: https://www.twilio.com/docs/voice/twiml. Only the verbs that we use.

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>
/** A part of the document, escaped already. */
export type Verb = { readonly xml: string }

const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) =>
  // What XML 1.0 has no place for is left out: it would break the whole answer.
  text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/[&<>"]/g, (one) => marks[one] ?? one)

function verb(name: string, attributes: Attributes = {}, inside = ''): Verb {
  const said = Object.entries(attributes).filter(([, value]) => value !== undefined)
  const written = said.map(([key, value]) => ` ${key}="${escaped(String(value))}"`).join('')
  return { xml: inside === '' ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>` }
}

export const document = (...verbs: readonly Verb[]) =>
  `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs.map(({ xml }) => xml).join('')}</Response>`

/** Said in the language of this tag (BCP 47). Nothing where there are no words. */
export const say = (text: string, language: string): Verb[] =>
  text === '' ? [] : [verb('Say', { language }, escaped(text))]
export const hangUp = verb('Hangup')
export const reject = verb('Reject', { reason: 'rejected' })

export interface Recording {
  maxSeconds: number
  /** Goes on here when it was recorded: without it Twilio asks the present address again, and again. */
  nextUrl: string
  /** Told when what was recorded can be fetched. */
  doneUrl: string
}
export const record = ({ maxSeconds, nextUrl, doneUrl }: Recording) =>
  verb('Record', {
    ...{ maxLength: maxSeconds, timeout: 6, finishOnKey: '#', playBeep: true, trim: 'trim-silence', action: nextUrl },
    ...{ recordingStatusCallback: doneUrl, recordingStatusCallbackEvent: 'completed absent' },
  })

export interface Dialled {
  to: string
  /** What the telephone shows: a number of ours, so that nobody sees the other's. */
  callerId: string
  seconds: number
  /** Goes on here when it is over. */
  nextUrl?: string
  /** Told how it goes. */
  statusUrl?: string
}
export const dial = ({ to, callerId, seconds, nextUrl, statusUrl }: Dialled) =>
  verb(
    'Dial',
    { callerId, timeout: seconds, action: nextUrl },
    verb(
      'Number',
      statusUrl === undefined
        ? {}
        : { statusCallback: statusUrl, statusCallbackEvent: 'initiated ringing answered completed' },
      escaped(to),
    ).xml,
  )
