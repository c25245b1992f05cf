import type { Rows } from './row.ts'

export const operations: Rows = {
  // This workspace is no sandbox.
  'get /admin/clock': { path: () => '/admin/clock', status: 200 },
  'post /admin/clock/freeze': { path: () => '/admin/clock/freeze', body: {}, status: 409 },
  'post /admin/clock/release': { path: () => '/admin/clock/release', body: {}, status: 409 },
  'post /admin/clock/step': { path: () => '/admin/clock/step', body: { ms: 1 }, status: 409 },
  'post /admin/clock/next': { path: () => '/admin/clock/next', body: {}, status: 409 },
  'post /admin/clock/real': { path: () => '/admin/clock/real', body: {}, status: 409 },
  'get /admin/actors/overview': { path: () => '/admin/actors/overview', status: 200 },
  'get /admin/actors': { path: () => '/admin/actors', status: 200 },
  'get /admin/actors/:kind/:id': { path: ({ userId }) => `/admin/actors/user/${userId}`, status: 200 },
  'get /admin/audit': { path: () => '/admin/audit', status: 200 },
  'get /admin/audit/actions': { path: () => '/admin/audit/actions', status: 200 },
  'get /admin/audit/acting': { path: () => '/admin/audit/acting', status: 200 },
  'get /admin/audit/export': { path: () => '/admin/audit/export', status: 200 },
  'get /admin/audit/chain': { path: () => '/admin/audit/chain', status: 200 },
  'post /admin/audit/verify': { path: () => '/admin/audit/verify', status: 200 },
  'post /errors': { path: () => '/errors', body: { name: 'TypeError' }, status: 202 },
  'get /admin/jobs': { path: () => '/admin/jobs', status: 200 },
  'post /admin/jobs/:name/run': { path: () => '/admin/jobs/files/run', body: {}, status: 202 },
  'post /admin/jobs/:name/pause': { path: () => '/admin/jobs/files/pause', body: {}, status: 200 },
  'post /admin/jobs/:name/resume': { path: () => '/admin/jobs/files/resume', body: {}, status: 200 },
  'get /admin/errors': { path: () => '/admin/errors', status: 200 },
  'patch /admin/errors/:id': {
    path: ({ errorId }) => `/admin/errors/${errorId}`,
    body: { status: 'resolved' },
    status: 200,
  },
  'get /admin/dead-letters': { path: () => '/admin/dead-letters', status: 200 },
  'get /admin/dead-letters/:id': {
    path: ({ letterIds }) => `/admin/dead-letters/${letterIds[0]}`,
    status: 200,
  },
  'post /admin/dead-letters/:id/replay': {
    path: ({ letterIds }) => `/admin/dead-letters/${letterIds[0]}/replay`,
    status: 200,
  },
  'post /admin/dead-letters/:id/drop': {
    path: ({ letterIds }) => `/admin/dead-letters/${letterIds[1]}/drop`,
    body: { reason: 'It is of no use.' },
    status: 200,
  },
  'get /admin/backups': { path: () => '/admin/backups', status: 200 },
  // One is being made already, by somebody whom nobody sees.
  'post /admin/backups': { path: () => '/admin/backups', body: {}, status: 409 },
  'post /admin/backups/:id/check': {
    path: () => '/admin/backups/bak_none/check',
    body: {},
    status: 404,
  },
  'get /admin/streams/readers': {
    path: (k) => `/admin/streams/readers?stream=conversation:${k.conversationId}`,
    status: 200,
  },
}
