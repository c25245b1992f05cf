import { z } from 'zod'

/** How conversations that nobody has find somebody by themselves. */
export const AssignmentMode = z.enum(['off', 'round_robin', 'least_loaded'])
export type AssignmentMode = z.infer<typeof AssignmentMode>

const Rule = z.object({
  mode: AssignmentMode,
  /** Only who is connected and neither away nor busy; otherwise everybody but who says that they are busy. */
  onlyOnline: z.boolean(),
  /** Open conversations at a time, of a member for whom nothing else is set. */
  capacity: z.int().min(1).max(1_000),
  /** A conversation with the tag `german` goes to who has the skill `german`. Tags that are nobody's skill ask nothing. */
  usesSkills: z.boolean(),
})

/** What a team may say otherwise than the business. */
export const TeamRule = Rule
export type TeamRule = z.infer<typeof TeamRule>

/** What a business says. Nothing is assigned by itself until somebody wants it. */
export const AssignmentRule = z.object({
  mode: AssignmentMode.default('off'),
  onlyOnline: Rule.shape.onlyOnline.default(true),
  capacity: Rule.shape.capacity.default(20),
  usesSkills: Rule.shape.usesSkills.default(false),
  /** What somebody holds who is offline so long, and waits for an answer, goes to others; 0: it stays with them. */
  reassignAfterMinutes: z.int().min(0).max(10_080).default(0),
})
export type AssignmentRule = z.infer<typeof AssignmentRule>
export const defaultRule: AssignmentRule = AssignmentRule.parse({})

export const skillsMax = 30

/** What is set of one member. */
export const Workload = z.object({
  /** False: nothing is assigned to them by itself. */
  takes: z.boolean().default(true),
  /** Open conversations at a time; null: as their team or the business says. */
  capacity: z.int().min(1).max(1_000).nullable().default(null),
  skills: z.array(z.string().trim().toLowerCase().min(1).max(64)).max(skillsMax).default([]),
})
export type Workload = z.infer<typeof Workload>
