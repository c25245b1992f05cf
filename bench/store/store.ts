import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { startEmbeddedStore, type EmbeddedStore } from '../../store/embedded/start.ts'
import { median, print, short, spread, table, times } from '../figures.ts'
import type { Wishes } from '../wishes.ts'
import { bareInserts, syncedRows } from './bare.ts'
import { walk } from './walk.ts'
import { byDriver, bulk, type Cells, document, pings, singles, wanted } from './cells.ts'
import { RawConnection } from './frames.ts'

const IN_FLIGHT = 32

/** The embedded store against the wire floor (`ping`) and against SQLite by itself, all in one run. */
export async function benchStore(wishes: Wishes): Promise<void> {
  const ms = Number(wishes.ms ?? (wishes.quick ? 300 : 2000))
  const rounds = Number(wishes.rounds ?? 3)
  const directory = mkdtempSync(join(tmpdir(), 'careline-bench-store-'))
  const store = await startEmbeddedStore({ directory })
  try {
    const cells = new Map<string, number[]>()
    for (let round = 0; round < rounds; round++)
      for (const [name, value] of Object.entries(await measured(store, ms)))
        cells.set(name, [...(cells.get(name) ?? []), value])
    print(
      table(
        ['', 'a second'],
        [...cells].map(([name, values]) => [name, spread(values)]),
      ),
    )
    print()
    print(table(['ratio', 'measured', 'wanted'], ratios(cells)))
    print()
    print(await walk(store.uri, wishes.quick ? 100_000 : 1_000_000))
  } finally {
    await store.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Each round measures everything once, so that a busy neighbour is no one cell's alone. */
async function measured(store: EmbeddedStore, ms: number): Promise<Cells> {
  const connections = await Promise.all(Array.from({ length: IN_FLIGHT }, () => RawConnection.open(store.uri)))
  const one = connections.slice(0, 1)
  const client = await mongoose.mongo.MongoClient.connect(store.uri, { maxPoolSize: IN_FLIGHT })
  try {
    return {
      'ping, 32 in flight': await pings(connections, ms),
      'find by _id, 32 in flight': await singles(client, connections, 'find', ms),
      'insert, 32 in flight': await singles(client, connections, 'insert', ms),
      'insert, 1 in flight': await singles(client, one, 'insert', ms),
      'fdatasync alone, 32 rows each': await syncedRows(IN_FLIGHT, ms),
      'SQLite alone, 32 rows a commit': bareInserts(document, IN_FLIGHT, ms),
      'insert of 1,000, documents': await bulk(one, ms),
      'SQLite alone, 1,000 rows a commit': bareInserts(document, 1000, ms),
      ...(await byDriver(client, IN_FLIGHT, ms)),
    }
  } finally {
    for (const connection of connections) connection.close()
    await client.close()
  }
}

function ratios(cells: Map<string, number[]>): string[][] {
  return wanted.map(([above, below, least]) => {
    const over = (cells.get(above) ?? []).map((value, i) => value / (cells.get(below)?.[i] ?? NaN))
    return [`${above} / ${below}`, times(median(over)), `${short(least)}x`]
  })
}
