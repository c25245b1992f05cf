import type { Permission } from './permissions.ts'

type AreaOf<Name extends string> = Name extends `${infer Record}.${string}` ? Record : never

/** Where a person looks for what concerns a kind of record. Every kind that a permission names has its place. */
const areas: Record<AreaOf<Permission>, string> = {
  conversations: 'Conversations',
  messages: 'Conversations',
  views: 'Conversations',
  queue: 'Conversations',
  assignment: 'Conversations',
  sla: 'Conversations',
  replies: 'Answers and templates',
  templates: 'Answers and templates',
  people: 'People',
  segments: 'People',
  files: 'Files and remarks',
  remarks: 'Files and remarks',
  members: 'The team',
  teams: 'The team',
  workspace: 'The business',
  services: 'The business',
  channels: 'Channels and other programs',
  webhooks: 'Channels and other programs',
  keys: 'Channels and other programs',
  audit: 'Behind the scenes',
  letters: 'Behind the scenes',
  errors: 'Behind the scenes',
  jobs: 'Behind the scenes',
  backups: 'Behind the scenes',
  actors: 'Behind the scenes',
  clock: 'Behind the scenes',
}

/** These by their areas, in the order of the areas; of a permission that this version does not know, in one at the end. */
export function byArea<One extends { name: string }>(all: readonly One[]): [area: string, ones: One[]][] {
  const places: Record<string, string> = areas
  const grouped = Map.groupBy(all, ({ name }) => places[name.split('.')[0] ?? ''] ?? 'Other')
  return [...new Set(Object.values(areas)), 'Other'].flatMap((area) => {
    const ones = grouped.get(area)
    return ones ? [[area, ones]] : []
  })
}
