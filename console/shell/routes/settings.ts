import { createRoute, redirect } from '@tanstack/react-router'
import { page } from './page.ts'
import { staff, wordsIn } from './root.ts'

const settings = createRoute({
  getParentRoute: () => staff,
  path: '/settings',
  component: page(() => import('../../settings/frame.tsx'), 'SettingsFrame'),
})

const first = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => redirect({ to: '/settings/account', replace: true, throw: true }),
})

const account = createRoute({
  getParentRoute: () => settings,
  path: 'account',
  /** What Google said, where the browser comes back from there; what Slack gave, where it comes from there. */
  validateSearch: (search): { google?: string; slack?: string } => ({
    ...wordsIn(search, 'google'),
    ...wordsIn(search, 'slack'),
  }),
  component: page(() => import('../../settings/account-page.tsx'), 'AccountPage'),
})

const business = createRoute({
  getParentRoute: () => settings,
  path: 'business',
  component: page(() => import('../../settings/business-page.tsx'), 'BusinessPage'),
})

const hours = createRoute({
  getParentRoute: () => settings,
  path: 'hours',
  component: page(() => import('../../settings/hours-page.tsx'), 'HoursPage'),
})

const modules = createRoute({
  getParentRoute: () => settings,
  path: 'modules',
  component: page(() => import('../../settings/modules-page.tsx'), 'ModulesPage'),
})

const branding = createRoute({
  getParentRoute: () => settings,
  path: 'branding',
  component: page(() => import('../../settings/branding-page.tsx'), 'BrandingPage'),
})

const teams = createRoute({
  getParentRoute: () => settings,
  path: 'teams',
  component: page(() => import('../../settings/teams-page.tsx'), 'TeamsPage'),
})

const services = createRoute({
  getParentRoute: () => settings,
  path: 'services',
  component: page(() => import('../../settings/services-page.tsx'), 'ServicesPage'),
})

const assignment = createRoute({
  getParentRoute: () => settings,
  path: 'assignment',
  component: page(() => import('../../settings/assignment-page.tsx'), 'AssignmentPage'),
})

const sla = createRoute({
  getParentRoute: () => settings,
  path: 'promises',
  component: page(() => import('../../settings/sla-page.tsx'), 'SlaPage'),
})

const templates = createRoute({
  getParentRoute: () => settings,
  path: 'templates',
  component: page(() => import('../../settings/templates-page.tsx'), 'TemplatesPage'),
})

const replies = createRoute({
  getParentRoute: () => settings,
  path: 'replies',
  component: page(() => import('../../settings/replies-page.tsx'), 'RepliesPage'),
})

const macros = createRoute({
  getParentRoute: () => settings,
  path: 'macros',
  component: page(() => import('../../settings/macros-page.tsx'), 'MacrosPage'),
})

const fields = createRoute({
  getParentRoute: () => settings,
  path: 'fields',
  component: page(() => import('../../settings/fields-page.tsx'), 'FieldsPage'),
})

const statuses = createRoute({
  getParentRoute: () => settings,
  path: 'statuses',
  component: page(() => import('../../settings/statuses-page.tsx'), 'StatusesPage'),
})

const tags = createRoute({
  getParentRoute: () => settings,
  path: 'tags',
  component: page(() => import('../../settings/tags-page.tsx'), 'TagsPage'),
})

const forms = createRoute({
  getParentRoute: () => settings,
  path: 'forms',
  component: page(() => import('../../settings/forms-page.tsx'), 'FormsPage'),
})

const suppressions = createRoute({
  getParentRoute: () => settings,
  path: 'suppressions',
  component: page(() => import('../../settings/suppressions-page.tsx'), 'SuppressionsPage'),
})

const team = createRoute({
  getParentRoute: () => settings,
  path: 'team',
  component: page(() => import('../../settings/team-page.tsx'), 'TeamPage'),
})

const channels = createRoute({
  getParentRoute: () => settings,
  path: 'channels',
  validateSearch: (search): { channel?: string } => wordsIn(search, 'channel'),
  component: page(() => import('../../settings/channels-page.tsx'), 'ChannelsPage'),
})

const gmail = createRoute({
  getParentRoute: () => settings,
  path: 'channels/google',
  /** What Google says to the browser that it sends back. */
  validateSearch: (search): { state?: string; code?: string; error?: string } => ({
    ...wordsIn(search, 'state'),
    ...wordsIn(search, 'code'),
    ...wordsIn(search, 'error'),
  }),
  component: page(() => import('../../settings/gmail-return.tsx'), 'GmailReturn'),
})

const slack = createRoute({
  getParentRoute: () => settings,
  path: 'slack',
  component: page(() => import('../../settings/slack-page.tsx'), 'SlackPage'),
})

const webhooks = createRoute({
  getParentRoute: () => settings,
  path: 'webhooks',
  validateSearch: (search): { endpoint?: string } => wordsIn(search, 'endpoint'),
  component: page(() => import('../../settings/webhooks-page.tsx'), 'WebhooksPage'),
})

const apiKeys = createRoute({
  getParentRoute: () => settings,
  path: 'keys',
  component: page(() => import('../../settings/keys-page.tsx'), 'KeysPage'),
})

const data = createRoute({
  getParentRoute: () => settings,
  path: 'data',
  component: page(() => import('../../settings/data-page.tsx'), 'DataPage'),
})

export const settingsRoutes = settings.addChildren([
  first,
  account,
  business,
  hours,
  modules,
  branding,
  teams,
  services,
  assignment,
  sla,
  templates,
  replies,
  macros,
  fields,
  statuses,
  tags,
  forms,
  suppressions,
  team,
  channels,
  gmail,
  slack,
  webhooks,
  apiKeys,
  data,
])
