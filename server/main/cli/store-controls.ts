import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Config } from '../../../kernel/config.ts'
import { missing, Problem } from '../../../kernel/problem.ts'
import { type EmbeddedStore, startEmbeddedStore } from '../../../store/embedded/start.ts'
import { askControl, type Controls, NotRunning } from '../control.ts'

const path = z.string().min(1).max(4_096)
const Copy = z.object({ file: path })

/** A copy, a check or a compaction of a large store takes minutes; whoever waits longer than this has lost it. */
const withinMs = 6 * 60 * 60_000

export const Validated = z.array(
  z.object({
    namespace: z.string(),
    documents: z.int(),
    keys: z.record(z.string(), z.int()),
    errors: z.array(z.string()),
  }),
)
const Space = z.object({ bytes: z.int(), freeBytes: z.int() })
export const Compacted = z.object({ before: Space, after: Space, ms: z.number() })

export type StoreWork = 'backup' | 'check' | 'compact'

/** What may be asked of whoever has the embedded store open. */
export function storeControls(open: () => EmbeddedStore | undefined): Controls {
  const store = () => {
    const embedded = open()
    if (embedded) return embedded
    throw new Problem('invalid', 'no_embedded_store', notEmbedded)
  }
  return {
    'store/backup': async (input) => {
      const { file } = Copy.parse(input)
      await ofStore(store().backup(file))
      return {}
    },
    'store/check': () => ofStore(store().validate()),
    'store/compact': () => ofStore(store().compact()),
  }
}

/** What went wrong with a disk or a path is for whoever asked. */
async function ofStore<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw new Problem('invalid', 'store_failed', error instanceof Error ? error.message : String(error))
  }
}

export const storeDirectory = ({ dataDir }: Pick<Config, 'dataDir'>) => join(dataDir, 'store')

export const hasStore = (config: Pick<Config, 'dataDir'>) => existsSync(join(storeDirectory(config), 'careline.sqlite'))

/** There from the first step of a restore to its last. */
export const restoreMark = ({ dataDir }: Pick<Config, 'dataDir'>) => join(dataDir, 'restoring')

export const isUnfinished = (config: Pick<Config, 'dataDir'>) => existsSync(restoreMark(config))

/** Half a backup is no data to work on. @throws Problem `restore_unfinished` */
export function checkRestored(config: Pick<Config, 'dataDir'>): void {
  if (!isUnfinished(config)) return
  throw new Problem(
    'conflict',
    'restore_unfinished',
    `A restore into ${config.dataDir} was interrupted: run the same "careline restore" again.`,
  )
}

/**
 * Asks `careline store`, else the server, else does it here. @throws Problem `no_store`, `no_embedded_store`, `store_failed`
 */
export async function askStore(config: Config, work: StoreWork, input: { file?: string } = {}): Promise<unknown> {
  for (const directory of [storeDirectory(config), config.dataDir])
    try {
      return await askControl(directory, `store/${work}`, input, { withinMs })
    } catch (error) {
      if (!(error instanceof NotRunning)) throw error
    }
  return here(config, work, input)
}

async function here(config: Config, work: StoreWork, input: { file?: string }): Promise<unknown> {
  checkRestored(config)
  if (!hasStore(config)) {
    if (config.mongodbUri) throw new Problem('invalid', 'no_embedded_store', notEmbedded)
    throw missing('no_store', `There is no store in ${storeDirectory(config)}.`)
  }
  // Who only looks writes nothing: no document expires, no file is compacted.
  const store = await startEmbeddedStore({ directory: storeDirectory(config), readOnly: work !== 'compact' })
  try {
    return await storeControls(() => store)[`store/${work}`]?.(input)
  } finally {
    await store.close()
  }
}

const notEmbedded = 'The data is in the MongoDB of MONGODB_URI: use its own tools (mongodump, validate, compact).'
