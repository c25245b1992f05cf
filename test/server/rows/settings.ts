import { usualVoiceLine } from '../../../kernel/voice-line.ts'
import type { Known, Rows } from './row.ts'

const newChannel = { name: 'Second', phoneNumberId: '777', businessId: '778', token: 'EAAG', appSecret: 'secret' }
const newService = { name: 'Massage', durationMin: 60, priceMinor: 5_000, currency: 'EUR' }
const e = ({ endpointId }: Known) => `/webhook-endpoints/${endpointId}`

export const settings: Rows = {
  'post /workspaces': { path: () => '/workspaces', body: { name: 'Another' }, status: 201 },
  'get /workspaces/current': { path: () => '/workspaces/current', status: 200 },
  'patch /workspaces/current': { path: () => '/workspaces/current', body: { name: 'C' }, status: 200 },
  'get /workspaces/current/rules': { path: () => '/workspaces/current/rules', status: 200 },
  'get /workspaces/current/business-hours': {
    path: () => '/workspaces/current/business-hours',
    status: 200,
  },
  'put /workspaces/current/business-hours': {
    path: () => '/workspaces/current/business-hours',
    body: { weekly: {} },
    status: 200,
  },
  'get /workspaces/current/modules': { path: () => '/workspaces/current/modules', status: 200 },
  'put /workspaces/current/modules': {
    path: () => '/workspaces/current/modules',
    body: { on: ['inbox'] },
    status: 200,
  },
  'get /workspaces/current/onboarding': { path: () => '/workspaces/current/onboarding', status: 200 },
  'put /workspaces/current/onboarding/:step': {
    path: () => '/workspaces/current/onboarding/staff',
    body: { status: 'skipped' },
    status: 200,
  },
  // Its channel is simulated, so it is not ready.
  'post /workspaces/current/activate': {
    path: () => '/workspaces/current/activate',
    body: {},
    status: 422,
  },
  'get /presets': { path: () => '/presets', status: 200 },
  'post /workspaces/current/preset': {
    path: () => '/workspaces/current/preset',
    body: { preset: 'gym' },
    status: 200,
  },
  'get /teams': { path: () => '/teams', status: 200 },
  'post /teams': { path: () => '/teams', body: { name: 'Another' }, status: 201 },
  'get /teams/:id': { path: ({ teamId }) => `/teams/${teamId}`, status: 200 },
  'patch /teams/:id': { path: ({ teamId }) => `/teams/${teamId}`, body: { name: 'T' }, status: 200 },
  'delete /teams/:id': { path: ({ teamId }) => `/teams/${teamId}`, status: 204 },
  'get /services': { path: () => '/services', status: 200 },
  'post /services': { path: () => '/services', body: newService, status: 201 },
  'get /services/:id': { path: ({ serviceId }) => `/services/${serviceId}`, status: 200 },
  'patch /services/:id': {
    path: ({ serviceId }) => `/services/${serviceId}`,
    body: { durationMin: 45 },
    status: 200,
  },
  'delete /services/:id': { path: ({ serviceId }) => `/services/${serviceId}`, status: 204 },
  'get /members': { path: () => '/members', status: 200 },
  'post /members/invitations': {
    path: () => '/members/invitations',
    body: { email: 'new@clinic.test', name: 'New', role: 'staff' },
    status: 201,
  },
  'patch /members/:id': {
    path: ({ memberId }) => `/members/${memberId}`,
    body: { name: 'Ann' },
    status: 200,
  },
  'delete /members/:id': { path: ({ memberId }) => `/members/${memberId}`, status: 204 },
  'get /gmail-consent': { path: () => '/gmail-consent', status: 200 },
  'post /gmail-consent': { path: () => '/gmail-consent', body: { state: 'x', code: 'x' }, status: 422 },
  // The channel of the test is no mailbox at Gmail.
  'post /integrations/:id/gmail-consent': {
    path: ({ channelId }) => `/integrations/${channelId}/gmail-consent`,
    status: 409,
  },
  'delete /integrations/:id/gmail-consent': {
    path: ({ channelId }) => `/integrations/${channelId}/gmail-consent`,
    status: 409,
  },
  'get /integrations': { path: () => '/integrations', status: 200 },
  'post /integrations': { path: () => '/integrations', body: newChannel, status: 201 },
  'get /integrations/:id': { path: ({ channelId }) => `/integrations/${channelId}`, status: 200 },
  'patch /integrations/:id': {
    path: ({ channelId }) => `/integrations/${channelId}`,
    body: { name: 'Renamed' },
    status: 200,
  },
  'get /channels/:id/stats': { path: ({ channelId }) => `/channels/${channelId}/stats`, status: 200 },
  'get /channels/:id/options': { path: ({ channelId }) => `/channels/${channelId}/options`, status: 200 },
  'put /channels/:id/options': {
    path: ({ channelId }) => `/channels/${channelId}/options`,
    body: { isDefault: true, perSecond: null, pairSeconds: 0 },
    status: 200,
  },
  'get /channels/:id/voice': { path: ({ channelId }) => `/channels/${channelId}/voice`, status: 200 },
  'put /channels/:id/voice': {
    path: ({ channelId }) => `/channels/${channelId}/voice`,
    body: usualVoiceLine,
    status: 200,
  },
  'get /channels/:id/push': { path: ({ channelId }) => `/channels/${channelId}/push`, status: 200 },
  'post /channels/:id/push/test': {
    path: ({ channelId }) => `/channels/${channelId}/push/test`,
    body: {},
    status: 200,
  },
  'post /channels/:id/test-send': {
    path: ({ channelId }) => `/channels/${channelId}/test-send`,
    body: { to: '4915123456789' },
    status: 200,
  },
  'get /integrations/:id/health': {
    path: ({ channelId }) => `/integrations/${channelId}/health`,
    status: 200,
  },
  'get /integrations/:id/health/history': {
    path: ({ channelId }) => `/integrations/${channelId}/health/history`,
    status: 200,
  },
  'get /integrations/:id/dns': { path: ({ channelId }) => `/integrations/${channelId}/dns`, status: 409 },
  'get /integrations/:id/gmail-watch': {
    path: ({ channelId }) => `/integrations/${channelId}/gmail-watch`,
    status: 409,
  },
  'post /integrations/:id/gmail-watch': {
    path: ({ channelId }) => `/integrations/${channelId}/gmail-watch`,
    status: 409,
  },
  'get /integrations/kinds': { path: () => '/integrations/kinds', status: 200 },
  'post /integrations/:id/test': {
    path: ({ channelId }) => `/integrations/${channelId}/test`,
    body: {},
    status: 200,
  },
  'post /integrations/:id/rotate-secret': {
    path: ({ channelId }) => `/integrations/${channelId}/rotate-secret`,
    body: { secret: 'verifyToken' },
    status: 200,
  },
  // Its secrets were made up, and it works: each would have to change first.
  'post /integrations/:id/simulate': {
    path: ({ channelId }) => `/integrations/${channelId}/simulate`,
    body: { simulate: false },
    status: 409,
  },
  'delete /integrations/:id': { path: ({ channelId }) => `/integrations/${channelId}`, status: 409 },
  'get /webhook-endpoints': { path: () => '/webhook-endpoints', status: 200 },
  'get /webhook-endpoints/events': { path: () => '/webhook-endpoints/events', status: 200 },
  'post /webhook-endpoints': {
    path: () => '/webhook-endpoints',
    body: { name: 'Shop', events: ['message.created'] },
    status: 201,
  },
  'get /webhook-endpoints/:id': { path: e, status: 200 },
  'patch /webhook-endpoints/:id': { path: e, body: { name: 'CRM' }, status: 200 },
  'post /webhook-endpoints/:id/rotate-secret': {
    path: (k) => `${e(k)}/rotate-secret`,
    body: {},
    status: 200,
  },
  'post /webhook-endpoints/:id/test': { path: (k) => `${e(k)}/test`, body: {}, status: 202 },
  'get /webhook-endpoints/:id/deliveries': { path: (k) => `${e(k)}/deliveries`, status: 200 },
  'get /webhook-endpoints/:id/deliveries/:did': {
    path: (k) => `${e(k)}/deliveries/${k.endpointId}.1`,
    status: 200,
  },
  'post /webhook-endpoints/:id/deliveries/:did/replay': {
    path: (k) => `${e(k)}/deliveries/${k.endpointId}.1/replay`,
    body: {},
    status: 202,
  },
  'post /webhook-endpoints/:id/replay': {
    path: (k) => `${e(k)}/replay`,
    body: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
    status: 202,
  },
  'get /webhook-endpoints/:id/caught': { path: (k) => `${e(k)}/caught`, status: 200 },
  'delete /webhook-endpoints/:id': { path: e, status: 204 },
  'get /workspaces/current/closing': { path: () => '/workspaces/current/closing', status: 404 },
  'post /workspaces/current/close': {
    path: () => '/workspaces/current/close',
    body: { slug: 'other' },
    status: 422,
  },
  'post /workspaces/current/reopen': {
    path: () => '/workspaces/current/reopen',
    body: {},
    status: 404,
  },
  'get /workspaces/current/exports': { path: () => '/workspaces/current/exports', status: 200 },
  'post /workspaces/current/export': {
    path: () => '/workspaces/current/export',
    body: { passphrase: 'short' },
    status: 422,
  },
  'post /workspaces/current/exports/:id/link': {
    path: () => '/workspaces/current/exports/exp_none/link',
    body: {},
    status: 404,
  },
  'get /permissions': { path: () => '/permissions', status: 200 },
  // By now the one who was there is taken out.
  'post /members/:id/impersonation/ask': { path: (k) => `/members/${k.memberId}/impersonation/ask`, status: 404 },
  'post /members/:id/impersonation': { path: (k) => `/members/${k.memberId}/impersonation`, status: 404 },
  'get /api-keys': { path: () => '/api-keys', status: 200 },
  'post /api-keys': { path: () => '/api-keys', body: { name: 'A key', scopes: ['members.read'] }, status: 201 },
  'post /api-keys/:id/rotate': { path: ({ keyId }) => `/api-keys/${keyId}/rotate`, body: {}, status: 200 },
  'delete /api-keys/:id': { path: ({ keyId }) => `/api-keys/${keyId}`, status: 204 },
}
