import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { expect } from 'chai'
import { Store } from '../../store/connection.ts'
import { until } from '../harness/until.ts'
import { type FreshDatabase, freshDatabase } from '../harness/database.ts'

/** The name of what an attempt fails with; nothing where it does not. */
const refusalOf = (asked: Promise<unknown> | undefined) =>
  asked?.then(
    () => undefined,
    (error: Error) => error.name,
  )

describe('the connection to the store', () => {
  let database: FreshDatabase
  let store: Store
  const sockets = new Set<Socket>()
  const opened = (message: unknown) => void sockets.add((message as { socket: Socket }).socket)

  before(async () => {
    database = await freshDatabase()
    subscribe('net.client.socket', opened)
    store = await Store.open(database.uri)
  })

  after(async () => {
    unsubscribe('net.client.socket', opened)
    await store.close()
    await database.close()
  })

  it('fails what is asked in the moment in which the server goes away, and serves again', async () => {
    await store.ping()
    // Their ends are known, and not yet told to anybody: so it is when a server closes all of them at once.
    for (const socket of sockets) socket.destroy()
    expect(await refusalOf(store.ping())).to.equal('MongoNetworkError')
    await store.ping()
  })

  it('fails what was not yet taken whole when the server goes away', async () => {
    await store.ping()
    const asked = refusalOf(store.connection.db?.command({ ping: 1, comment: 'x'.repeat(8_000_000) }))
    // Begun, and more than a socket holds.
    await until(() => [...sockets].some(({ writableNeedDrain }) => writableNeedDrain))
    for (const socket of sockets) socket.destroy()
    expect(await asked).to.equal('MongoNetworkError')
    await store.ping()
  })

  it('drops the index that an earlier release kept up, and opens where there is none', async () => {
    const events = store.collection('events')
    await events.createIndex({ workspaceId: 1, stream: 1, seq: 1 })
    for (const _ of ['with it', 'without']) await Store.open(database.uri).then((another) => another.close())
    expect((await events.indexes()).map(({ name }) => name)).to.deep.equal(['_id_', 'workspaceId_1_at_1'])
  })
})
