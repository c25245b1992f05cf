import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { MongoClient } from './harness.ts'

const ROUNDS = 5
const WRITERS = 8

describe('embedded store: killed under load', () => {
  const directory = mkdtempSync(join(tmpdir(), 'careline-kill-'))
  let running: ChildProcess

  async function start(): Promise<InstanceType<typeof MongoClient>> {
    running = spawn(process.execPath, [join(import.meta.dirname, 'store-child.ts'), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [uri] = (await once(running.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
    return MongoClient.connect(String(uri).trim(), { serverSelectionTimeoutMS: 1000, socketTimeoutMS: 2000 })
  }

  async function kill(): Promise<void> {
    const gone = once(running, 'exit')
    running.kill('SIGKILL')
    await gone
  }

  after(async () => {
    await kill()
    rmSync(directory, { recursive: true, force: true })
  })

  /** Writes until the store is gone; what was acknowledged, and only that, is promised. */
  async function write(things: any, round: number, writer: number, acknowledged: Map<string, number>): Promise<void> {
    const counter = `${round}-${writer}-counter`
    for (let i = 0; ; i++) {
      try {
        const id = `${round}-${writer}-${i}`
        await things.insertOne({ _id: id, round, tag: i % 7, list: [i, i + 1], pad: 'x'.repeat(200) })
        acknowledged.set(id, 0)
        const { n } = await things.findOneAndUpdate(
          { _id: counter },
          { $inc: { n: 1 }, $set: { tag: i % 7 } },
          { upsert: true, returnDocument: 'after' },
        )
        acknowledged.set(counter, n)
      } catch {
        return
      }
    }
  }

  it('loses nothing that it has acknowledged, and its indexes agree with its documents', async function () {
    this.timeout(30_000)
    let client = await start()
    await client
      .db()
      .collection('things')
      .createIndexes([{ key: { round: 1, tag: 1 } }, { key: { list: -1 } }])
    let total = 0
    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged = new Map<string, number>()
      const writers = Array.from({ length: WRITERS }, (_, w) =>
        write(client.db().collection('things'), round, w, acknowledged),
      )
      await new Promise((done) => setTimeout(done, 100 + round * 40))
      await kill()
      await Promise.all(writers)
      await client.close()
      client = await start()
      const things = client.db().collection<any>('things')
      const found = new Map(
        (await things.find({ _id: { $regex: `^${round}-` } }).toArray()).map((each) => [each._id, each]),
      )
      const lost = [...acknowledged].filter(([id, n]) => !found.has(id) || (found.get(id).n ?? 0) < n)
      expect(lost).to.deep.equal([])
      for (let tag = 0; tag < 7; tag++) {
        const byIndex = await things.find({ round, tag }).hint({ round: 1, tag: 1 }).toArray()
        const byScan = await things.find({ round, tag }).hint({ $natural: 1 }).toArray()
        expect(byIndex.map((each) => each._id).sort()).to.deep.equal(byScan.map((each) => each._id).sort())
      }
      expect(await things.countDocuments({ list: 5 }, { hint: { list: -1 } })).to.equal(
        await things.countDocuments({ list: 5 }, { hint: { $natural: 1 } }),
      )
      total += acknowledged.size
    }
    await client.close()
    expect(total).to.be.greaterThan(20)
  })
})
