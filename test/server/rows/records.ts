import type { Rows } from './row.ts'

const of =
  (rest: string) =>
  ({ userId }: { userId: string }) =>
    `/users/${userId}${rest}`
const two = ({ userId }: { userId: string }) => ({ winnerId: userId, loserId: userId })

/** One person: what is known of them, and what becomes of it. */
export const records: Rows = {
  'post /users': { path: () => '/users', body: { name: 'Entered' }, status: 201 },
  'get /users/:id/private': { path: of('/private'), status: 200 },
  'patch /users/:id/private': { path: of('/private'), body: { gender: 'f' }, status: 200 },
  'post /users/:id/tags': { path: of('/tags'), body: { add: ['vip'] }, status: 200 },
  'delete /users/:id/tags/:tag': { path: of('/tags/vip'), status: 204 },
  'put /users/:id/status': { path: of('/status'), body: { statusId: null }, status: 200 },
  'put /users/:id/beta-tester': { path: of('/beta-tester'), body: { isBetaTester: true }, status: 200 },
  'get /users/:id/phone-config': { path: of('/phone-config'), status: 200 },
  'put /users/:id/phone-config': { path: of('/phone-config'), body: { model: 'old' }, status: 200 },
  'post /users/:id/block': { path: of('/block'), body: {}, status: 200 },
  'post /users/:id/unblock': { path: of('/unblock'), status: 200 },
  'delete /users/:id': { path: of(''), status: 204 },
  'post /users/:id/restore': { path: of('/restore'), status: 200 },
  'put /users/:id/restriction': { path: of('/restriction'), body: { isRestricted: false }, status: 200 },
  'post /users/:id/engagement': { path: of('/engagement'), body: { type: 'session_attended' }, status: 200 },
  'get /users/:id/engagement': { path: of('/engagement'), status: 200 },
  'get /users/:id/timeline': { path: of('/timeline'), status: 200 },
  'get /users/:id/identities': { path: of('/identities'), status: 200 },
  'post /users/:id/identities': {
    path: of('/identities'),
    body: { kind: 'email', value: 'one@rows.test' },
    status: 200,
  },
  'patch /users/:id/identities/:identityId': { path: of('/identities/idn_none'), body: { label: 'x' }, status: 404 },
  'delete /users/:id/identities/:identityId': { path: of('/identities/idn_none'), status: 404 },
  'get /users/:id/referrals': { path: of('/referrals'), status: 200 },
  'post /users/:id/referral-code': { path: of('/referral-code'), status: 200 },
  'post /referrals/redeem': {
    path: () => '/referrals/redeem',
    body: { userId: 'usr_none', code: 'NOBODYS' },
    status: 422,
  },
  'get /users/duplicates': { path: () => '/users/duplicates', status: 200 },
  'post /users/duplicates/scan': { path: () => '/users/duplicates/scan', status: 200 },
  'post /users/duplicates/:id/dismiss': { path: () => '/users/duplicates/dup_none/dismiss', status: 404 },
  'post /users/merge/preview': {
    path: () => '/users/merge/preview',
    body: two({ userId: 'usr_one' }),
    status: 409,
  },
  'post /users/merge': { path: () => '/users/merge', body: two({ userId: 'usr_one' }), status: 409 },
  'post /users/merge/:id/undo': { path: () => '/users/merge/mrg_none/undo', status: 404 },
  'get /users/:id/files': { path: of('/files'), status: 200 },
  'get /users/:id/merges': { path: of('/merges'), status: 200 },
  // What the others look at stays: it is not their name.
  'post /users/:id/erase': { path: of('/erase'), body: { name: 'Not their name' }, status: 422 },
  'post /users/:id/export': { path: of('/export'), status: 202 },
  'post /users/:id/export/:exportId/link': { path: of('/export/fil_none/link'), status: 404 },
  'get /lead-forms': { path: () => '/lead-forms', status: 200 },
  'post /lead-forms': {
    path: () => '/lead-forms',
    body: { name: 'Website', origins: ['https://rows.test'] },
    status: 201,
  },
  'get /lead-forms/:id': { path: () => '/lead-forms/frm_none', status: 404 },
  'patch /lead-forms/:id': { path: () => '/lead-forms/frm_none', body: { name: 'X' }, status: 404 },
  'delete /lead-forms/:id': { path: () => '/lead-forms/frm_none', status: 404 },
  'get /custom-fields': { path: () => '/custom-fields', status: 200 },
  'post /custom-fields': {
    path: () => '/custom-fields',
    body: { key: 'another', name: 'Another', type: 'text' },
    status: 201,
  },
  'get /custom-fields/:id': { path: ({ fieldId }) => `/custom-fields/${fieldId}`, status: 200 },
  'patch /custom-fields/:id': { path: ({ fieldId }) => `/custom-fields/${fieldId}`, body: { name: 'X' }, status: 200 },
  'delete /custom-fields/:id': { path: ({ fieldId }) => `/custom-fields/${fieldId}`, status: 204 },
  'get /tags/colours': { path: () => '/tags/colours', status: 200 },
  'get /tags/counts': { path: () => '/tags/counts?labels=vip,another', status: 200 },
  'post /tags/:id/merge': {
    path: ({ tagId }) => `/tags/${tagId}/merge`,
    body: { into: 'tag_nothing' },
    status: 404,
  },
  'get /tags': { path: () => '/tags', status: 200 },
  'post /tags': { path: () => '/tags', body: { label: 'another' }, status: 201 },
  'get /tags/:id': { path: ({ tagId }) => `/tags/${tagId}`, status: 200 },
  'patch /tags/:id': { path: ({ tagId }) => `/tags/${tagId}`, body: { description: 'X' }, status: 200 },
  'delete /tags/:id': { path: ({ tagId }) => `/tags/${tagId}`, status: 204 },
  'get /user-status-options': { path: () => '/user-status-options', status: 200 },
  'post /user-status-options': { path: () => '/user-status-options', body: { name: 'Away' }, status: 201 },
  'get /user-status-options/:id': { path: ({ optionId }) => `/user-status-options/${optionId}`, status: 200 },
  'patch /user-status-options/:id': {
    path: ({ optionId }) => `/user-status-options/${optionId}`,
    body: { description: 'X' },
    status: 200,
  },
  'delete /user-status-options/:id': { path: ({ optionId }) => `/user-status-options/${optionId}`, status: 204 },
}
