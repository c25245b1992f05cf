import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import mongoose from 'mongoose'

/*
 * Writers until the store dies, and then what is left of it is looked at: every write that was acknowledged must be
 * there, every document must be whole, and every index must hold what a scan finds.
 */

export interface Deaths {
  rounds: number
  acknowledged: number
  lost: number
  torn: number
  indexDifferences: number
}

/** Where the store lives, and how it dies. */
export interface Place {
  directory: string
  durability?: 'full' | 'relaxed'
  /** What the next process starts with, `NAME=value` each. */
  environment?(): string[]
  /** Ends the process given; what it leaves behind is the store's next start. */
  end(running: ChildProcess): Promise<void>
}

export async function killed(running: ChildProcess): Promise<void> {
  const gone = running.exitCode === null && running.signalCode === null ? once(running, 'exit') : null
  running.kill('SIGKILL')
  await gone
}

const PATIENCE_MS = 20_000

const INDEXES = [
  { key: { round: 1, tag: 1 }, name: 'tags' },
  { key: { list: -1 }, name: 'lists' },
  { key: { text: 1 }, name: 'texts', unique: true },
  { key: { n: -1, _id: 1 }, name: 'counters', partialFilterExpression: { n: { $gt: 1 } } },
] as const

/** A document says of itself whether it is whole. */
const sealed = (fields: { _id: string; [name: string]: unknown }) => ({ ...fields, seal: sealOf(fields) })

function sealOf({ _id, text, list }: Record<string, unknown>): string {
  return createHash('md5')
    .update(JSON.stringify([_id, text, list]))
    .digest('hex')
}

export async function dieRepeatedly(place: Place, rounds: number, writers: number, seenMs = 250): Promise<Deaths> {
  const deaths: Deaths = { rounds: 0, acknowledged: 0, lost: 0, torn: 0, indexDifferences: 0 }
  await indexed(place)
  let { running, client } = await started(place)
  for (let round = 0; round < rounds; round++) {
    const acknowledged = new Map<string, number>()
    const db = client.db()
    const all = Array.from({ length: writers }, (_, writer) => write(db, `${round}-${writer}`, acknowledged))
    await atWork(acknowledged, writers, running)
    await setTimeout(Math.random() * seenMs)
    await place.end(running)
    // First, so that no writer looks for a server that is gone.
    await client.close()
    await Promise.all(all)
    ;({ running, client } = await started(place))
    await look(client.db(), acknowledged, deaths)
    deaths.rounds++
    deaths.acknowledged += acknowledged.size
  }
  await client.close()
  await killed(running)
  return deaths
}

/** The indexes are on the disk before anything is lost, also where nothing waits for the disk later. */
async function indexed(place: Place) {
  const { running, client } = await started(place, 'full')
  await client
    .db()
    .collection('things')
    .createIndexes([...INDEXES])
  await client.close()
  await place.end(running)
}

/** However slow the machine is: each has written something on average, or nobody can any more. */
async function atWork(acknowledged: Map<string, number>, writers: number, running: ChildProcess) {
  const gaveUpAt = performance.now() + PATIENCE_MS
  while (acknowledged.size < writers && running.exitCode === null && running.signalCode === null)
    if (performance.now() > gaveUpAt) throw new Error(`only ${acknowledged.size} writes in ${PATIENCE_MS} ms`)
    else await setTimeout(5)
}

/** Again, when it dies while it opens: that is a death like any other. */
async function started(place: Place, durability = place.durability) {
  for (;;) {
    const running = begun(place, durability)
    const gone = once(running, 'exit').then(() => [null])
    const [said] = (await Promise.race([once(running.stdout as NodeJS.ReadableStream, 'data'), gone])) as [
      Buffer | null,
    ]
    const client = said && (await connected(String(said).trim()))
    if (client) return { running, client }
    await place.end(running)
  }
}

function begun(place: Place, durability: Place['durability']) {
  const child = join(import.meta.dirname, 'child.ts')
  const command = [process.execPath, child, place.directory, ...(durability ? [durability] : [])]
  // A store that dies of a cut disk says so; that is no news here.
  return spawn('env', [...(place.environment?.() ?? []), ...command], { stdio: ['pipe', 'pipe', 'ignore'] })
}

async function connected(uri: string) {
  try {
    return await mongoose.mongo.MongoClient.connect(uri, { serverSelectionTimeoutMS: 2_000, retryWrites: false })
  } catch (error) {
    if (error instanceof mongoose.mongo.MongoServerSelectionError) return null
    throw error
  }
}

/** Inserts, counts and rewrites until the store is gone; only what was acknowledged is promised. */
async function write(db: any, writer: string, acknowledged: Map<string, number>): Promise<void> {
  const things = db.collection('things')
  const counter = `${writer}-counter`
  for (let i = 0; ; i++) {
    const _id = `${writer}-${i}`
    const round = parseInt(writer)
    try {
      const text = `${_id} ${'x'.repeat(i % 40 === 0 ? 30_000 : 200)}`
      await things.insertOne(sealed({ _id, round, tag: i % 7, list: [i, i + 1], text }))
      acknowledged.set(_id, 0)
      const { n } = await things.findOneAndUpdate(
        { _id: counter },
        { $inc: { n: 1 }, $set: { round, tag: i % 7, text: counter, seal: sealOf({ _id: counter, text: counter }) } },
        { upsert: true, returnDocument: 'after' },
      )
      acknowledged.set(counter, n)
      // What has no index is written in a shorter way.
      await db.collection('bare').insertOne(sealed({ _id: `${_id}-bare`, text }))
      acknowledged.set(`${_id}-bare`, 0)
    } catch {
      // The end of the store is the end of the writer; whatever this write became, nobody was told.
      return
    }
  }
}

async function look(db: any, acknowledged: Map<string, number>, deaths: Deaths): Promise<void> {
  const things = db.collection('things')
  const found = new Map<string, any>()
  for (const collection of [things, db.collection('bare')])
    for await (const each of collection.find({}).hint({ $natural: 1 })) found.set(each._id, each)
  for (const [id, n] of acknowledged) if (!found.has(id) || (found.get(id).n ?? 0) < n) deaths.lost++
  for (const each of found.values()) if (each.seal !== sealOf(each)) deaths.torn++
  deaths.indexDifferences += await indexDifferences(things)
}

async function indexDifferences(things: any): Promise<number> {
  let differences = 0
  for (const index of INDEXES) {
    const filter = index.name === 'counters' ? { n: { $gt: 1 } } : {}
    const ids = async (hint: object) =>
      (
        await things
          .find(filter, { projection: { _id: 1 } })
          .hint(hint)
          .toArray()
      )
        .map(({ _id }: any) => _id)
        .sort()
    if (String(await ids(index.key)) !== String(await ids({ $natural: 1 }))) differences++
  }
  for (let tag = 0; tag < 7; tag++) {
    const counted = (hint: object) => things.countDocuments({ round: { $gte: 0 }, tag }, { hint })
    if ((await counted(INDEXES[0].key)) !== (await counted({ $natural: 1 }))) differences++
  }
  return differences
}
