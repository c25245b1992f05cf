import mongoose from 'mongoose'
import { ObjectId } from 'bson'
import { short } from '../figures.ts'
import { document } from './cells.ts'

const MB = 1_048_576
const BATCH = 5000

/** Memory while a cursor walks over many documents: of the whole process, store and driver together. */
export async function walk(uri: string, count: number): Promise<string> {
  const client = await mongoose.mongo.MongoClient.connect(uri)
  try {
    const many = client.db('bench').collection('many')
    for (let at = 0; at < count; at += BATCH)
      await many.insertMany(Array.from({ length: BATCH }, () => document(new ObjectId())))
    const marks: number[] = []
    let seen = 0
    const began = performance.now()
    for await (const _ of many.find({}, { batchSize: 1000 }))
      if (++seen % (count / 10) === 0) {
        globalThis.gc?.()
        marks.push(process.memoryUsage.rss() / MB)
      }
    const rate = (seen * 1000) / (performance.now() - began)
    return `A cursor over ${short(seen)} documents (${short(rate)} a second): resident MB at each tenth ${marks.map(Math.round).join(' ')}`
  } finally {
    await client.close()
  }
}
