import { DiskFiles } from '../../providers/files/disk.ts'
import type { FileStore } from '../../providers/files/port.ts'
import type { Scanner } from '../../providers/scan/port.ts'
import { FileRoom } from '../../server/files/file-room.ts'
import { FileWork } from '../../server/files/file-work.ts'
import { Thumbnailer } from '../../server/files/thumbnailer.ts'
import type { Store } from '../../store/connection.ts'
import { FileSweeps } from '../../store/file-sweeps.ts'
import { StoredFiles } from '../../store/files.ts'
import { Rest } from '../../store/rest.ts'
import type { Vault } from '../../store/vault.ts'

interface Parts {
  store: Store
  vault: Vault
  directory: string
  now(): number
  scanner?: Scanner | undefined
  thumbnailer?: Thumbnailer
  stores?: [FileStore, ...FileStore[]]
  storageMax?: () => number
  keeping?: () => Iterable<[workspaceId: string, days: number]>
}

/** Files as a server has them. Nothing is done by itself: a test calls what the schedules would. */
export function filesOf({ store, vault, directory, now, scanner, storageMax = () => 2 ** 40, ...parts }: Parts) {
  const stores = parts.stores ?? [new DiskFiles(directory)]
  const rest = new Rest(vault)
  const files = new StoredFiles({ store, rest, vault, stores, now })
  const failed: { error: unknown; what: string }[] = []
  const sweeps = new FileSweeps({ store, rest, files, onError: (error) => void failed.push({ error, what: 'sweep' }) })
  const thumbnailer = parts.thumbnailer ?? new Thumbnailer()
  const { keeping = () => [] } = parts
  const onError = (error: unknown, what: string) => void failed.push({ error, what })
  const work = new FileWork({ files, sweeps, stores, scanner, thumbnailer, keeping, now, onError })
  const room = new FileRoom({ files, sweeps, scanner, storageMax, hasWork: () => undefined, now })
  return { room, work, files, sweeps, failed }
}
