import { constants, createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { newId } from '../../kernel/id.ts'
import { checkedKey, FileMissing, type FileStore, type Stretch } from './port.ts'

/** On this machine's disk: a directory per workspace, a file per key. */
export class DiskFiles implements FileStore {
  readonly kind = 'disk'
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  async put(key: string, bytes: AsyncIterable<Uint8Array>) {
    const path = this.#path(key)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    // A crash leaves a part under another name, which `sweep` finds and a backup leaves out.
    const part = `${path}.${newId('w')}.part`
    const handle = await open(part, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
    try {
      for await (const chunk of bytes) await handle.writeFile(chunk)
      await handle.sync()
    } catch (error) {
      await rm(part, { force: true })
      throw error
    } finally {
      await handle.close()
    }
    await rename(part, path)
    await synced(dirname(path))
  }

  async read(key: string, stretch?: Stretch) {
    const path = this.#path(key)
    try {
      const handle = await open(path, constants.O_RDONLY)
      return createReadStream(path, {
        fd: handle,
        highWaterMark: 256 * 1024,
        ...(stretch && { start: stretch.from, end: stretch.to }),
      })
    } catch (cause) {
      if (isAbsent(cause)) throw new FileMissing(key, { cause })
      throw cause
    }
  }

  async remove(key: string) {
    await rm(this.#path(key), { force: true })
  }

  async sweep(before: number) {
    let swept = 0
    for (const folder of await entriesOf(this.#directory)) {
      const parts = (await entriesOf(join(this.#directory, folder))).filter((name) => name.endsWith('.part'))
      for (const name of parts) {
        const path = join(this.#directory, folder, name)
        if ((await stat(path)).mtimeMs >= before) continue
        await rm(path, { force: true })
        swept++
      }
    }
    return swept
  }

  #path(key: string) {
    return join(this.#directory, checkedKey(key))
  }
}

/** A name is durable when its directory is. */
async function synced(directory: string) {
  const handle = await open(directory, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function entriesOf(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

// A file of the directory itself (macOS leaves some) is no directory.
const isAbsent = (error: unknown) => ['ENOENT', 'ENOTDIR'].includes(String((error as { code?: unknown } | null)?.code))
