import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config } from '../../../kernel/config.ts'
import { missing, Problem } from '../../../kernel/problem.ts'
import { S3Files } from '../../../providers/files/s3.ts'
import { Store } from '../../../store/connection.ts'
import { checkBackup, placeBackup, synced } from '../../../store/embedded/backup.ts'
import { type EmbeddedStore, startEmbeddedStore } from '../../../store/embedded/start.ts'
import { Vault } from '../../../store/vault.ts'
import type { Manifest as ArchiveManifest } from '../../../store/archive/archive.ts'
import { isSealedFile, type KeyBook } from '../../../store/archive/key-book.ts'
import { masterOf } from '../../../store/vault-keys.ts'
import { verifyBackup } from '../backups/proof.ts'
import { unpackBackup } from '../backups/unpack.ts'
import { secretsOf } from '../secrets.ts'
import { along, copyTree } from './backup.ts'
import { bookAt } from './backup-controls.ts'
import { readConfig } from './environment.ts'
import { restoreMark, storeDirectory } from './store-controls.ts'
import { say } from './words.ts'

/** Puts a backup into an empty place, and looks at everything before it says that it is there. */
export async function restore({ from, ...how }: { from?: string; keys?: string; verify?: boolean }): Promise<number> {
  if (from === undefined || from === '')
    throw new Problem('invalid', 'no_source', 'Say what: --from FILE or --from DIR.')
  const config = readConfig()
  const source = resolve(from)
  if (!existsSync(source)) throw missing('no_backup', `There is no ${source}.`)
  const isDirectory = statSync(source).isDirectory()
  if (!isDirectory && isSealedFile(source)) return restoreSealed(config, source, how)
  if (how.verify === true) throw new Problem('invalid', 'no_archive', 'A copy is verified when it is restored.')
  return restoreCopy(config, source, isDirectory)
}

/** A copy of the embedded store, by itself or with the files. */
async function restoreCopy(config: Config, source: string, isDirectory: boolean): Promise<number> {
  const file = isDirectory ? join(source, 'careline.sqlite') : source
  const rest = isDirectory ? along.filter((name) => existsSync(join(source, name))) : []
  checkEmpty(config, rest)
  const { madeAt, version } = checkBackup(file) // Before anything is made.
  clear(config)
  const directory = storeDirectory(config)
  for (const path of [config.dataDir, directory]) mkdirSync(path, { recursive: true, mode: 0o700 })
  begin(config, ['store', ...rest])
  try {
    for (const name of rest) copyTree(join(source, name), join(config.dataDir, name))
    const { collections } = placeBackup(file, directory)
    const key = await checked(config, directory)
    finish(config)
    const documents = collections.reduce((sum, each) => sum + each.documents, 0)
    say(`Restored into ${resolve(config.dataDir)}: the backup of ${madeAt} (Careline ${version}).`)
    say(`  ${collections.length} collections, ${documents} documents, every index looked at: all is as it was.`)
    say(
      rest.length > 0
        ? `  With ${rest.join(', ')}.`
        : `  Without files: put them into ${resolve(config.dataDir, 'files')}.`,
    )
    say(`  ${key}`)
    return 0
  } catch (error) {
    clear(config)
    finish(config)
    throw error
  }
}

/** An encrypted backup: into the MongoDB of MONGODB_URI, or into the embedded store. */
async function restoreSealed(config: Config, file: string, { keys, verify }: { keys?: string; verify?: boolean }) {
  const book = bookAt(config, file, keys)
  if (verify === true) {
    const { documents, files, missing, opened } = await verifyBackup({ file, book })
    say(`It can be restored: ${documents} documents, ${files} files; ${opened} sealed values were opened.`)
    if (missing > 0) say(`  ${missing} files are not in it: they were removed while it was made.`)
    return 0
  }
  const isEmbedded = config.mongodbUri === undefined
  checkEmpty(config, ['files'], isEmbedded)
  clear(config)
  for (const path of [config.dataDir, storeDirectory(config)]) mkdirSync(path, { recursive: true, mode: 0o700 })
  begin(config, isEmbedded ? ['store', 'files'] : ['files'])
  try {
    const { madeAt, version, collections } = await unpacked(config, file, book)
    finish(config)
    const documents = collections.reduce((sum, each) => sum + each.documents, 0)
    const place = isEmbedded ? resolve(config.dataDir) : 'MONGODB_URI'
    say(`Restored into ${place}: the backup of ${madeAt} (Careline ${version}).`)
    say(`  ${collections.length} collections, ${documents} documents, with their files: all is as it was.`)
    return 0
  } catch (error) {
    clear(config)
    finish(config)
    throw error
  }
}

