import { createHash } from 'node:crypto'
import mongoose from 'mongoose'
import { endOfTar, entry, entryOf } from './archive/tar.ts'
import type { Store, Stored } from './connection.ts'
import type { FileRow, StoredFiles } from './files.ts'
import { actorHomes } from './kinds.ts'
import { type CollectionName, type Model, models } from './models/index.ts'
import { isPacked, unpacked } from './rest.ts'
import { SealedFields, sealedIn } from './sealed-fields.ts'
import { accountsById } from './settings/accounts.ts'
import type { Vault } from './vault.ts'

const { EJSON } = mongoose.mongo.BSON
const partBytes = 1024 * 1024
const batchDocuments = 200

/** What is ours and not the workspace's: keys, sign-ins, what is only kept for a while to do other things. */
const inner: readonly string[] = [
  ...['vault_keys', 'api_keys', 'claims', 'webhook_events', 'caught_webhooks', 'events', 'exports'],
  ...['webhook_queues', 'audit_chains', 'letterboxes', 'messengers'],
]
/** What opens a door stays here: an export is read by people and programs that need none. */
const secret = /(token|secret|password|hash|wrapped)$/i
/** What the audit's links are checked by, and opens nothing. */
const ofChain = new Set(['hash', 'detailsHash'])
const isSecret = (collection: string, field: string) =>
  secret.test(field) && !(collection === 'audit_log' && ofChain.has(field))

interface Counted {
  name: string
  documents: number
  sha256: string
}
interface ExportManifest {
  format: 1
  workspaceId: string
  /** ISO 8601. */
  madeAt: string
  collections: Counted[]
  files: { path: string; sizeBytes: number; sha256: string }[]
  /** What could not be opened, and is not in it. */
  missing: string[]
}

interface Parts {
  store: Store
  vault: Vault
  files: StoredFiles
  workspaceId: string
  now: number
  /** Hears how far it is: collections and files done, of how many collections. */
  progress(done: { collections: number; of: number; documents: number; files: number }): Promise<void>
}

const filesListed = 100_000

/** Everything that a workspace has, in plain JSON, with its files, as the bytes of a tar; a piece at a time in memory. */
export async function* exportOf(parts: Parts): AsyncGenerator<Uint8Array> {
  const { store, vault, workspaceId, now, progress } = parts
  await vault.ready(workspaceId)
  const manifest: ExportManifest = {
    ...{ format: 1, workspaceId, madeAt: new Date(now).toISOString(), collections: [], files: [], missing: [] },
  }
  const names = Object.entries<Model>(models).flatMap(([name, { tenant }]) =>
    tenant && !inner.includes(name) ? [name as CollectionName] : [],
  )
  const so = { collections: 0, of: names.length, documents: 0, files: 0 }
  const plain = new Plain(vault, workspaceId, manifest)
  yield* collection('workspace', one(await store.platform('workspaces').findOne({ _id: workspaceId })), plain, manifest)
  yield* collection('accounts', accountsOf(store, workspaceId), plain, manifest)
  for (const name of names) {
    yield* collection(name, documentsOf(store, workspaceId, name), plain, manifest)
    so.collections++
    so.documents = manifest.collections.reduce((sum, { documents }) => sum + documents, 0)
    await progress(so)
  }
  for await (const row of filesOf(parts)) {
    yield* fileOf(parts, row, manifest)
    so.files = manifest.files.length
    if (so.files % 100 === 0) await progress(so)
  }
  yield* entry('manifest.json', Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), now)
  yield endOfTar()
  await progress(so)
}

async function* one(document: Stored | null) {
  if (document) yield document
}

/** Who works there, as they are called and reached; how they sign in is their own. */
async function* accountsOf(store: Store, workspaceId: string): AsyncGenerator<Stored> {
  for await (const { accountId } of documentsOf(store, workspaceId, 'members')) {
    const found = (await accountsById(store, [accountId as string])).get(accountId as string)
    if (found) yield { _id: found.id, email: found.email }
  }
}

