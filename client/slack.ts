import type { Http, Page } from './http.ts'

export type SlackTrigger = 'unassigned' | 'sla_warning' | 'sla_breached' | 'mentioned'

/** The app of the business in its Slack. */
export interface SlackConnection {
  id: string
  teamId: string
  teamName: string
  simulate: boolean
  status: 'active' | 'disabled'
  /** Whether forms there show who the person is and what was said last. */
  showsWords: boolean
  verifiedAt: string | null
  rev: number
}

interface SlackFailure {
  code: string
  why: string
  at: string
}

export interface SlackHealth {
  waiting: number
  /** Nothing leaves until somebody mends the connection. */
  broken: SlackFailure | null
  /** By the id of a channel. */
  failing: Record<string, SlackFailure>
  lastTakenAt: string | null
}

/** `manifest` is what Slack makes an app of, as JSON. */
export interface Slack {
  connection: SlackConnection | null
  health: SlackHealth | null
  webhookUrl: string
  manifest: string
}

export interface SlackChannel {
  id: string
  name: string
  isMember: boolean
}

export interface SlackRuleFields {
  name: string
  on: SlackTrigger[]
  channel: string
  afterMinutes: number
  teamIds: string[]
  namesPerson: boolean
}
export type SlackRule = SlackRuleFields & { id: string; rev: number }

interface Secrets {
  botToken: string
  signingSecret: string
}
export interface SlackTest {
  isRight: boolean
  team: string | null
  why: string | null
  isOnItsWay: boolean
}

/** Which Slack user somebody of the staff is. */
export interface OwnSlack {
  /** Null where the business has no Slack. */
  team: string | null
  link: { userName: string; linkedAt: string } | null
}

const ruleAt = ({ id }: Pick<SlackRule, 'id'>) => `/slack-rules/${encodeURIComponent(id)}`
const seen = ({ rev }: SlackRule) => ({ headers: { 'if-match': String(rev) } })

/** What the staff hears of in Slack: for the page of those who connect it. */
export const slackOf = (http: Http) => ({
  state: () => http.get<Slack>('/slack'),
  /** Without secrets the server plays Slack. */
  connect: (secrets?: Secrets) => http.post<Slack>('/slack', secrets ?? {}),
  change: (change: Partial<Secrets & Pick<SlackConnection, 'status' | 'showsWords'>>) =>
    http.patch<Slack>('/slack', change),
  disconnect: () => http.delete('/slack'),
  test: (channel?: string) => http.post<SlackTest>('/slack/test', channel === undefined ? {} : { channel }),
  channels: () => http.get<{ items: SlackChannel[] }>('/slack/channels'),
  rules: () => http.get<Page<SlackRule>>('/slack-rules', { query: { limit: 100 } }),
  makeRule: (rule: SlackRuleFields) => http.post<SlackRule>('/slack-rules', rule),
  removeRule: (rule: SlackRule) => http.delete(ruleAt(rule), seen(rule)),

  /** One's own Slack user; `token` is from the link that Slack showed. */
  own: {
    state: () => http.get<OwnSlack>('/auth/slack'),
    look: (token: string) => http.post<{ userName: string; team: string }>('/auth/slack/look', { token }),
    link: (token: string) => http.post<OwnSlack>('/auth/slack', { token }),
    unlink: () => http.delete('/auth/slack'),
  },
})
