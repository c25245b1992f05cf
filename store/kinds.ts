import type { z } from 'zod'
import type { Shape } from '../actors/runtime/contract.ts'
import type { CollectionName, TenantName } from './models/index.ts'

/** What the store must know of an actor to keep it. */
export interface Kind {
  contract: Shape
  state: z.ZodType
  /** Of the state's schema: 1 unless said. */
  version?: number
}

/** Where the documents of a kind rest. */
const homes: Record<string, TenantName> = {
  attention: 'attentions',
  audit: 'audit_chains',
  conversation: 'conversations',
  user: 'users',
  inbox: 'inboxes',
  roster: 'rosters',
  channel: 'channel_actors',
  letterbox: 'letterboxes',
  messenger: 'messengers',
  push: 'pushes',
  slack: 'slack_desks',
  'webhook-endpoint': 'webhook_queues',
}

/** The collections of actors' documents. */
export const actorHomes: readonly string[] = Object.values(homes)

/** Where the rows rest that its turns write. */
const rowHomes: Record<string, TenantName> = {
  audit_link: 'audit_log',
  message: 'messages',
  episode: 'episodes',
  identity: 'user_identities',
  activity: 'activities',
  merge: 'merges',
  consent: 'consents',
  delivery: 'webhook_deliveries',
}

export function homeOf(kind: string): CollectionName {
  const home = homes[kind]
  if (!home) throw new Error(`store/kinds.ts has no collection for ${kind}`)
  return home
}

export function rowHomeOf(row: string): CollectionName {
  const home = rowHomes[row]
  if (!home) throw new Error(`store/kinds.ts has no collection for rows called ${row}`)
  return home
}
