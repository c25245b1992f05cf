/** A message as it stands in a channel. */
export interface StandingMessage {
  teamId: string
  channel: string
  ts: string
  text: string
  blocks: readonly Block[]
  metadata: { event_type: string; event_payload: Record<string, unknown> } | null
  /** Only this one sees it. */
  onlyFor: string | null
  isEdited: boolean
  /** Epoch ms. */
  at: number
}

export interface Block {
  type: string
  [field: string]: unknown
}

/** Somebody of the simulation's Slack. */
export interface SimulatedUser {
  teamId: string
  id: string
  email: string
  name: string
}

/** Where it is kept, so that every process of a service shows the same. */
export interface SlackShelf {
  keep(message: StandingMessage): Promise<void>
  /** Its text and its blocks. */
  change(message: StandingMessage): Promise<void>
  one(teamId: string, channel: string, ts: string): Promise<StandingMessage | undefined>
  /** The latest first. */
  latest(teamId: string, channel: string, limit: number): Promise<StandingMessage[]>
  keepUser(user: SimulatedUser): Promise<void>
  user(teamId: string, id: string): Promise<SimulatedUser | undefined>
}

/** A Slack workspace that is played here, for one connection. */
export interface SimulatedTeam {
  id: string
  name: string
  appId: string
  botUserId: string
  token: string
  signingSecret: string
  /** Where its app is told of events and presses. */
  webhookUrl: string
  /** Who works here, and may press as themselves. */
  staff: readonly { name: string; email: string }[]
}

/** Every team has these, and one more that was archived. */
export const channels = [
  { id: 'C0GENERAL', name: 'general', isArchived: false },
  { id: 'C0SUPPORT', name: 'support', isArchived: false },
  { id: 'C0ALERTS', name: 'alerts', isArchived: false },
  { id: 'C0OLD', name: 'old-office', isArchived: true },
] as const
