import type { IndexDefinition, IndexOptions } from 'mongoose'

/** A collection: its fields with their place at rest, and its indexes. The database checks neither; contracts do. */
export interface Model {
  /** Every document belongs to one workspace; queries go through `Store.of(workspaceId)` only. */
  tenant: boolean
  indexes: [IndexDefinition, IndexOptions?][]
  /** Names of indexes that an earlier release made and nothing uses: each would be kept up with every write. */
  former?: readonly string[]
}

// The runtime finds actors that have something due, or something left to hand out, after a crash.
const actorIndexes: Model['indexes'] = [
  [{ 'actor.due': 1 }, { partialFilterExpression: { 'actor.due': { $exists: true } } }],
  [{ 'actor.outAt': 1 }, { partialFilterExpression: { 'actor.outAt': { $exists: true } } }],
]
const day = 24 * 60 * 60

/** Every collection of Careline. The order of an index's fields follows the query that it serves. */
export const models = {
  // Actors: one document each, written by `commit.ts` alone.
  conversations: {
    tenant: true,
    indexes: [
      ...actorIndexes,
      [{ workspaceId: 1, status: 1, lastMessageAt: -1, _id: -1 }],
      [{ workspaceId: 1, status: 1, assigneeId: 1, lastMessageAt: -1, _id: -1 }],
    ],
  },
  users: { tenant: true, indexes: [...actorIndexes] },
  inboxes: { tenant: true, indexes: [...actorIndexes] },
  channel_actors: { tenant: true, indexes: [...actorIndexes] },
  letterboxes: { tenant: true, indexes: [...actorIndexes] },

  // Rows: history that turns write and lists read.
  messages: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, conversationId: 1, n: -1 }],
      [
        { workspaceId: 1, channelId: 1, providerId: 1 },
        { partialFilterExpression: { providerId: { $type: 'string' } } },
      ],
    ],
  },
  episodes: { tenant: true, indexes: [[{ workspaceId: 1, conversationId: 1, openedAt: -1 }]] },
  user_identities: { tenant: true, indexes: [[{ workspaceId: 1, userId: 1 }]] },
  // In the order of their ids: see `restingEventId`.
  events: { tenant: true, indexes: [[{ workspaceId: 1, at: 1 }]], former: ['workspaceId_1_stream_1_seq_1'] },
  decisions: { tenant: true, indexes: [[{ workspaceId: 1, kind: 1, id: 1, at: -1 }]] },
  dead_letters: { tenant: true, indexes: [[{ workspaceId: 1, _id: -1 }], [{ workspaceId: 1, status: 1, _id: -1 }]] },
  claims: { tenant: true, indexes: [[{ confirmedAt: 1, at: 1 }]] },
  webhook_events: {
    tenant: true,
    indexes: [
      [{ receivedAt: 1 }, { expireAfterSeconds: 30 * day }],
      [{ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } }],
    ],
  },
  files: { tenant: true, indexes: [[{ workspaceId: 1, createdAt: -1 }]] },

  // Settings: what people edit and nothing contends for.
  workspaces: { tenant: false, indexes: [[{ slug: 1 }, { unique: true }]] },
  members: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, accountId: 1 }, { unique: true }],
      [{ accountId: 1 }],
      [
        { 'invitation.tokenHash': 1 },
        { unique: true, partialFilterExpression: { 'invitation.tokenHash': { $exists: true } } },
      ],
    ],
  },
  channels: { tenant: true, indexes: [[{ workspaceId: 1, kind: 1, status: 1 }]] },
  accounts: {
    tenant: false,
    indexes: [[{ emailNorm: 1 }, { unique: true, partialFilterExpression: { emailNorm: { $type: 'string' } } }]],
  },
  sessions: {
    tenant: false,
    indexes: [
      [{ tokenHash: 1 }, { unique: true }],
      [{ familyId: 1 }],
      [{ accountId: 1, createdAt: 1 }],
      [{ expiresAt: 1 }, { expireAfterSeconds: 30 * day }],
    ],
  },
  auth_challenges: {
    tenant: false,
    indexes: [
      [{ tokenHash: 1 }, { unique: true }],
      [{ targetHash: 1, kind: 1, createdAt: -1 }],
      [{ expiresAt: 1 }, { expireAfterSeconds: 0 }],
    ],
  },
  simulated_letters: { tenant: false, indexes: [[{ at: 1 }, { expireAfterSeconds: 7 * day }]] },
  vault_keys: { tenant: true, indexes: [] },
} as const satisfies Record<string, Model>

export type CollectionName = keyof typeof models
export type TenantName = {
  [N in CollectionName]: (typeof models)[N]['tenant'] extends true ? N : never
}[CollectionName]
