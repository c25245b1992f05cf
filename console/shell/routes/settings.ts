import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { staff, wordsIn } from './root.ts'

const settings = createRoute({
  getParentRoute: () => staff,
  path: '/settings',
  component: lazyRouteComponent(() => import('../../settings/frame.tsx'), 'SettingsFrame'),
})

const first = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => redirect({ to: '/settings/account', replace: true, throw: true }),
})

const account = createRoute({
  getParentRoute: () => settings,
  path: 'account',
  /** What Google said, where the browser comes back from there. */
  validateSearch: (search): { google?: string } => wordsIn(search, 'google'),
  component: lazyRouteComponent(() => import('../../settings/account-page.tsx'), 'AccountPage'),
})

const business = createRoute({
  getParentRoute: () => settings,
  path: 'business',
  component: lazyRouteComponent(() => import('../../settings/business-page.tsx'), 'BusinessPage'),
})

const hours = createRoute({
  getParentRoute: () => settings,
  path: 'hours',
  component: lazyRouteComponent(() => import('../../settings/hours-page.tsx'), 'HoursPage'),
})

const modules = createRoute({
  getParentRoute: () => settings,
  path: 'modules',
  component: lazyRouteComponent(() => import('../../settings/modules-page.tsx'), 'ModulesPage'),
})

const branding = createRoute({
  getParentRoute: () => settings,
  path: 'branding',
  component: lazyRouteComponent(() => import('../../settings/branding-page.tsx'), 'BrandingPage'),
})

const teams = createRoute({
  getParentRoute: () => settings,
  path: 'teams',
  component: lazyRouteComponent(() => import('../../settings/teams-page.tsx'), 'TeamsPage'),
})

const services = createRoute({
  getParentRoute: () => settings,
  path: 'services',
  component: lazyRouteComponent(() => import('../../settings/services-page.tsx'), 'ServicesPage'),
})

const assignment = createRoute({
  getParentRoute: () => settings,
  path: 'assignment',
  component: lazyRouteComponent(() => import('../../settings/assignment-page.tsx'), 'AssignmentPage'),
})

const sla = createRoute({
  getParentRoute: () => settings,
  path: 'promises',
  component: lazyRouteComponent(() => import('../../settings/sla-page.tsx'), 'SlaPage'),
})

const templates = createRoute({
  getParentRoute: () => settings,
  path: 'templates',
  component: lazyRouteComponent(() => import('../../settings/templates-page.tsx'), 'TemplatesPage'),
})

const replies = createRoute({
  getParentRoute: () => settings,
  path: 'replies',
  component: lazyRouteComponent(() => import('../../settings/replies-page.tsx'), 'RepliesPage'),
})

const macros = createRoute({
  getParentRoute: () => settings,
  path: 'macros',
  component: lazyRouteComponent(() => import('../../settings/macros-page.tsx'), 'MacrosPage'),
})

const fields = createRoute({
  getParentRoute: () => settings,
  path: 'fields',
  component: lazyRouteComponent(() => import('../../settings/fields-page.tsx'), 'FieldsPage'),
})

const statuses = createRoute({
  getParentRoute: () => settings,
  path: 'statuses',
  component: lazyRouteComponent(() => import('../../settings/statuses-page.tsx'), 'StatusesPage'),
})

const tags = createRoute({
  getParentRoute: () => settings,
  path: 'tags',
  component: lazyRouteComponent(() => import('../../settings/tags-page.tsx'), 'TagsPage'),
})

const suppressions = createRoute({
  getParentRoute: () => settings,
  path: 'suppressions',
  component: lazyRouteComponent(() => import('../../settings/suppressions-page.tsx'), 'SuppressionsPage'),
})

const team = createRoute({
  getParentRoute: () => settings,
  path: 'team',
  component: lazyRouteComponent(() => import('../../settings/team-page.tsx'), 'TeamPage'),
})

const channels = createRoute({
  getParentRoute: () => settings,
  path: 'channels',
  validateSearch: (search): { channel?: string } => wordsIn(search, 'channel'),
  component: lazyRouteComponent(() => import('../../settings/channels-page.tsx'), 'ChannelsPage'),
})

const slack = createRoute({
  getParentRoute: () => settings,
  path: 'slack',
  component: lazyRouteComponent(() => import('../../settings/slack-page.tsx'), 'SlackPage'),
})

const webhooks = createRoute({
  getParentRoute: () => settings,
  path: 'webhooks',
  validateSearch: (search): { endpoint?: string } => wordsIn(search, 'endpoint'),
  component: lazyRouteComponent(() => import('../../settings/webhooks-page.tsx'), 'WebhooksPage'),
})

const apiKeys = createRoute({
  getParentRoute: () => settings,
  path: 'keys',
  component: lazyRouteComponent(() => import('../../settings/keys-page.tsx'), 'KeysPage'),
})

const data = createRoute({
  getParentRoute: () => settings,
  path: 'data',
  component: lazyRouteComponent(() => import('../../settings/data-page.tsx'), 'DataPage'),
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
  suppressions,
  team,
  channels,
  slack,
  webhooks,
  apiKeys,
  data,
])
