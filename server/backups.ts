import type { Backup } from '../store/backups.ts'

export type { Backup }

/** Backups as operators see them. */
export interface Backups {
  /** The latest first, at most 100. */
  list(): Promise<Backup[]>
  /** Begins one, which goes on after the answer. @throws Problem `backup_running`, `backups_elsewhere` */
  begin(by: string): Promise<Backup>
  /** Restores one into a scratch place, which goes on after the answer. @throws Problem `not_found`, `backup_gone` */
  check(id: string): Promise<Backup>
  /** When the last backup was made that a restore has proven, epoch ms. Read at most once a minute. */
  provenAt(): Promise<number | null>
}
