/**
 * What to do about a refusal. `retry`: later, the same. `never`: it stays refused. `broken`: nothing will pass until
 * somebody mends the connection.
 */
export type SlackAction = 'retry' | 'never' | 'broken'

/** By Slack's names: https://docs.slack.dev/reference/methods/chat.postMessage. What is not here stays refused. */
const known: Readonly<Record<string, readonly [SlackAction, string]>> = {
  invalid_auth: ['broken', 'Slack does not know the bot token.'],
  not_authed: ['broken', 'Slack was shown no bot token.'],
  token_expired: ['broken', 'The bot token has expired.'],
  token_revoked: ['broken', 'The bot token was revoked: install the app in Slack again.'],
  account_inactive: ['broken', 'The app was taken out of the Slack workspace, or its user was.'],
  app_uninstalled: ['broken', 'The app was taken out of the Slack workspace: install it again.'],
  missing_scope: ['broken', 'The app lacks a scope: add it in Slack, and install the app again.'],
  no_permission: ['broken', 'The app may not do this in Slack.'],
  org_login_required: ['broken', 'The Slack workspace is being moved to another organisation.'],
  ekm_access_denied: ['broken', 'The administrators of Slack have suspended posting.'],
  access_denied: ['broken', 'Slack denies the app access.'],
  team_access_not_granted: ['broken', 'The app was not granted access to this Slack workspace.'],
  channel_not_found: ['never', 'Slack has no such channel, or the app cannot see it: invite it there.'],
  not_in_channel: ['never', 'The app is not in this channel: invite it there.'],
  is_archived: ['never', 'This channel was archived.'],
  restricted_action: ['never', 'A setting of Slack keeps the app from posting in this channel.'],
  msg_too_long: ['never', 'The message is too long for Slack.'],
  message_not_found: ['never', 'The message is gone from Slack.'],
  cant_update_message: ['never', 'Slack does not let the app change this message.'],
  edit_window_closed: ['never', 'The message is too old to be changed in Slack.'],
  invalid_blocks: ['never', 'Slack does not take the form of this message.'],
  expired_trigger_id: ['never', 'Slack opens nothing any more three seconds after a button was pressed.'],
  exchanged_trigger_id: ['never', 'Slack has opened this once already.'],
  invalid_trigger_id: ['never', 'Slack knows nothing of this button.'],
  view_too_large: ['never', 'The form is too large for Slack.'],
  invalid_arguments: ['never', 'Slack does not take the form as it is.'],
  ratelimited: ['retry', 'Slack asks to send more slowly.'],
  rate_limited: ['retry', 'Slack asks to send more slowly.'],
  message_limit_exceeded: ['retry', 'The Slack workspace has reached its limit of messages.'],
  internal_error: ['retry', 'Something went wrong at Slack.'],
  fatal_error: ['retry', 'Something went wrong at Slack.'],
  service_unavailable: ['retry', 'Slack is not available.'],
  request_timeout: ['retry', 'Slack did not get the whole request.'],
}

export interface SlackError {
  /** Slack's own name for it, or `http_502`. */
  code: string
  title: string
  action: SlackAction
}

export function errorOf(code: string, status = 200): SlackError {
  const found = known[code]
  if (found) return { code, action: found[0], title: found[1] }
  const action = status >= 500 || status === 429 ? 'retry' : 'never'
  return { code, action, title: `Slack refused it: ${code}.` }
}
