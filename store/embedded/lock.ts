import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * The directory belongs to one process: an exclusive SQLite lock, which the operating system gives back when its
 * holder dies in whatever way. The file with the pid beside it only says whom to ask; nothing relies on it.
 */
export class DirectoryLock {
  private readonly database: DatabaseSync

  constructor(directory: string) {
    const owner = join(directory, 'owner.pid')
    this.database = new DatabaseSync(join(directory, 'lock.sqlite'))
    try {
      this.database.exec(
        'PRAGMA busy_timeout=0; PRAGMA journal_mode=DELETE; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE',
      )
    } catch (error) {
      this.database.close()
      if (!/locked|busy/i.test((error as Error).message)) throw error
      throw new Error(
        `The store in ${directory} is in use by another process (pid ${pidIn(owner)}). One process owns it: give this one a directory of its own; or, for several processes, run "careline store" and start each of them with the MONGODB_URI that it prints and with REDIS_URL.`,
        { cause: error },
      )
    }
    writeFileSync(owner, `${process.pid}\n`, { mode: 0o600 })
  }

  release(): void {
    this.database.close()
  }
}

function pidIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
