import type { Rows } from './row.ts'

const canned = { shortcut: 'hi', name: 'Hello', texts: [{ locale: 'en', text: 'Hello {{person.firstName|you}}' }] }
/** One that WhatsApp would take. */
export const newTemplate = {
  name: 'visit',
  language: 'en',
  category: 'utility',
  words: { body: 'We are closed on Friday.' },
}
const deeds = [{ do: 'priority', priority: 'high' }]
const filter = { field: 'status', is: 'is', value: 'open' }

/** What staff have at hand for their work in the inbox. */
export const tools: Rows = {
  'get /message-templates': { path: () => '/message-templates?status=draft', status: 200 },
  'post /message-templates': {
    path: () => '/message-templates',
    // Of its own channel, which is another workspace's everywhere else.
    body: { ...newTemplate, name: 'another', channelId: 'ch_nobody' },
    status: 422,
  },
  'get /message-templates/:id': { path: ({ templateId }) => `/message-templates/${templateId}`, status: 200 },
  'patch /message-templates/:id': {
    path: ({ templateId }) => `/message-templates/${templateId}`,
    body: { category: 'marketing' },
    status: 200,
  },
  'post /message-templates/:id/preview': {
    path: ({ templateId }) => `/message-templates/${templateId}/preview`,
    body: {},
    status: 200,
  },
  'post /message-templates/:id/submit': {
    path: ({ templateId }) => `/message-templates/${templateId}/submit`,
    status: 200,
  },
  'get /conversations/:id/templates': {
    path: ({ conversationId }) => `/conversations/${conversationId}/templates`,
    status: 200,
  },
  'delete /message-templates/:id': { path: ({ templateId }) => `/message-templates/${templateId}`, status: 204 },
  'post /message-templates/sync': { path: () => '/message-templates/sync', body: {}, status: 200 },
  'get /assignment': { path: () => '/assignment', status: 200 },
  'put /assignment': { path: () => '/assignment', body: { mode: 'off' }, status: 200 },
  'get /assignment/members': { path: () => '/assignment/members', status: 200 },
  'put /assignment/members/:id': {
    path: ({ memberId }) => `/assignment/members/${memberId}`,
    body: { skills: ['german'] },
    status: 200,
  },
  'get /queue': { path: () => '/queue?team=none', status: 200 },
  'get /queue/decisions': { path: () => '/queue/decisions', status: 200 },
  'get /canned-responses/offered': { path: () => '/canned-responses/offered', status: 200 },
  'get /macros/offered': { path: () => '/macros/offered', status: 200 },
  'get /canned-responses': { path: () => '/canned-responses', status: 200 },
  'post /canned-responses': { path: () => '/canned-responses', body: canned, status: 201 },
  'get /canned-responses/:id': { path: ({ cannedId }) => `/canned-responses/${cannedId}`, status: 200 },
  'patch /canned-responses/:id': {
    path: ({ cannedId }) => `/canned-responses/${cannedId}`,
    body: { name: 'Good day' },
    status: 200,
  },
  'post /canned-responses/:id/fill': {
    path: ({ cannedId }) => `/canned-responses/${cannedId}/fill`,
    body: { conversationId: 'c_nobody' },
    status: 404,
  },
  'delete /canned-responses/:id': { path: ({ cannedId }) => `/canned-responses/${cannedId}`, status: 204 },
  'get /macros': { path: () => '/macros', status: 200 },
  'post /macros': { path: () => '/macros', body: { name: 'Urgent', deeds }, status: 201 },
  'get /macros/:id': { path: ({ macroId }) => `/macros/${macroId}`, status: 200 },
  'patch /macros/:id': { path: ({ macroId }) => `/macros/${macroId}`, body: { name: 'At once' }, status: 200 },
  'post /macros/:id/run': {
    path: ({ macroId }) => `/macros/${macroId}/run`,
    body: { conversationIds: ['c_nobody'] },
    status: 200,
  },
  'delete /macros/:id': { path: ({ macroId }) => `/macros/${macroId}`, status: 204 },
  'post /conversations/together': {
    path: () => '/conversations/together',
    body: { conversationIds: ['c_nobody'], deeds },
    status: 200,
  },
  'get /conversations/matching': {
    path: () => `/conversations/matching?filter=${encodeURIComponent(JSON.stringify(filter))}`,
    status: 200,
  },
  'get /inbox-views/counts': { path: () => '/inbox-views/counts', status: 200 },
  'get /inbox-views': { path: () => '/inbox-views', status: 200 },
  'post /inbox-views': { path: () => '/inbox-views', body: { name: 'Open ones', filter }, status: 201 },
  'get /inbox-views/:id': { path: ({ viewId }) => `/inbox-views/${viewId}`, status: 200 },
  'patch /inbox-views/:id': { path: ({ viewId }) => `/inbox-views/${viewId}`, body: { isShared: true }, status: 200 },
  'put /inbox-views/:id/sharing': {
    path: ({ viewId }) => `/inbox-views/${viewId}/sharing`,
    body: { isShared: true },
    status: 200,
  },
  'get /inbox-views/:id/conversations': { path: ({ viewId }) => `/inbox-views/${viewId}/conversations`, status: 200 },
  'delete /inbox-views/:id': { path: ({ viewId }) => `/inbox-views/${viewId}`, status: 204 },
}
