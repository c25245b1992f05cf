import type { IndexDefinition, IndexOptions } from 'mongoose'
import { peopleIndexes, peopleModels } from './people.ts'

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
/** Of what `resource()` keeps: its pages, from the latest, and what only one may have. */
const resourceIndexes: Model['indexes'] = [
  [{ workspaceId: 1, createdAt: -1, _id: -1 }],
  [
    { workspaceId: 1, unique: 1 },
    { unique: true, partialFilterExpression: { unique: { $type: 'string' } } },
  ],
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
      // What has a label, to count it and to give it another name.
      [{ workspaceId: 1, tags: 1, _id: 1 }],
      // Who waits, the longest first: of the others nothing is in it.
      [
        { workspaceId: 1, status: 1, waitingSince: 1, _id: 1 },
        { partialFilterExpression: { waitingSince: { $type: 'date' } } },
      ],
    ],
  },
  users: {
    tenant: true,
    indexes: [
      ...actorIndexes,
      ...peopleIndexes,
      [{ workspaceId: 1, _id: 1 }],
      [{ workspaceId: 1, aliasOf: 1 }, { partialFilterExpression: { aliasOf: { $type: 'string' } } }],
      [{ workspaceId: 1, referrerId: 1, _id: 1 }, { partialFilterExpression: { referrerId: { $type: 'string' } } }],
    ],
  },
  inboxes: { tenant: true, indexes: [...actorIndexes] },
  rosters: { tenant: true, indexes: [...actorIndexes] },
  channel_actors: { tenant: true, indexes: [...actorIndexes] },
  letterboxes: { tenant: true, indexes: [...actorIndexes] },
  pushes: { tenant: true, indexes: [...actorIndexes] },
  push_health: { tenant: true, indexes: [] },
  webhook_queues: { tenant: true, indexes: [...actorIndexes] },
  messengers: { tenant: true, indexes: [...actorIndexes] },
  audit_chains: { tenant: true, indexes: [...actorIndexes] },
  attentions: { tenant: true, indexes: [...actorIndexes] },
  slack_desks: { tenant: true, indexes: [...actorIndexes] },

  // Rows: history that turns write and lists read.
  messages: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, conversationId: 1, n: -1 }],
      // A channel's days. Only what never changes is in it: a status costs it nothing.
      [{ workspaceId: 1, channelId: 1, at: 1 }],
      [
        { workspaceId: 1, channelId: 1, providerId: 1 },
        { partialFilterExpression: { providerId: { $type: 'string' } } },
      ],
    ],
  },
  // What went by a channel on a day that is over, counted once.
  channel_days: { tenant: true, indexes: [[{ workspaceId: 1, channelId: 1, day: 1 }]] },
  episodes: { tenant: true, indexes: [[{ workspaceId: 1, conversationId: 1, openedAt: -1 }]] },
  // What happened to a person besides what was said, from the latest; of one kind where it is asked for.
  activities: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, userId: 1, at: -1, _id: -1 }],
      [{ workspaceId: 1, userId: 1, kind: 1, at: -1, _id: -1 }],
    ],
  },
  merges: {
    tenant: true,
    indexes: [[{ workspaceId: 1, winnerId: 1, at: -1 }], [{ workspaceId: 1, loserId: 1, at: -1 }]],
  },
  // What was said about what may go to somebody: a ledger, which nobody changes. Their ids are in the order of time.
  consents: { tenant: true, indexes: [[{ workspaceId: 1, userId: 1, _id: -1 }]] },
  // Addresses that get nothing more, named after a keyed hash of theirs.
  suppressions: { tenant: true, indexes: [[{ workspaceId: 1, at: -1, _id: -1 }]] },
  // Two who may be one, named after both.
  duplicates: {
    tenant: true,
    indexes: [[{ workspaceId: 1, status: 1, _id: -1 }], [{ workspaceId: 1, userIds: 1 }]],
  },
  // What people ask for by the law. Of each kind one is open at a time.
  privacy_requests: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, _id: -1 }],
      [{ workspaceId: 1, status: 1, _id: -1 }],
      [{ workspaceId: 1, userId: 1, _id: -1 }],
      [
        { workspaceId: 1, open: 1 },
        { unique: true, partialFilterExpression: { open: { $type: 'string' } } },
      ],
    ],
  },
  lead_forms: { tenant: true, indexes: resourceIndexes },
  custom_fields: { tenant: true, indexes: resourceIndexes },
  tags: { tenant: true, indexes: resourceIndexes },
  // Labels that are being changed everywhere, the oldest first; named after what they were.
  tag_moves: { tenant: true, indexes: [[{ workspaceId: 1, at: 1, _id: 1 }], [{ workspaceId: 1, to: 1 }]] },
  user_status_options: { tenant: true, indexes: resourceIndexes },
  user_identities: { tenant: true, indexes: [[{ workspaceId: 1, userId: 1 }]] },
  // In the order of their ids: see `restingEventId`.
  events: { tenant: true, indexes: [[{ workspaceId: 1, at: 1 }]], former: ['workspaceId_1_stream_1_seq_1'] },
  decisions: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, kind: 1, id: 1, at: -1, _id: -1 }],
      // What kept messages from a channel.
      [
        { workspaceId: 1, 'facts.channelId': 1, at: 1 },
        { partialFilterExpression: { 'facts.channelId': { $type: 'string' } } },
      ],
    ],
    former: ['workspaceId_1_kind_1_id_1_at_-1'],
  },
  dead_letters: { tenant: true, indexes: [[{ workspaceId: 1, _id: -1 }], [{ workspaceId: 1, status: 1, _id: -1 }]] },
  // Links of the chain, found by number; searched from the latest, alone or by who, in whose stead, what, on what,
  // changes or reads.
  audit_log: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, n: -1, _id: -1 }],
      [{ workspaceId: 1, at: -1, n: -1 }],
      [{ workspaceId: 1, 'by.id': 1, at: -1, n: -1 }],
      [{ workspaceId: 1, 'by.actingId': 1, at: -1, n: -1 }],
      [{ workspaceId: 1, action: 1, at: -1, n: -1 }],
      [{ workspaceId: 1, 'target.id': 1, at: -1, n: -1 }],
      [{ workspaceId: 1, isRead: 1, at: -1, n: -1 }],
    ],
  },
  // One document per kind of error, not per error.
  error_logs: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, lastAt: -1, _id: -1 }],
      [{ workspaceId: 1, status: 1, lastAt: -1, _id: -1 }],
      [{ workspaceId: 1, errorIds: 1 }],
    ],
  },
  claims: { tenant: true, indexes: [[{ confirmedAt: 1, at: 1 }]] },
  // What leaves, by endpoint; what came in is below.
  webhook_deliveries: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, endpointId: 1, n: -1 }],
      [{ workspaceId: 1, endpointId: 1, status: 1, n: -1 }],
      [{ workspaceId: 1, recordedAt: 1 }],
    ],
  },
  caught_webhooks: {
    tenant: true,
    indexes: [[{ workspaceId: 1, endpointId: 1, _id: -1 }], [{ at: 1 }, { expireAfterSeconds: 7 * day }]],
  },
  webhook_events: {
    tenant: true,
    indexes: [
      [{ receivedAt: 1 }, { expireAfterSeconds: 30 * day }],
      [{ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } }],
    ],
  },
  files: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, createdAt: -1 }],
      // Whose they are: how many somebody brings, and what goes with whoever is erased.
      [{ workspaceId: 1, by: 1, createdAt: 1 }],
      // What is to be done with a file, and when: only files that wait for something are in them.
      ...(['expiresAt', 'scanAt', 'thumbAt', 'writingAt'] as const).map((due): Model['indexes'][number] => [
        { [due]: 1 },
        { partialFilterExpression: { [due]: { $exists: true } } },
      ]),
    ],
  },

  // Settings: what people edit and nothing contends for.
  workspaces: {
    tenant: false,
    indexes: [[{ slug: 1 }, { unique: true }], [{ changedAt: 1 }], [{ status: 1 }]],
  },
  members: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, accountId: 1 }, { unique: true }],
      [{ accountId: 1 }],
      [
        { 'invitation.tokenHash': 1 },
        { unique: true, partialFilterExpression: { 'invitation.tokenHash': { $exists: true } } },
      ],
      [{ 'untold.at': 1 }, { partialFilterExpression: { 'untold.at': { $exists: true } } }],
    ],
  },
  canned_responses: { tenant: true, indexes: resourceIndexes },
  message_templates: { tenant: true, indexes: resourceIndexes },
  macros: { tenant: true, indexes: resourceIndexes },
  inbox_views: { tenant: true, indexes: resourceIndexes },
  sla_policies: { tenant: true, indexes: resourceIndexes },
  slack_connections: { tenant: true, indexes: resourceIndexes },
  slack_rules: { tenant: true, indexes: resourceIndexes },
  // Named after the Slack user, who belongs to one member; who has one.
  slack_links: { tenant: true, indexes: [[{ workspaceId: 1, memberId: 1 }, { unique: true }]] },
  // What opens a page where somebody rates how they were looked after, by the hash of it.
  rating_links: { tenant: false, indexes: [[{ at: 1 }, { expireAfterSeconds: 90 * day }]] },
  teams: { tenant: true, indexes: [...resourceIndexes, [{ workspaceId: 1, memberIds: 1 }]] },
  services: { tenant: true, indexes: resourceIndexes },
  channels: { tenant: true, indexes: [[{ workspaceId: 1, kind: 1, status: 1 }]] },
  webhook_endpoints: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, createdAt: -1, _id: -1 }],
      [{ status: 1, workspaceId: 1 }],
      [{ catcherHash: 1 }, { unique: true, partialFilterExpression: { catcherHash: { $type: 'string' } } }],
    ],
  },
  remarks: { tenant: true, indexes: [[{ workspaceId: 1, kind: 1, recordId: 1, createdAt: -1, _id: -1 }]] },
  api_keys: { tenant: true, indexes: [[{ prefix: 1 }, { unique: true }], [{ workspaceId: 1, revokedAt: 1, _id: -1 }]] },
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
      [{ memberId: 1, _id: 1 }, { partialFilterExpression: { actingId: { $exists: true } } }],
      [{ expiresAt: 1 }, { expireAfterSeconds: 30 * day }],
    ],
  },
  auth_challenges: {
    tenant: false,
    indexes: [
      [{ tokenHash: 1 }, { unique: true }],
      [{ targetHash: 1, kind: 1, createdAt: -1 }],
      [{ placeHash: 1, createdAt: -1 }, { partialFilterExpression: { placeHash: { $type: 'string' } } }],
      [{ expiresAt: 1 }, { expireAfterSeconds: 0 }],
    ],
  },
  // What an account shows beside its password, named after the account.
  account_factors: { tenant: false, indexes: [] },
  passkeys: { tenant: false, indexes: [[{ accountId: 1, createdAt: 1 }]] },
  // Named after the provider and its subject, so that one of them belongs to one account.
  account_identities: { tenant: false, indexes: [[{ accountId: 1 }]] },
  // Named after the number, so that a number signs in to one account.
  account_phones: { tenant: false, indexes: [[{ accountId: 1 }]] },
  // Counts within a window of time, named after what they count.
  tallies: { tenant: false, indexes: [[{ expiresAt: 1 }, { expireAfterSeconds: 0 }]] },
  simulated_texts: { tenant: false, indexes: [[{ at: 1 }, { expireAfterSeconds: 7 * day }], [{ to: 1, at: -1 }]] },
  simulated_slack: {
    tenant: false,
    indexes: [[{ at: 1 }, { expireAfterSeconds: 7 * day }], [{ teamId: 1, channel: 1, at: -1 }]],
  },
  simulated_pushes: {
    tenant: false,
    indexes: [[{ at: 1 }, { expireAfterSeconds: 7 * day }], [{ token: 1, at: -1 }]],
  },
  simulated_letters: { tenant: false, indexes: [[{ at: 1 }, { expireAfterSeconds: 7 * day }]] },
  // How schedules run: one document each.
  job_runs: { tenant: false, indexes: [] },
  vault_keys: { tenant: true, indexes: [] },
  // Who looks after the installation.
  operators: { tenant: false, indexes: [[{ emailNorm: 1 }, { unique: true }]] },
  person_sessions: {
    tenant: false,
    indexes: [
      [{ tokenHash: 1 }, { unique: true }],
      [{ workspaceId: 1, userId: 1 }],
      [{ workspaceId: 1, signInOf: 1 }, { partialFilterExpression: { signInOf: { $type: 'string' } } }],
      [{ expiresAt: 1 }, { expireAfterSeconds: 30 * day }],
    ],
  },
  operator_sessions: {
    tenant: false,
    indexes: [
      [{ tokenHash: 1 }, { unique: true }],
      [{ spentHash: 1 }, { partialFilterExpression: { spentHash: { $type: 'string' } } }],
      [{ operatorId: 1 }],
      [{ expiresAt: 1 }, { expireAfterSeconds: 0 }],
    ],
  },
  exports: { tenant: true, indexes: [[{ workspaceId: 1, _id: -1 }]] },
  backups: { tenant: false, indexes: [[{ startedAt: -1 }]] },
  ...peopleModels,
} as const satisfies Record<string, Model>

export type CollectionName = keyof typeof models
export type TenantName = {
  [N in CollectionName]: (typeof models)[N]['tenant'] extends true ? N : never
}[CollectionName]
