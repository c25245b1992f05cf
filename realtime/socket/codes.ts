/**
 * Every code with which something over a socket can be refused, and what it means. Stable: clients decide by them.
 * Which of them answer what is beside each message and command.
 */
export const codes = {
  internal: 'Something went wrong on our side.',
  invalid_request: 'It is not as the protocol says; `errors` names each wrong field.',
  rate_limited: 'More than one connection may say in a second; `retryAfterMs` says when.',

  unauthorized: 'The token is wrong or too old: ask for a fresh one.',
  too_many_sockets: 'The account has as many connections as it may have.',
  going_away: 'This process is leaving: connect again.',
  session_revoked: 'The sign-in was ended. It does not come back.',
  token_expired: 'The token ended while connected: connect with a fresh one.',

  not_allowed: 'It needs a permission that the caller does not have, or the token is somebody else’s.',
  no_such_stream: 'There is none, or it is of another workspace.',
  too_many_streams: 'Unsubscribe from one before you open another.',
  slow_consumer: 'Read first what is on its way.',
  gone: 'The connection ended meanwhile.',

  module_off: 'It belongs to a module that the workspace has switched off.',
  no_such_command: 'The protocol has no command of this name.',
  not_subscribed: 'Subscribe to the stream first: this is for who follows it.',
  stale: 'The stream is not at the `seq` of `expect` any more: look again first.',
  stale_command: 'It is older than what is still known of commands: look what became of it before you give it again.',
  conversation_missing: 'There is no such conversation.',
  conversation_merged: 'The person was joined with another record, whose conversation goes on.',
  message_missing: 'There is no such message.',
  address_missing: 'The person has no address on any channel that can be written to.',
  app_not_connected: 'This business has no app.',
  not_carried: 'This kind of channel does not carry this.',
  no_such_choice: 'No message of this conversation offers this choice.',
  file_missing: 'The file was not brought by whoever sends it, or is not complete.',
  wa_window_closed: 'WhatsApp takes free text only within 24 hours of the last message of the person.',
  person_blocked: 'The person is blocked: nothing goes to them.',
  person_restricted: 'What is known of the person rests: only what staff answer goes to them.',
  person_archived: 'The person is archived: only answers go to them.',
  text_too_long: 'The channel takes shorter texts only.',
  address_suppressed: 'Nothing but answers goes to this address.',
  consent_missing: 'The person has not consented to messages of this kind on this channel.',
  frequency_cap: 'The person had as much marketing lately as the business allows.',
  quiet_hours: 'It is night with the person: it must not go now.',
  pair_rate: 'Another message went to the person a moment ago.',
  template_unknown: 'WhatsApp has no template of this name in this language.',
  template_not_approved: 'WhatsApp has not approved the template yet.',
  template_rejected: 'WhatsApp rejected the template.',
  template_paused: 'WhatsApp has paused the template.',
  template_disabled: 'WhatsApp has switched the template off.',
  template_unfit: 'The template asks for what cannot be sent from here.',
  template_parameters_mismatch: 'A place of the template is not filled in, or there is none of that name.',
  template_too_long: 'The template is too long with these values.',
  wrong_status: 'A conversation that is as this one cannot become what is asked.',
  invalid_time: 'It must be in the future, and not too far; or no time is asked for here.',
  too_many_tags: 'The conversation has as many tags as it may have.',
  too_many_scheduled: 'The conversation keeps as many messages for later as it may.',
  not_scheduled: 'The message does not wait to be sent: it went, or was cancelled.',
  nothing_to_rate: 'Nothing was settled that could be rated.',
  already_asked: 'The person was asked about this matter already.',
  already_taken: 'Somebody else has it; `holderId` says who.',
  not_failed: 'Only a message of ours that failed can be sent again.',

  try_again: 'It did not happen; it can be asked at once.',
  timeout: 'It took too long and may still happen: give it again under the same id.',
  unanswered: 'Nobody knows what became of it: give it again under the same id.',
  unplaced: 'No process has it at the moment.',
  mailbox_full: 'Too much waits at this one.',
  too_much_waits: 'Too much waits at this process.',
  document_too_large: 'There is no room for this.',
  automation_loop: 'Automations caused one another without end.',
  deadlock: 'It waits for itself.',
  id_too_long: 'An id is longer than one may be.',
  invalid_message: 'What owns it does not take this.',
} as const

export type Code = keyof typeof codes

/** Whatever is asked. */
export const anywhere = ['internal', 'invalid_request', 'rate_limited'] as const satisfies readonly Code[]

/** Whatever is done or read by what owns it. */
export const ofOwners = [
  'try_again',
  'timeout',
  'unanswered',
  'unplaced',
  'mailbox_full',
  'too_much_waits',
  'document_too_large',
  'automation_loop',
  'deadlock',
  'id_too_long',
  'invalid_message',
] as const satisfies readonly Code[]
