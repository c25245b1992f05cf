import type { Rows } from './row.ts'

const said = [{ channel: 'email', purpose: 'marketing', state: 'granted' }]
const place = { channel: 'email', address: 'nobody@example.com' }

const question = {
  for: { kind: 'booking', ref: 'bk_1' },
  text: 'When?',
  choices: [{ id: 'mon', title: 'Monday' }],
  expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
}

export const consents: Rows = {
  'post /conversations/:id/questions': {
    path: ({ conversationId }) => `/conversations/${conversationId}/questions`,
    body: question,
    status: 201,
  },
  'delete /conversations/:id/questions/:questionId': {
    path: ({ conversationId }) => `/conversations/${conversationId}/questions/qst_none`,
    status: 200,
  },
  'get /users/:id/consents': { path: ({ userId }) => `/users/${userId}/consents`, status: 200 },
  'put /users/:id/consents': {
    path: ({ userId }) => `/users/${userId}/consents`,
    body: { changes: said, proof: { method: 'form', text: 'Offers and news' } },
    status: 200,
  },
  'get /users/:id/consents/history': { path: ({ userId }) => `/users/${userId}/consents/history`, status: 200 },
  'post /users/:id/consents/lift': { path: ({ userId }) => `/users/${userId}/consents/lift`, body: place, status: 200 },
  'get /users/:id/why': { path: ({ userId }) => `/users/${userId}/why`, status: 200 },
  'get /privacy/erasure-requests': { path: () => '/privacy/erasure-requests', status: 200 },
  'post /privacy/requests/:id/refuse': {
    path: () => '/privacy/requests/prq_none/refuse',
    body: { reason: 'kept_by_law' },
    status: 404,
  },
  'post /privacy/requests/:id/done': { path: () => '/privacy/requests/prq_none/done', status: 404 },
  'get /suppressions': { path: () => '/suppressions', status: 200 },
  'post /suppressions': { path: () => '/suppressions', body: { places: [place] }, status: 200 },
  'post /suppressions/check': { path: () => '/suppressions/check', body: { places: [place] }, status: 200 },
  'post /suppressions/:id/lift': {
    path: () => '/suppressions/sup_nothing/lift',
    body: { reason: 'mistake' },
    status: 404,
  },
  'post /suppressions/lift': { path: () => '/suppressions/lift', body: place, status: 200 },
}
