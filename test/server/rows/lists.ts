import type { Rows } from './row.ts'

const filter = { field: 'stage', is: 'is', value: 'lead' }
const table = Buffer.from('Name,Phone\nAnna,+4915123456781\n')

/** Many people at once. */
export const lists: Rows = {
  'get /messages/search': { path: () => '/messages/search?q=hello', status: 200 },
  'get /users': { path: () => '/users', status: 200 },
  'get /users/birthdays': { path: () => '/users/birthdays', status: 200 },
  'post /users/bulk': {
    path: () => '/users/bulk',
    body: { userIds: ['usr_nobody'], do: { tag: { add: ['vip'] } } },
    status: 200,
  },
  'get /leads': { path: () => '/leads', status: 200 },
  'post /leads': {
    path: () => '/leads',
    body: { name: 'Lea Lead', identities: [{ kind: 'email', value: 'lea@example.com' }] },
    status: 200,
  },
  'get /leads/counts': { path: () => '/leads/counts', status: 200 },
  'patch /leads/:id/stage': { path: ({ userId }) => `/leads/${userId}/stage`, body: { stage: 'engaged' }, status: 200 },
  'get /filter-fields': { path: () => '/filter-fields', status: 200 },
  'get /segments/counts': { path: () => '/segments/counts', status: 200 },
  'post /segments/preview': { path: () => '/segments/preview', body: { filter }, status: 200 },
  'get /segments': { path: () => '/segments', status: 200 },
  'post /segments': { path: () => '/segments', body: { name: 'Leads', filter }, status: 201 },
  'get /segments/:id': { path: ({ segmentId }) => `/segments/${segmentId}`, status: 200 },
  'patch /segments/:id': { path: ({ segmentId }) => `/segments/${segmentId}`, body: { name: 'Friends' }, status: 200 },
  'get /segments/:id/users': { path: ({ segmentId }) => `/segments/${segmentId}/users`, status: 200 },
  'put /segments/:id/members': { path: ({ segmentId }) => `/segments/${segmentId}/members`, body: {}, status: 200 },
  'delete /segments/:id': { path: ({ segmentId }) => `/segments/${segmentId}`, status: 204 },
  'get /imports': { path: () => '/imports', status: 200 },
  'post /imports': { path: () => '/imports?name=people.csv', body: table, status: 201 },
  'get /imports/:id': { path: ({ importId }) => `/imports/${importId}`, status: 200 },
  'put /imports/:id/mapping': {
    path: ({ importId }) => `/imports/${importId}/mapping`,
    body: { mapping: ['name', 'phone'] },
    status: 200,
  },
  'post /imports/:id/run': { path: ({ importId }) => `/imports/${importId}/run`, status: 409 },
  'post /imports/:id/validate': { path: ({ importId }) => `/imports/${importId}/validate`, status: 200 },
  'post /imports/:id/cancel': { path: ({ importId }) => `/imports/${importId}/cancel`, status: 200 },
  'get /imports/:id/rows': { path: ({ importId }) => `/imports/${importId}/rows`, status: 200 },
  'get /imports/:id/report': { path: ({ importId }) => `/imports/${importId}/report`, status: 200 },
  'get /exports': { path: () => '/exports', status: 200 },
  'post /exports': { path: () => '/exports', body: {}, status: 202 },
  'get /exports/:id': { path: ({ exportId }) => `/exports/${exportId}`, status: 200 },
  'post /exports/:id/link': { path: ({ exportId }) => `/exports/${exportId}/link`, status: 200 },
}
