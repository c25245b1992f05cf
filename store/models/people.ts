import type { IndexDefinition, IndexOptions } from 'mongoose'

type Indexes = [IndexDefinition, IndexOptions?][]

/** The lists of people: by when they came, when they were heard of last, what they are, and by their words. */
export const peopleIndexes: Indexes = [
  [{ workspaceId: 1, createdAt: -1, _id: -1 }],
  [{ workspaceId: 1, lastSeenAt: -1, _id: -1 }],
  [{ workspaceId: 1, tags: 1, createdAt: -1, _id: -1 }],
  [{ workspaceId: 1, stage: 1, createdAt: -1, _id: -1 }],
  [
    { workspaceId: 1, 'birth.month': 1, 'birth.day': 1 },
    { partialFilterExpression: { 'birth.month': { $exists: true } } },
  ],
  [{ workspaceId: 1, words: 1 }, { partialFilterExpression: { words: { $exists: true } } }],
]

export const peopleModels = {
  segments: {
    tenant: true,
    indexes: [
      [{ workspaceId: 1, createdAt: -1, _id: -1 }],
      [
        { workspaceId: 1, unique: 1 },
        { unique: true, partialFilterExpression: { unique: { $type: 'string' } } },
      ],
    ],
  },
  // Who is on a static list, in the order of their ids; named after both.
  segment_members: { tenant: true, indexes: [[{ workspaceId: 1, segmentId: 1, userId: 1 }]] },
  imports: {
    tenant: true,
    indexes: [[{ workspaceId: 1, _id: -1 }], [{ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } }]],
  },
  // What became of each row, named after its import and its number.
  import_rows: {
    tenant: true,
    indexes: [[{ workspaceId: 1, importId: 1, n: 1 }], [{ workspaceId: 1, importId: 1, outcome: 1, n: 1 }]],
  },
  people_exports: {
    tenant: true,
    indexes: [[{ workspaceId: 1, _id: -1 }], [{ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } }]],
  },
  // By what messages are found: keyed hashes of the beginnings of their words.
  message_words: {
    tenant: true,
    indexes: [[{ workspaceId: 1, words: 1, at: -1, _id: -1 }], [{ workspaceId: 1, userId: 1, at: -1, _id: -1 }]],
  },
  // How far the index of a workspace has come, named after it.
  search_states: { tenant: true, indexes: [] },
} as const satisfies Record<string, { tenant: boolean; indexes: Indexes }>
