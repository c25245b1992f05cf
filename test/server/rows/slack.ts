import type { Known, Rows } from './row.ts'

const rule = ({ slackRuleId }: Known) => `/slack-rules/${slackRuleId}`
const slack = () => '/slack'

/** Slack for the staff. The business of the test is live: nothing is simulated for it. */
export const slackRows: Rows = {
  'get /slack': { path: slack, status: 200 },
  'post /slack': { path: slack, body: {}, status: 409 },
  'patch /slack': { path: slack, body: { status: 'active' }, status: 404 },
  'post /slack/test': { path: () => '/slack/test', body: { channel: 'C0GENERAL' }, status: 404 },
  'get /slack/channels': { path: () => '/slack/channels', status: 404 },
  'get /slack-rules': { path: () => '/slack-rules', status: 200 },
  'post /slack-rules': {
    path: () => '/slack-rules',
    body: { name: 'Promises', on: ['sla_breached'], channel: 'C0GENERAL' },
    status: 201,
  },
  'get /slack-rules/:id': { path: rule, status: 200 },
  'patch /slack-rules/:id': { path: rule, body: { afterMinutes: 20 }, status: 200 },
  'delete /slack-rules/:id': { path: rule, status: 204 },
  'delete /slack': { path: slack, status: 404 },
}
