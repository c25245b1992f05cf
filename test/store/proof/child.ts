/**
 * A process with a store (`child.ts <directory> [durability] [index]`): says where it is, and lives until it or its
 * parent is killed; with `index` it makes one, and ends.
 */
import { startEmbeddedStore } from '../../../store/embedded/start.ts'

const [, , directory, durability, deed] = process.argv as [
  string,
  string,
  string,
  'full' | 'relaxed' | undefined,
  string?,
]
const store = await startEmbeddedStore({ directory, ...(durability ? { durability } : {}) })
if (deed === 'index') {
  // Only here: it takes as long to load as the store, and those that are killed are started many times.
  const { default: mongoose } = await import('mongoose')
  const client = await mongoose.mongo.MongoClient.connect(store.uri)
  await client.db().collection('things').createIndex({ pad: 1 })
  await client.close()
  await store.close()
} else {
  // Open until whoever started it is gone.
  process.stdin.resume().on('end', () => process.exit())
  process.stdout.write(`${store.uri}\n`)
}
