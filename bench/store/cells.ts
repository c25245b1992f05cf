import type mongoose from 'mongoose'
import { deserialize, ObjectId, type Document } from 'bson'
import { frameOf, framesWithId, type RawConnection } from './frames.ts'

type MongoClient = mongoose.mongo.MongoClient

export type Cells = Record<string, number>

/** Which figure over which, and how much it shall be at least. */
export const wanted: [above: string, below: string, least: number][] = [
  ['insert, 32 in flight', 'ping, 32 in flight', 0.7],
  ['find by _id, 32 in flight', 'ping, 32 in flight', 0.8],
  ['insert, 32 in flight', 'insert, 1 in flight', 3],
  ['insert of 1,000, documents', 'SQLite alone, 1,000 rows a commit', 0.3],
  ['insert, 32 in flight', 'SQLite alone, 32 rows a commit', 0],
  ['insert, 32 in flight', 'fdatasync alone, 32 rows each', 0],
  ['driver: insertOne', 'driver: ping', 0.7],
  ['driver: findOne by _id', 'driver: ping', 0.8],
]

const TEXT = 'Good morning, I would like to move my appointment to Thursday if that is possible.'

/** What a message of Careline is like. */
export const document = (id: ObjectId): Document => ({
  _id: id,
  conversationId: 'c_0123456789',
  n: 7,
  from: { kind: 'user', id: 'u_0123456789' },
  content: { type: 'text', text: TEXT },
  at: new Date(1_700_000_000_000),
})

const check = (reply: Buffer) => {
  const { ok, writeErrors } = deserialize(reply.subarray(21)) as { ok: number; writeErrors?: unknown }
  if (ok !== 1 || writeErrors) throw new Error(`The store refused: ${JSON.stringify({ ok, writeErrors })}`)
}

/** Answers a second while each connection asks again as soon as it is answered. */
async function rate(connections: RawConnection[], ms: number, next: () => Buffer): Promise<number> {
  let answers = 0
  const began = performance.now()
  const until = began + ms
  await Promise.all(
    connections.map(async (connection) => {
      check(await connection.ask(next()))
      while (performance.now() < until) {
        await connection.ask(next())
        answers++
      }
    }),
  )
  return (answers * 1000) / (performance.now() - began)
}

export function pings(connections: RawConnection[], ms: number): Promise<number> {
  const frame = frameOf({ ping: 1, $db: 'bench' })
  return rate(connections, ms, () => frame)
}

const KEPT = 10_000

export async function singles(
  client: MongoClient,
  connections: RawConnection[],
  kind: 'find' | 'insert',
  ms: number,
): Promise<number> {
  const found = client.db('bench').collection('found')
  if ((await found.estimatedDocumentCount()) === 0)
    await found.insertMany(Array.from({ length: KEPT }, () => document(new ObjectId())))
  if (kind === 'insert') {
    const frame = framesWithId((id) => ({ insert: 'singles', documents: [document(id)], ordered: true, $db: 'bench' }))
    return rate(connections, ms, () => frame(new ObjectId().id))
  }
  const ids = (await found.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id.id)
  const frame = framesWithId((id) => ({
    find: 'found',
    filter: { _id: id },
    limit: 1,
    singleBatch: true,
    $db: 'bench',
  }))
  let at = 0
  return rate(connections, ms, () => frame(ids[(at += 7919) % ids.length] as Uint8Array))
}

/** Documents a second in commands of 1,000. */
export async function bulk(connections: RawConnection[], ms: number): Promise<number> {
  const next = () =>
    frameOf({
      insert: 'bulks',
      documents: Array.from({ length: 1000 }, () => document(new ObjectId())),
      ordered: true,
      $db: 'bench',
    })
  // Made beforehand: 1,000 documents cost the client as much as the store.
  const frames = Array.from({ length: Math.ceil(ms / 5) + 1 }, next)
  let at = 0
  let spent = 0
  const [connection] = connections as [RawConnection]
  for (const frame of frames) {
    const began = performance.now()
    const reply = await connection.ask(frame)
    spent += performance.now() - began
    at += 1000
    if (at === 1000) check(reply)
    if (spent > ms) break
  }
  return (at * 1000) / spent
}

/** The same through the driver, whose own work is in it. */
export async function byDriver(client: MongoClient, inFlight: number, ms: number): Promise<Cells> {
  const db = client.db('bench')
  const ids = (
    await db
      .collection('found')
      .find({}, { projection: { _id: 1 } })
      .toArray()
  ).map(({ _id }) => _id)
  const calls: [string, () => Promise<unknown>][] = [
    ['driver: ping', () => db.command({ ping: 1 })],
    ['driver: findOne by _id', () => db.collection('found').findOne({ _id: ids[at++ % ids.length] as ObjectId })],
    ['driver: insertOne', () => db.collection('driven').insertOne(document(new ObjectId()))],
  ]
  let at = 0
  const cells: Cells = {}
  for (const [name, call] of calls) {
    let answers = 0
    const began = performance.now()
    const worker = async () => {
      while (performance.now() - began < ms) {
        await call()
        answers++
      }
    }
    await Promise.all(Array.from({ length: inFlight }, worker))
    cells[name] = (answers * 1000) / (performance.now() - began)
  }
  return cells
}
