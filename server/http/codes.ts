/** What any route may answer besides what it declares, and what a caller does about it. Stable: clients decide by them. */
export const codesOfAll = {
  malformed_json: 'The body is not JSON that can be read.',
  too_deep: 'The JSON nests deeper than any contract does.',
  body_cut: 'The body ended before it was whole: send it again.',
  json_expected: 'Send the body as application/json.',
  charset_unsupported: 'JSON is UTF-8.',
  encoding_unsupported: 'This content encoding is not taken.',
  too_large: 'The body is longer than it may be here.',
  invalid_request: 'It is not as the schema says; `errors` names each wrong field.',
  invalid_cursor: 'This is no cursor of this list: begin at its first page.',
  not_found: 'There is none, or it is of another workspace.',
  method_not_allowed: 'This address does not take that method.',
  method_unknown: 'This method is not known here.',
  module_off: 'This belongs to a module that the workspace has not turned on.',
  too_many_requests: 'Too many of them: `Retry-After` says when there may be more.',
  idempotency_key_reused: 'This Idempotency-Key was used for another request: take a new one.',

  internal: 'Something went wrong on our side; `errorId` names it.',
  try_again: 'It did not happen; it can be asked at once.',
  timeout: 'It took too long and may still happen: send it again under the same Idempotency-Key.',
  unanswered: 'Nobody knows what became of it: send it again under the same Idempotency-Key.',
  unplaced: 'No process has it at the moment.',
  mailbox_full: 'Too much waits at this one.',
  too_much_waits: 'Too much waits at this process.',
  document_too_large: 'There is no room for this.',
  conversation_merged: 'The person was joined with another record: go on in the conversation that `holderId` names.',
  person_exists: 'There is a person with this id already.',
  automation_loop: 'Automations caused one another without end.',
  deadlock: 'It waits for itself.',
  id_too_long: 'An id is longer than one may be.',
  invalid_message: 'What owns it does not take this.',
  stale_command: 'It is older than what is still known of requests: look what became of it before you send it again.',
  letterbox_full: 'Too many letters wait to be sent.',
  messenger_full: 'Too many texts wait to be sent.',
  audit_full: 'Too much waits to be written into the audit: nothing has happened.',
} as const

/** What only routes may answer that ask who calls. */
export const codesOfCallers = {
  unauthorized: 'The token is missing, wrong or too old: sign in, or ask for a fresh one.',
  not_allowed: 'Somebody else may do this: the permission that it needs is named.',
  not_while_acting: 'It is a matter of the person’s own: end acting as them first.',
} as const
