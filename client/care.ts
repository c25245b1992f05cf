import type { Http } from './http.ts'

/** A copy of everything. */
export interface Backup {
  id: string
  startedAt: string
  finishedAt: string | null
  /** `gone`: it was good, and is no longer kept. */
  status: 'running' | 'good' | 'failed' | 'gone'
  /** Whose wish it was; null where it was due. */
  by: string | null
  machine: string
  file: string
  bytes: number | null
  documents: number | null
  files: number | null
  isOneMoment: boolean | null
  why: string | null
  /** When it was restored into a scratch place last, and what came of it. */
  verifiedAt: string | null
  isSound: boolean | null
  verification: string | null
}

export interface BackupList {
  items: Backup[]
  /** When the last one was made that a restore has proven. */
  provenAt: string | null
}

/** Everything that a workspace has, in one encrypted file. */
export interface Export {
  id: string
  by: string
  startedAt: string
  finishedAt: string | null
  status: 'running' | 'ready' | 'failed' | 'expired'
  /** How many collections are done, of how many. */
  collections: number
  of: number
  documents: number
  files: number
  sizeBytes: number | null
  expiresAt: string | null
  why: string | null
}

/** A workspace that was closed; until `endsAt` it can be taken back. */
export interface Closing {
  at: string
  by: string
  endsAt: string
}

/** What keeps the data of a workspace safe, and how it leaves. */
export const careOf = (http: Http) => ({
  backups: () => http.get<BackupList>('/admin/backups'),
  backUp: () => http.post<Backup>('/admin/backups'),
  checkBackup: (id: string) => http.post<Backup>(`/admin/backups/${encodeURIComponent(id)}/check`),
  exports: () => http.get<{ items: Export[] }>('/workspaces/current/exports'),
  /** Needs a fresh proof. For whoever knows this passphrase, or has the key of this age recipient. */
  export: (whom: { passphrase: string } | { recipient: string }) =>
    http.post<Export>('/workspaces/current/export', whom),
  exportLink: (id: string) =>
    http.post<{ url: string; expiresAt: string }>(`/workspaces/current/exports/${encodeURIComponent(id)}/link`),
  closing: () => http.get<Closing>('/workspaces/current/closing'),
  /** Needs a fresh proof, and the short name of the workspace. */
  close: (slug: string) => http.post<Closing>('/workspaces/current/close', { slug }),
  reopen: () => http.post<undefined>('/workspaces/current/reopen'),
})
