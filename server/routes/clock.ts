import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { invalid } from '../../kernel/problem.ts'
import { get, post } from '../http/route.ts'

const yearMs = 366 * 24 * 60 * 60_000

const ClockNow = z.object({
  now: instant(),
  isSandbox: z.boolean(),
  isFrozen: z.boolean(),
  /** Before the world's time; behind it where negative, ms. */
  aheadMs: z.number(),
  /** What the workspace's actors wait for, the earliest first. Shown of a sandbox. */
  upcoming: z
    .array(z.object({ kind: z.string().max(64), id: z.string().max(128), at: instant(), message: z.string().max(64) }))
    .max(20),
  /** More was to happen on the way than one request waits for: move it again. */
  isOnItsWay: z.boolean(),
})
const tags = ['Clock']
const problems = ['not_a_sandbox', 'clock_moved']

export const clock = [
  get(
    '/admin/clock',
    { allow: 'clock.read', summary: 'What time it is in this workspace, and what comes next', tags, reply: ClockNow },
    async ({ clocks, workspace }) => clocks.view(workspace.id),
  ),

  post(
    '/admin/clock/freeze',
    { allow: 'clock.move', audit: 'clock.frozen', summary: 'Time stands still', tags, reply: ClockNow, problems },
    async ({ clocks, workspace }) => clocks.freeze(workspace.id),
  ),

  post(
    '/admin/clock/release',
    {
      allow: 'clock.move',
      audit: 'clock.released',
      summary: 'Time goes on from where it stands',
      tags,
      reply: ClockNow,
      problems,
    },
    async ({ clocks, workspace }) => clocks.release(workspace.id),
  ),

  post(
    '/admin/clock/step',
    {
      allow: 'clock.move',
      audit: 'clock.moved',
      summary: 'Time moves on, by so much or to then; what lies on the way happens',
      tags,
      body: z.object({ ms: z.int().min(1).max(yearMs).optional(), to: instant().optional() }),
      reply: ClockNow,
      problems: [...problems, 'clock_goes_forward'],
    },
    async ({ clocks, workspace, body: { ms, to } }) => {
      if ((ms === undefined) === (to === undefined))
        throw invalid('invalid_request', 'Say either by how much or until when.', [
          { path: 'ms', message: 'Either this or `to`.' },
        ])
      return ms === undefined ? clocks.moveTo(workspace.id, to ?? 0) : clocks.step(workspace.id, ms)
    },
  ),

  post(
    '/admin/clock/next',
    {
      allow: 'clock.move',
      audit: 'clock.moved',
      summary: 'Time moves on to the next thing that somebody waits for',
      tags,
      reply: ClockNow,
      problems,
    },
    async ({ clocks, workspace }) => clocks.next(workspace.id),
  ),

  post(
    '/admin/clock/real',
    {
      allow: 'clock.move',
      audit: 'clock.reset',
      summary: 'The time of the world again',
      tags,
      reply: ClockNow,
      problems,
    },
    async ({ clocks, workspace }) => clocks.real(workspace.id),
  ),
]
