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

interface Realm {
  at: '/admin' | '/platform'
  read: 'jobs.read' | 'operator'
  manage: 'jobs.manage' | 'operator'
  /** @throws Problem `operators_only` */
  demand(ports: Pick<Ports, 'registration' | 'config'>): void
}

function jobsIn(realm: Realm) {
  const { at, read, manage, demand } = realm
  return [
    get(
      `${at}/jobs`,
      {
        allow: read,
        summary: 'What is done again and again: when, by whom, for how long, and what went wrong',
        tags,
        reply: z.object({ items: z.array(Job).max(200) }),
        problems: ['operators_only'],
      },
      async ({ jobs, ...ports }) => {
        demand(ports)
        return { items: await jobs.list() }
      },
    ),

    post(
      `${at}/jobs/:name/run`,
      {
        allow: manage,
        audit: { action: 'job.asked', target },
        summary: 'Run it now, within seconds; also where it is paused',
        tags,
        reply: Job,
        status: 202,
        problems: ['job_running', 'operators_only'],
      },
      ({ jobs, params, ...ports }) => {
        demand(ports)
        return jobs.run(params.name)
      },
    ),

    resting(realm, 'pause', 'Let it rest until it is resumed'),
    resting(realm, 'resume', 'Let it run again'),
  ]
}

const resting = ({ at, manage, demand }: Realm, verb: 'pause' | 'resume', summary: string) =>
  post(
    `${at}/jobs/:name/${verb}`,
    {
      allow: manage,
      audit: { action: `job.${verb}d`, target },
      summary,
      tags,
      reply: Job,
      problems: ['operators_only'],
    },
    ({ jobs, params, ...ports }) => {
      demand(ports)
      return jobs.setPaused(params.name, verb === 'pause')
    },
  )

export const jobs = [
  ...jobsIn({ at: '/admin', read: 'jobs.read', manage: 'jobs.manage', demand: demandOwnInstallation }),
  ...jobsIn({ at: '/platform', read: 'operator', manage: 'operator', demand: () => undefined }),
]
