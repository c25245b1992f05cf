import { z } from 'zod'
import { announced } from '../../actors/webhook-endpoint/contract.ts'

const MemberChanged = z.object({
  member: z.object({
    id: z.string().max(128),
    name: z.string().max(200),
    role: z.string().max(32),
    status: z.string().max(32),
  }),
})
const Tested = z.object({ endpointId: z.string().max(128), says: z.string().max(200) })

/** Something that endpoints can hear of. */
export interface EventType {
  words: string
  data: z.ZodType
}

const ofStreams = Object.entries(announced).map(([type, { from, words }]): [string, EventType] => {
  const event = from.events[type]
  if (!event) throw new Error(`${from.kind} has no event ${type}`)
  return [type, { words, data: event.data }]
})

/** Everything that an endpoint can ask for, by its exact name. */
export const eventTypes: ReadonlyMap<string, EventType> = new Map<string, EventType>([
  ...ofStreams,
  ['member.changed', { words: 'Somebody joined the team, left it, or may do other things', data: MemberChanged }],
])

/** What an endpoint gets when somebody tries it out. */
export const testType = 'webhook.test'
export const test = { words: 'Somebody tries this endpoint out', data: Tested }

/** One example of each that no stream has. */
export const ownExamples: Record<string, unknown> = {
  'member.changed': { member: { id: 'mem_ravi', name: 'Ravi Iyer', role: 'staff', status: 'active' } },
  [testType]: { endpointId: 'whe_crm', says: 'This is a test.' },
}

/** What is sent, and signed: these very characters. `data` is in its wire form. */
export const payloadOf = (
  { eventId, type, at, workspaceId }: { eventId: string; type: string; at: number; workspaceId: string },
  data: unknown,
) => JSON.stringify({ id: eventId, type, timestamp: new Date(at).toISOString(), workspaceId, data })
