import type { Rows } from './row.ts'

const noPasskey = {
  name: 'Key',
  passkey: { id: 'x', rawId: 'x', type: 'public-key', response: { clientDataJSON: 'e30', attestationObject: 'x' } },
}

export const account: Rows = {
  'get /auth/me': { path: () => '/auth/me', status: 200 },
  'get /auth/sessions': { path: () => '/auth/sessions', status: 200 },
  // Nobody's: those of others are as unknown as this one.
  'delete /auth/sessions/:id': { path: () => '/auth/sessions/ses_none', status: 404 },
  'post /auth/logout-all': { path: () => '/auth/logout-all', body: { keepsThis: true }, status: 204 },
  'post /auth/password/change': {
    path: () => '/auth/password/change',
    body: { current: 'not this one', password: 'a longer word than before' },
    status: 401,
  },
  'get /auth/factors': { path: () => '/auth/factors', status: 200 },
  'post /auth/proof': { path: () => '/auth/proof', body: { code: '000000' }, status: 401 },
  // This server is reached by a number: its passkeys live at the name of this machine.
  'post /auth/proof/passkey': { path: () => '/auth/proof/passkey', status: 200 },
  'post /auth/mfa/totp': { path: () => '/auth/mfa/totp', status: 201 },
  'post /auth/mfa/totp/verify': {
    path: () => '/auth/mfa/totp/verify',
    body: { code: '000000' },
    status: 401,
  },
  'delete /auth/mfa/totp': { path: () => '/auth/mfa/totp', status: 404 },
  'post /auth/mfa/recovery-codes': { path: () => '/auth/mfa/recovery-codes', status: 409 },
  'post /auth/passkeys/options': { path: () => '/auth/passkeys/options', status: 200 },
  'post /auth/passkeys': { path: () => '/auth/passkeys', body: noPasskey, status: 401 },
  'patch /auth/passkeys/:id': {
    path: () => '/auth/passkeys/pk_none',
    body: { name: 'Key' },
    status: 404,
  },
  'delete /auth/passkeys/:id': { path: () => '/auth/passkeys/pk_none', status: 404 },
  'post /auth/google/link': { path: () => '/auth/google/link', status: 401 },
  'delete /auth/google': { path: () => '/auth/google', status: 404 },
  'get /auth/slack': { path: () => '/auth/slack', status: 200 },
  'post /auth/slack/look': { path: () => '/auth/slack/look', body: { token: 'x' }, status: 409 },
  'post /auth/slack': { path: () => '/auth/slack', body: { token: 'x' }, status: 409 },
  'delete /auth/slack': { path: () => '/auth/slack', status: 404 },
  'get /auth/phones': { path: () => '/auth/phones', status: 200 },
  'post /auth/phones': {
    path: () => '/auth/phones',
    body: { phone: '+49', channel: 'sms' },
    status: 422,
  },
  'post /auth/phones/verify': {
    path: () => '/auth/phones/verify',
    body: { phone: '+4915123456789', code: '000000' },
    status: 401,
  },
  'delete /auth/phones/:id': { path: () => '/auth/phones/phn_none', status: 404 },
  'get /auth/workspaces': { path: () => '/auth/workspaces', status: 200 },
  'post /auth/switch': { path: () => '/auth/switch', body: { workspaceId: 'ws_none' }, status: 404 },
  'post /auth/email/proof': { path: () => '/auth/email/proof', body: {}, status: 202 },
  'post /auth/email/confirm': { path: () => '/auth/email/confirm', body: { token: 'x' }, status: 401 },
  'get /auth/consent': { path: () => '/auth/consent', status: 200 },
  'put /auth/consent': { path: () => '/auth/consent', body: { hours: 1 }, status: 200 },
  'delete /auth/consent': { path: () => '/auth/consent', status: 204 },
}
