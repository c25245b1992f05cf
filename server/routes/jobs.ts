import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { Problem } from '../../kernel/problem.ts'
import { get, post } from '../http/route.ts'
import type { Ports } from '../ports.ts'

const tags = ['Operations']

const Job = z.object({
  name: z.string().max(64),
  /** What it does. */
  says: z.string().max(300),
  /** When it runs, in words. */
  schedule: z.string().max(100),
  status: z.enum(['waiting', 'running', 'paused']),
  /** It begins by itself no more; what runs goes on. */
  isPaused: z.boolean(),
  nextAt: instant().nullable(),
  /** The process that ran it last, or runs it. */
  by: z.string().max(200).nullable(),
  startedAt: instant().nullable(),
  finishedAt: instant().nullable(),
  /** How long the last run took, ms. */
  lastMs: z.number().nonnegative().nullable(),
  runs: z.int().nonnegative(),
  failures: z.int().nonnegative(),
  lastFailure: z.object({ at: instant(), name: z.string().max(100), message: z.string().max(300) }).nullable(),
})

/** Schedules serve every business here. Where strangers can open one, they are the operators' alone. */
function demandOwnInstallation({ registration, config }: Pick<Ports, 'registration' | 'config'>) {
  if (registration.isOpen && !config.allowsAnyProvider)
    throw new Problem(
      'forbidden',
      'operators_only',
      'Strangers can open a business here: schedules are for its operators.',
    )
}

const target = ({ params }: { params: { name: string } }) => ({ kind: 'job', id: params.name })

export const jobs = [
  get(
    '/admin/jobs',
    {
      allow: 'jobs.read',
      summary: 'What is done again and again: when, by whom, for how long, and what went wrong',
      tags,
      reply: z.object({ items: z.array(Job).max(200) }),
      problems: ['operators_only'],
    },
    async ({ jobs, ...ports }) => {
      demandOwnInstallation(ports)
      return { items: await jobs.list() }
    },
  ),

  post(
    '/admin/jobs/:name/run',
    {
      allow: 'jobs.manage',
      audit: { action: 'job.asked', target },
      summary: 'Run it now, within seconds; also where it is paused',
      tags,
      reply: Job,
      status: 202,
      problems: ['job_running', 'operators_only'],
    },
    ({ jobs, params, ...ports }) => {
      demandOwnInstallation(ports)
      return jobs.run(params.name)
    },
  ),

  post(
    '/admin/jobs/:name/pause',
    {
      allow: 'jobs.manage',
      audit: { action: 'job.paused', target },
      summary: 'Let it rest until it is resumed',
      tags,
      reply: Job,
      problems: ['operators_only'],
    },
    ({ jobs, params, ...ports }) => {
      demandOwnInstallation(ports)
      return jobs.setPaused(params.name, true)
    },
  ),

  post(
    '/admin/jobs/:name/resume',
    {
      allow: 'jobs.manage',
      audit: { action: 'job.resumed', target },
      summary: 'Let it run again',
      tags,
      reply: Job,
      problems: ['operators_only'],
    },
    ({ jobs, params, ...ports }) => {
      demandOwnInstallation(ports)
      return jobs.setPaused(params.name, false)
    },
  ),
]
