import type { Known, Rows } from './row.ts'

const text = { kind: 'text', text: 'Good morning' }
const c = ({ conversationId }: Known) => `/conversations/${conversationId}`

export const conversations: Rows = {
  'get /conversations': { path: () => '/conversations', status: 200 },
  'get /conversations/:id': { path: c, status: 200 },
  'get /conversations/:id/messages': { path: (k) => `${c(k)}/messages`, status: 200 },
  'get /conversations/:id/ways': { path: (k) => `${c(k)}/ways`, status: 200 },
  'get /conversations/:id/window': { path: (k) => `${c(k)}/window`, status: 200 },
  'post /conversations/:id/messages': {
    path: (k) => `${c(k)}/messages`,
    body: { content: text },
    status: 201,
  },
  'post /users/:id/conversation': { path: ({ userId }) => `/users/${userId}/conversation`, status: 200 },
  'post /messages': {
    path: () => '/messages',
    body: { to: { kind: 'email', value: 'nobody yet' }, content: text },
    status: 422,
  },
  'post /conversations/:id/notes': {
    path: (k) => `${c(k)}/notes`,
    body: { text: 'note' },
    status: 201,
  },
  'post /conversations/:id/read': { path: (k) => `${c(k)}/read`, body: { upTo: 1 }, status: 200 },
  'put /conversations/:id/status': {
    path: (k) => `${c(k)}/status`,
    body: { status: 'pending' },
    status: 200,
  },
  'post /conversations/:id/handoff': {
    path: (k) => `${c(k)}/handoff`,
    body: { reason: 'They asked for a person', summary: 'About the bill' },
    status: 200,
  },
  // Nothing has gone out: there is none of this id, wherever it is asked.
  'get /message-refs/:providerId': { path: () => '/message-refs/wamid.none', status: 404 },
  'put /conversations/:id/assignee': {
    path: (k) => `${c(k)}/assignee`,
    body: { assigneeId: null },
    status: 200,
  },
  'post /conversations/:id/take': { path: (k) => `${c(k)}/take`, body: {}, status: 200 },
  'post /conversations/:id/automation/resume': {
    path: (k) => `${c(k)}/automation/resume`,
    body: {},
    status: 200,
  },
  'get /messages/:id': { path: ({ messageId }) => `/messages/${messageId}`, status: 200 },
  // The message came in, so there is nothing to send again: its own workspace hears that, another hears of nothing.
  'post /messages/:id/retry': { path: ({ messageId }) => `/messages/${messageId}/retry`, status: 409 },
  'get /users/:id': { path: ({ userId }) => `/users/${userId}`, status: 200 },
  'patch /users/:id': {
    path: ({ userId }) => `/users/${userId}`,
    body: { stage: 'engaged' },
    status: 200,
  },
  'post /files': { path: () => '/files', body: { mime: 'image/png', sizeBytes: 9 }, status: 201 },
  'post /files/:id/complete': {
    path: ({ fileId }) => `/files/${fileId}/complete`,
    body: {},
    status: 200,
  },
  'get /files/:id/link': { path: ({ fileId }) => `/files/${fileId}/link`, status: 200 },
  'get /files/:id': { path: ({ fileId }) => `/files/${fileId}`, status: 200 },
  'delete /files/:id': { path: ({ fileId }) => `/files/${fileId}`, status: 204 },
  'get /remarks': { path: () => '/remarks', status: 200 },
  'post /remarks': {
    path: () => '/remarks',
    body: { kind: 'channel', recordId: 'ch_none', text: 'Nothing' },
    status: 404,
  },
  'get /remarks/:id': { path: ({ remarkId }) => `/remarks/${remarkId}`, status: 200 },
  'patch /remarks/:id': {
    path: ({ remarkId }) => `/remarks/${remarkId}`,
    body: { isPinned: true },
    status: 200,
  },
  'delete /remarks/:id': { path: ({ remarkId }) => `/remarks/${remarkId}`, status: 204 },
}
