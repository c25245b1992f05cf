import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startEmbeddedStore } from '../../../store/embedded/start.ts'
import { migrate } from '../../../store/migrate.ts'
import { endAt, type Interrupted, type Original } from './deeds.ts'
import { Disk, type Mishap } from './disk.ts'
import { killed } from './kills.ts'

/** The rest of what is measured is done by the end of the process, which closes the store. */
const SHARE = 0.6
const silent = { at: () => undefined }

/** A store in a process of its own, on a disk to which something happens. */
async function target(disk: Disk, mishap: Mishap) {
  const child = join(import.meta.dirname, 'child.ts')
  const command = [...disk.environment(mishap), process.execPath, child, join(disk.root, 'store'), 'full']
  const running = spawn('env', command, { stdio: ['pipe', 'pipe', 'ignore'] })
  const gone = once(running, 'exit').then(() => [''])
  const [uri] = (await Promise.race([once(running.stdout, 'data'), gone])) as [Buffer | string]
  // It ends by itself when nobody speaks to it any more, and then says what it did to its disk.
  const leave = async () => {
    running.stdin.end()
    await gone
  }
  return { uri: `${String(uri).trim()}?serverSelectionTimeoutMS=500`, end: () => killed(running), leave }
}

/** Copies into a store whose power goes, or whose disk is full, on the way; and again, when it is back. */
export async function interruptMigration(original: Original, points: number, sizes: number): Promise<Interrupted> {
  const source = await startEmbeddedStore({ directory: join(original.data, 'store'), readOnly: true })
  const done: Interrupted = { cut: 0, torn: 0, killed: 0, full: 0 }
  try {
    const { changes, bytes } = await measured(source.uri)
    for (let point = 0; point < points; point++) {
      const cutAt = 1 + Math.floor(((point + Math.random()) * changes * SHARE) / points)
      const end = endAt(point)
      await onceMore(source.uri, { cutAt, seed: end === 'torn' ? cutAt : 0 }, end !== 'killed')
      done[end]++
    }
    for (let size = 0; size < sizes; size++) {
      await onceMore(source.uri, { bytes: Math.floor(((size + Math.random() * 0.9) * bytes * SHARE) / sizes) }, false)
      done.full++
    }
    return done
  } finally {
    await source.close()
  }
}

/** What an undisturbed copy does to the disk of its target. */
async function measured(from: string) {
  const disk = new Disk()
  const store = await target(disk, {})
  await migrate(from, store.uri, silent)
  await store.leave()
  const { done } = disk
  disk.remove()
  return done
}

const halved = ({ cutAt, bytes, ...rest }: Mishap): Mishap => ({
  ...rest,
  ...(cutAt && { cutAt: Math.ceil(cutAt / 2) }),
  ...(bytes && { bytes: Math.floor(bytes / 2) }),
})

async function onceMore(from: string, mishap: Mishap, isPowerLost: boolean) {
  const disk = new Disk()
  try {
    const first = await target(disk, mishap)
    const error = await migrate(from, first.uri, silent).then(
      () => null,
      (reason: Error) => reason,
    )
    await first.end()
    // It would have come after the end: earlier, then.
    if (!error) return await onceMore(from, halved(mishap), isPowerLost)
    if (isPowerLost) disk.powerReturns()
    const second = await target(disk, {})
    const copied = await migrate(from, second.uri, silent)
    await second.end()
    if (copied.every(({ documents }) => documents === 0)) throw new Error('nothing was copied')
  } finally {
    disk.remove()
  }
}
