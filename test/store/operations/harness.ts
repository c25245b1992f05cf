import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedStore, type EmbeddedStoreOptions, startEmbeddedStore } from '../../../store/embedded/start.ts'
import { MongoClient } from '../embedded/harness.ts'

/** Directories, stores and clients of one suite, closed and removed behind it. */
export class Places {
  readonly top = mkdtempSync(join(tmpdir(), 'careline-ops-'))
  private readonly open = new Set<() => Promise<void>>()

  directory(name: string) {
    return join(this.top, name)
  }

  async start(name: string, options: Partial<EmbeddedStoreOptions> = {}): Promise<Place> {
    const store = await startEmbeddedStore({ directory: this.directory(name), ...options })
    const client = await MongoClient.connect(store.tcpUri ?? store.uri, { serverSelectionTimeoutMS: 2000 })
    const close = async () => {
      this.open.delete(close)
      await client.close()
      await store.close()
    }
    this.open.add(close)
    return { store, client, things: client.db().collection<any>('things'), close, file: this.file(name) }
  }

  file(name: string) {
    return join(this.directory(name), 'careline.sqlite')
  }

  async removeStores() {
    for (const close of this.open) await close()
  }

  async remove() {
    await this.removeStores()
    rmSync(this.top, { recursive: true, force: true })
  }
}

export interface Place {
  store: EmbeddedStore
  client: InstanceType<typeof MongoClient>
  things: any
  file: string
  close(): Promise<void>
}
