import { rfc2822, type CallPart, type SimulatedText } from './messages.ts'

type Call = SimulatedText & { call: CallPart }

const resources = {
  notifications: 'Notifications',
  recordings: 'Recordings',
  payments: 'Payments',
  events: 'Events',
  siprec: 'Siprec',
  streams: 'Streams',
  transcriptions: 'Transcriptions',
  user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
  user_defined_messages: 'UserDefinedMessages',
}

const directionOf = ({ direction, call }: Call) => {
  if (direction === 'in') return 'inbound'
  return call.parent === null ? 'outbound-api' : 'outbound-dial'
}

/** A call as Twilio's API shows it. */
export function callShown(one: Call, accountSid: string) {
  const { id: sid, to, from, at, call } = one
  const path = `/2010-04-01/Accounts/${accountSid}/Calls/${sid}`
  const isBegun = call.status !== 'queued'
  const duration = call.seconds === undefined || call.seconds === null ? null : String(call.seconds)
  return {
    account_sid: accountSid,
    answered_by: null,
    api_version: '2010-04-01',
    caller_name: null,
    date_created: rfc2822(at),
    date_updated: rfc2822(at),
    direction: directionOf(one),
    duration,
    end_time: duration === null ? null : rfc2822(at),
    forwarded_from: null,
    from,
    from_formatted: from,
    group_sid: null,
    parent_call_sid: call.parent,
    phone_number_sid: `PN${sid.slice(2)}`,
    price: null,
    price_unit: 'USD',
    sid,
    start_time: isBegun ? rfc2822(at) : null,
    status: call.status,
    subresource_uris: Object.fromEntries(Object.entries(resources).map(([key, name]) => [key, `${path}/${name}.json`])),
    to,
    to_formatted: to,
    trunk_sid: null,
    uri: `${path}.json`,
    queue_time: '0',
  }
}

export const callPage = (calls: readonly unknown[], uri: string, size: number) => ({
  ...{ calls, start: 0, end: Math.max(0, calls.length - 1), page: 0, page_size: size },
  ...{ first_page_uri: uri, next_page_uri: null, previous_page_uri: null, uri },
})

/** What was recorded of a call, as Twilio's API shows it. */
export function recordingShown({ id: callSid, at }: Call, accountSid: string, seconds: number) {
  const sid = `RE${callSid.slice(2)}`
  const uri = `/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    call_sid: callSid,
    conference_sid: null,
    channels: 1,
    date_created: rfc2822(at),
    date_updated: rfc2822(at),
    start_time: rfc2822(at),
    price: null,
    price_unit: 'USD',
    duration: String(seconds),
    sid,
    source: 'RecordVerb',
    status: 'completed',
    error_code: null,
    uri: `${uri}.json`,
    subresource_uris: { add_on_results: `${uri}/AddOnResults.json`, transcriptions: `${uri}/Transcriptions.json` },
    encryption_details: null,
    media_url: `https://api.twilio.com${uri}`,
  }
}
