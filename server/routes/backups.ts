import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import type { Permission } from '../../kernel/permissions.ts'
import { get, post } from '../http/route.ts'

const text = (max: number) => z.string().max(max)
const count = z.int().nonnegative().nullable()
const Backup = z.object({
  id: text(128),
  startedAt: instant(),
  finishedAt: instant().nullable(),
  status: z.enum(['running', 'good', 'failed', 'gone']),
  by: text(128).nullable(),
  machine: text(255),
  file: text(255),
  bytes: count,
  documents: count,
  files: count,
  isOneMoment: z.boolean().nullable(),
  why: text(500).nullable(),
  verifiedAt: instant().nullable(),
  isSound: z.boolean().nullable(),
  verification: text(500).nullable(),
})

/** Copies of everything, made each day and proven each week: who looks after the installation has them at their own address. */
export const backupRoutes = (
  at: '/admin/backups' | '/platform/backups',
  { reads, manages, tags }: { reads: Permission | 'operator'; manages: Permission | 'operator'; tags: string[] },
) => [
  get(
    at,
    {
      allow: reads,
      summary: 'Backups, the latest first',
      tags,
      reply: z.object({ items: z.array(Backup).max(100), provenAt: instant().nullable() }),
    },
    async ({ backups }) => ({ items: await backups.list(), provenAt: await backups.provenAt() }),
  ),

  post(
    at,
    {
      allow: manages,
      summary: 'Make a backup now',
      tags,
      reply: Backup,
      status: 202,
      problems: ['backup_running'],
      audit: 'backup.started',
    },
    ({ backups, caller }) => backups.begin(caller.id),
  ),

  post(
    `${at}/:id/check`,
    {
      allow: manages,
      summary: 'Restore a backup into a scratch place, to see that it can be',
      tags,
      reply: Backup,
      status: 202,
      problems: ['backup_gone'],
      audit: 'backup.checked',
    },
    ({ backups, params }) => backups.check(params.id),
  ),
]

export const backups = backupRoutes('/admin/backups', {
  reads: 'backups.read',
  manages: 'backups.manage',
  tags: ['Operations'],
})
