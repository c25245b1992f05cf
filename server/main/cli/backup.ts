import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import packageJson from '../../../package.json' with { type: 'json' }
import type { Config } from '../../../kernel/config.ts'
import { Problem } from '../../../kernel/problem.ts'
import { type Manifest, sealCopy, synced } from '../../../store/embedded/backup.ts'
import { askKeeper } from './backup-controls.ts'
import { readConfig } from './environment.ts'
import { askStore } from './store-controls.ts'
import { say } from './words.ts'

/** What goes along with the store into a directory. No key does: a backup is not to open itself. */
export const along = ['files', 'simulator', 'demo.json'] as const

/** A backup of everything, encrypted, of a running server as well; with `copy`, the embedded store as it is. */
export async function backup({ to, copy = false }: { to?: string; copy?: boolean }): Promise<number> {
  return copy ? plainCopy(to) : sealedBackup(readConfig(), to)
}

const Made = z.object({
  file: z.string(),
  keys: z.string(),
  documents: z.int(),
  files: z.int(),
  missing: z.int(),
  isOneMoment: z.boolean(),
})

async function sealedBackup(config: Config, to: string | undefined): Promise<number> {
  const made = Made.parse(await askKeeper(config, 'backups/make', to === undefined ? {} : { to: absolute(to) }))
  const key = config.backups.key === undefined ? 'the master key' : 'CARELINE_BACKUP_KEY'
  say(made.file)
  say(`  In it: everything (${made.documents} documents, ${made.files} files), encrypted; ${key} opens it.`)
  if (!made.isOneMoment)
    say('  This MongoDB is no replica set: what was written while the backup was made may be in it in part.')
  if (made.missing > 0) say(`  Not in it: ${made.missing} files that were removed while it was made.`)
  say(`  Needed with it: ${made.keys}, which is written anew with each backup.`)
  return 0
}

/** A directory stays one: its slash at the end is what says so. */
const absolute = (to: string) => (to.endsWith('/') ? `${resolve(to)}/` : resolve(to))

async function plainCopy(to: string | undefined): Promise<number> {
  if (to === undefined || to === '') throw new Problem('invalid', 'no_target', 'Say where to: --to FILE or --to DIR/.')
  const config = readConfig()
  const isDirectory = to.endsWith('/') || (existsSync(to) && statSync(to).isDirectory())
  const madeAt = new Date().toISOString()
  const target = isDirectory ? join(resolve(to), `careline-${madeAt.replace(/[-:]|\.\d+/g, '')}`) : resolve(to)
  if (existsSync(target)) throw new Problem('conflict', 'exists', `${target} is there already: name another.`)
  const part = `${target}.${process.pid}.part`
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  try {
    if (isDirectory) mkdirSync(part, { mode: 0o700 })
    const manifest = await copied(config, isDirectory ? join(part, 'careline.sqlite') : part, madeAt)
    // After the store: a file is there before its row is, so every row of the copy has its file.
    const rest = isDirectory ? copyRest(config, part) : []
    renameSync(part, target)
    synced(dirname(target))
    tell(config, target, manifest, isDirectory ? rest : undefined)
    return 0
  } catch (error) {
    rmSync(part, { recursive: true, force: true })
    throw error
  }
}

async function copied(config: Config, file: string, madeAt: string): Promise<Manifest> {
  await askStore(config, 'backup', { file })
  const manifest = sealCopy(file, { madeAt, version: packageJson.version })
  synced(file)
  return manifest
}

function copyRest({ dataDir }: Config, directory: string): string[] {
  const names = along.filter((name) => existsSync(join(dataDir, name)))
  for (const name of names) copyTree(join(dataDir, name), join(directory, name))
  synced(directory)
  return names
}

/** Of files that are written whole and never changed; half-written ones are left out. On disk when this returns. */
export function copyTree(from: string, to: string) {
  cpSync(from, to, { recursive: true, filter: (path) => !basename(path).endsWith('.part') })
  syncTree(to)
}

function syncTree(path: string) {
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) syncTree(join(path, name))
  synced(path)
}

function tell({ dataDir, masterKey, s3 }: Config, target: string, { collections }: Manifest, rest?: string[]) {
  const documents = collections.reduce((sum, each) => sum + each.documents, 0)
  const key = masterKey === undefined ? resolve(dataDir, 'master.key') : 'CARELINE_MASTER_KEY'
  say(target)
  say(
    `  In it: the store (${collections.length} collections, ${documents} documents)${(rest ?? []).map((name) => `, ${name}`).join('')}.`,
  )
  if (!rest) say(`  Not in it: the files people sent (${resolve(dataDir, 'files')}); --to DIR/ takes them along.`)
  if (s3) say(`  Not in it: what rests in S3 (${s3.bucket}). A backup without --copy takes that along.`)
  say(`  Not in it: the master key (${key}). Without it nobody can read the backup: keep it elsewhere, safely.`)
}
