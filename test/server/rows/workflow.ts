import type { Known, Rows } from './row.ts'

const c = ({ conversationId }: Known) => `/conversations/${conversationId}`
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

export const workflow: Rows = {
  'post /conversations/:id/snooze': { path: (k) => `${c(k)}/snooze`, body: { until: inAnHour() }, status: 200 },
  'put /conversations/:id/team': { path: (k) => `${c(k)}/team`, body: { teamId: null }, status: 200 },
  'put /conversations/:id/priority': { path: (k) => `${c(k)}/priority`, body: { priority: 'high' }, status: 200 },
  'post /conversations/:id/tags': { path: (k) => `${c(k)}/tags`, body: { add: ['vip'] }, status: 200 },
  'get /conversations/:id/episodes': { path: (k) => `${c(k)}/episodes`, status: 200 },
  'post /conversations/:id/csat': { path: (k) => `${c(k)}/csat`, body: {}, status: 202 },
  // Whoever calls has a telephone of their own; and nothing rings that could be hung up.
  'post /conversations/:id/calls': { path: (k) => `${c(k)}/calls`, body: {}, status: 409 },
  'post /conversations/:id/calls/:messageId/end': {
    path: (k) => `${c(k)}/calls/${k.messageId}/end`,
    status: 409,
  },
  'get /conversations/:id/scheduled': { path: (k) => `${c(k)}/scheduled`, status: 200 },
  'post /conversations/:id/scheduled': {
    path: (k) => `${c(k)}/scheduled`,
    body: { content: { kind: 'text', text: 'Later' }, sendAt: inAnHour() },
    status: 201,
  },
  'patch /messages/:id': { path: ({ messageId }) => `/messages/${messageId}`, body: {}, status: 409 },
  'delete /messages/:id': { path: ({ messageId }) => `/messages/${messageId}`, status: 409 },
  'post /conversations/:id/automation/pause': { path: (k) => `${c(k)}/automation/pause`, body: {}, status: 200 },
  'put /conversations/:id/ai-mode': { path: (k) => `${c(k)}/ai-mode`, body: { aiMode: 'off' }, status: 200 },
  'post /conversations/:id/proposals': {
    path: (k) => `${c(k)}/proposals`,
    body: { text: 'Yes', sawRev: 0 },
    status: 200,
  },
  'get /me/attention': { path: () => '/me/attention', status: 200 },
  'post /me/attention/look': { path: () => '/me/attention/look', body: {}, status: 200 },
  'get /sla-policies': { path: () => '/sla-policies', status: 200 },
  'post /sla-policies': {
    path: () => '/sla-policies',
    body: { name: 'Others', resolutionMinutes: 480, calendar: 'always' },
    status: 201,
  },
  'get /sla-policies/:id': { path: ({ slaId }) => `/sla-policies/${slaId}`, status: 200 },
  'patch /sla-policies/:id': {
    path: ({ slaId }) => `/sla-policies/${slaId}`,
    body: { firstResponseMinutes: 30 },
    status: 200,
  },
  'delete /sla-policies/:id': { path: ({ slaId }) => `/sla-policies/${slaId}`, status: 204 },
}