/** By id and nothing else: by an index of the workspace, each batch would be found among all that it has. */
async function* documentsOf(store: Store, workspaceId: string, name: CollectionName): AsyncGenerator<Stored> {
  for (let after = ''; ;) {
    const found = await store
      .of(workspaceId)
      .find(name as 'messages', { _id: { $gt: after } }, { sort: { _id: 1 }, limit: batchDocuments, hint: { _id: 1 } })
    yield* found
    const last = found.at(-1)
    if (!last || found.length < batchDocuments) return
    after = last._id
  }
}

async function* collection(
  name: string,
  documents: AsyncIterable<Stored>,
  plain: Plain,
  manifest: ExportManifest,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let [count, nth, size] = [0, 0, 0]
  let waiting: Buffer[] = []
  const part = () => entry(`data/${name}/${String(nth++).padStart(6, '0')}.ndjson`, Buffer.concat(waiting))
  for await (const document of documents) {
    const line = Buffer.from(`${EJSON.stringify(plain.of(name, document), { relaxed: true })}\n`)
    hash.update(line)
    count++
    size += line.length
    waiting.push(line)
    if (size < partBytes) continue
    yield* part()
    waiting = []
    size = 0
  }
  if (size > 0) yield* part()
  manifest.collections.push({ name, documents: count, sha256: hash.digest('hex') })
}

/** Documents as they are in memory: what is sealed is opened, what is ours or secret is left out. */
class Plain {
  readonly #fields: SealedFields
  readonly #manifest: ExportManifest

  constructor(vault: Vault, workspaceId: string, manifest: ExportManifest) {
    this.#fields = new SealedFields(vault, workspaceId)
    this.#manifest = manifest
  }

  of(name: string, document: Stored): object {
    const opened = new Map<unknown, unknown>()
    for (const found of sealedIn(document)) {
      if (isSecret(name, found.names.at(-1) ?? '')) continue
      const known = this.#fields.opened(name, document._id, found)
      if (known) opened.set(found.value, valueOf(known.plain))
      else if (!actorHomes.includes(name) || found.names[0] !== 'actor')
        this.#manifest.missing.push(`${name}/${document._id} ${found.path}`.slice(0, 200))
    }
    const without = (field: string, depth: number) =>
      isSecret(name, field) || (depth === 0 && field === 'actor' && actorHomes.includes(name))
    return plainly(document, opened, without) as object
  }
}

function valueOf(plain: Buffer): unknown {
  const text = plain.toString('utf8')
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text // A secret of a setting rests as it is, and not as JSON.
  }
}

type Without = (field: string, depth: number) => boolean

function plainly(value: unknown, opened: ReadonlyMap<unknown, unknown>, without: Without, depth = 0): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  if (opened.has(value)) return opened.get(value)
  if (Array.isArray(value)) return value.map((item) => plainly(item, opened, without, depth + 1))
  if ('_bsontype' in value || Buffer.isBuffer(value)) return null
  if (isPacked(value)) return unpacked(value)
  const kept = Object.entries(value).filter(([field]) => !without(field, depth))
  return Object.fromEntries(kept.map(([field, item]) => [field, plainly(item, opened, without, depth + 1)]))
}

async function* filesOf({ store, files, workspaceId }: Parts): AsyncGenerator<FileRow> {
  for await (const found of documentsOf(store, workspaceId, 'files')) {
    if (found['status'] === 'gone') continue
    const row = files.opened(found)
    if (row.purpose !== 'export' && (row.blob !== null || row.isOfFormerRelease)) yield row
  }
}

async function* fileOf({ files }: Parts, row: FileRow, manifest: ExportManifest): AsyncGenerator<Uint8Array> {
  // An archive's names are short, and opened on systems of every kind.
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(row.fileName ?? '')?.[0] ?? ''
  const path = `files/${row.fileId}${extension}`
  const hash = createHash('sha256')
  const sizeBytes = row.blob?.sizeBytes ?? row.sizeBytes
  const bytes = await files.bytesOf(row).catch((error: Error) => {
    manifest.missing.push(`${path}: ${error.message}`.slice(0, 200))
    return undefined
  })
  if (!bytes) return
  const hashed = (async function* () {
    for await (const piece of bytes) {
      hash.update(piece)
      yield piece
    }
  })()
  yield* entryOf(path, sizeBytes, hashed, row.createdAt)
  if (manifest.files.length < filesListed) manifest.files.push({ path, sizeBytes, sha256: hash.digest('hex') })
}