async function unpacked(config: Config, file: string, book: KeyBook): Promise<ArchiveManifest> {
  const [master] = secretsOf(config).masterKeys()
  if (!master) throw new Error('there is no master key')
  const bucket = config.s3 && (await S3Files.open(config.s3))
  const place = { files: join(config.dataDir, 'files'), bucket, master: masterOf(master) }
  if (config.mongodbUri !== undefined) return unpackBackup({ file, book, uri: config.mongodbUri, ...place })
  const embedded = await startEmbeddedStore({ directory: storeDirectory(config) })
  try {
    const manifest = await unpackBackup({ file, book, uri: embedded.uri, ...place })
    const errors = (await embedded.validate()).flatMap((each) => each.errors)
    if (errors.length > 0) throw new Error(`The backup is damaged: ${errors.join('; ')}`)
    return manifest
  } finally {
    await embedded.close()
  }
}

/** As long as the mark is there, what it names is part of a backup: nobody starts on it. */
function begin(config: Config, names: readonly string[]) {
  writeFileSync(restoreMark(config), names.join('\n'), { mode: 0o600 })
  synced(restoreMark(config))
  synced(config.dataDir)
}

function finish(config: Config) {
  rmSync(restoreMark(config), { force: true })
  synced(config.dataDir)
}

/** What a restore has put there that did not come to its end. */
function half(config: Config): string[] {
  const mark = restoreMark(config)
  const names = existsSync(mark) ? readFileSync(mark, 'utf8').split('\n') : []
  return ['store', ...along].filter((name) => names.includes(name))
}

/** Takes that away, and nothing else ever. */
function clear(config: Config) {
  for (const name of half(config)) rmSync(join(config.dataDir, name), { recursive: true, force: true })
}

const storePlace: [string, string[]] = ['store', ['store/careline.sqlite', 'store/careline.sqlite-wal']]

/** Nothing that is there is written over. A key may be there already: it is not in the backup. */
function checkEmpty(config: Config, rest: readonly string[], hasStore = true) {
  const places = new Map<string, string[]>([
    ...(hasStore ? [storePlace] : []),
    ...rest.map((name): [string, string[]] => [name, [name]]),
  ])
  for (const name of half(config)) places.delete(name)
  const there = [...places.values()].flat().filter((path) => existsSync(join(config.dataDir, path)))
  if (there.length === 0) return
  const names = there.join(', ')
  throw new Problem(
    'conflict',
    'not_empty',
    `${resolve(config.dataDir)} is not empty (${names}): move it away, or set CARELINE_DATA.`,
  )
}

/** Opens it as a start would, and compares every index with its documents. */
async function checked(config: Config, directory: string): Promise<string> {
  const embedded = await startEmbeddedStore({ directory })
  try {
    const errors = (await embedded.validate()).flatMap((each) =>
      each.errors.map((error) => `${each.namespace}: ${error}`),
    )
    if (errors.length > 0) throw new Error(`The backup is damaged: ${errors.join('; ')}`)
    return await keyOf(config, embedded)
  } finally {
    await embedded.close()
  }
}

/** Whether the master key that a start would take opens what was restored. */
async function keyOf({ dataDir, masterKey }: Config, { uri }: EmbeddedStore): Promise<string> {
  const file = resolve(dataDir, 'master.key')
  const key = masterKey ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined)
  if (key === undefined)
    return `The master key is not here: put it into ${file} (mode 0600), or set CARELINE_MASTER_KEY, before you start.`
  const store = await Store.open(uri)
  try {
    const first = await store.collection('vault_keys').findOne({ destroyedAt: { $exists: false } })
    if (!first) return 'Nothing in it is encrypted yet: any master key will do.'
    await new Vault(store, Buffer.from(key, 'hex')).ready(first._id)
    return 'The master key opens it.'
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `The master key does NOT open it (${why}): set the one that was used, before you start.`
  } finally {
    await store.close()
  }
}
