import { account } from './account.ts'
import { consents } from './consents.ts'
import { conversations } from './conversations.ts'
import { lists } from './lists.ts'
import { operations } from './operations.ts'
import { records } from './records.ts'
import type { Rows } from './row.ts'
import { settings } from './settings.ts'
import { slackRows } from './slack.ts'
import { tools } from './tools.ts'
import { workflow } from './workflow.ts'

/** Every route that asks who is there: a route without a row fails the test. */
export const table: Rows = {
  ...account,
  ...tools,
  ...settings,
  ...conversations,
  ...workflow,
  ...slackRows,
  ...consents,
  ...lists,
  ...records,
  ...operations,
}

/** And those that ask nobody. */
export const ofStrangers = [
  'post /auth/login',
  'post /auth/link',
  'post /auth/refresh',
  'post /auth/logout',
  'get /auth/ways',
  'post /auth/demo',
  'post /auth/mfa/verify',
  'post /auth/mfa/passkey',
  'post /auth/passkeys/sign-in/options',
  'post /auth/passkeys/sign-in',
  'get /auth/google',
  'get /auth/google/callback',
  'post /auth/google/finish',
  'post /auth/phone/validate',
  'post /auth/otp',
  'post /auth/people/otp',
  'post /auth/people/otp/verify',
  'post /auth/people/refresh',
  'post /auth/people/logout',
  'post /auth/otp/verify',
  'post /auth/magic-link',
  'post /auth/verify',
  'post /auth/password/forgot',
  'post /auth/password/reset',
  'post /auth/register',
  'get /auth/register/:token',
  'post /auth/register/confirm',
  'get /public/:slug/brand',
  'get /public/ratings/:token',
  'post /public/ratings/:token',
  'get /members/invitations/:token',
  'post /members/invitations/:token/accept',
  'post /public/leads/:key',
  'get /privacy/businesses/:workspace',
  'post /privacy/requests',
  'post /privacy/requests/verify',
  'get /unsubscribe/:token',
  'post /unsubscribe/:token',
  'put /unsubscribe/:token',
]
