import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Clamd } from '../../providers/scan/clamd.ts'
import { ClamdSimulator, eicar } from '../../providers/scan/simulator.ts'
import type { OutgoingMessage } from '../../providers/sender.ts'
import { Delivery } from '../../server/delivery.ts'
import { MemoryGate } from '../../server/files/memory-gate.ts'
import { Store } from '../../store/connection.ts'
import { Vault } from '../../store/vault.ts'
import { type FreshDatabase, freshDatabase } from '../harness/database.ts'
import { filesOf } from '../harness/files.ts'

const ws = 'ws_1'

describe('files that go out', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cl-out-'))
  const simulator = new ClamdSimulator()
  let database: FreshDatabase
  let store: Store
  let files: ReturnType<typeof filesOf>
  before(async () => {
    database = await freshDatabase()
    store = await Store.open(database.uri)
    const vault = new Vault(store, Buffer.alloc(32, 7))
    files = filesOf({ store, vault, directory, now: Date.now, scanner: new Clamd(await simulator.listen()) })
  })
  after(async () => {
    await simulator.close()
    await store.close()
    await database.close()
    rmSync(directory, { recursive: true, force: true })
  })

  it('go when a scanner has seen them, and not at all where it found something', async () => {
    const sent: OutgoingMessage[] = []
    const channel = { id: 'ch_1', workspaceId: ws, status: 'active', simulate: true }
    const delivery = new Delivery({
      channels: { opened: async () => channel } as any,
      threadOf: async () => ({ subject: '', signature: '', business: 'Clinic' }),
      fileUrl: () => '',
      senderOf: () =>
        ({
          send: async (_: unknown, message: OutgoingMessage) => {
            sent.push(message)
            return { outcome: 'accepted', providerId: 'wamid.1' }
          },
        }) as any,
      files: files.room,
      messageById: async () => undefined,
      mayDeliver: () => true,
    })
    const send = (fileId: string) => {
      const content = { kind: 'document' as const, mime: 'text/plain', fileId, fileName: 'a.txt' }
      const parcel = { messageId: 'msg_1', conversationId: 'c_1', to: '4915', replyTo: null, content }
      return delivery.deliver('ch_1', ws, parcel)
    }
    const keep = (fileId: string, text: string) =>
      files.room.keep(ws, { fileId, bytes: Buffer.from(text), mime: 'text/plain', fileName: 'a.txt', by: 'm' })
    await keep('fil_good', 'your plan')
    await keep('fil_bad', eicar)

    const waits = await send('fil_good')
    expect(waits).to.deep.include({ outcome: 'refused', action: 'retry', retryAfterMs: 5_000 })
    expect((waits as any).error).to.include({ code: 'file_not_ready', retryable: true })
    expect(sent).to.deep.equal([])
    await files.work.scan()
    expect(await send('fil_good')).to.include({ outcome: 'accepted' })
    expect(Buffer.from(sent[0]?.media?.bytes ?? []).toString()).to.equal('your plan')

    for (const [fileId, code] of [
      ['fil_bad', 'file_refused'],
      ['fil_none', 'not_found'],
    ] as const) {
      const refused = await send(fileId)
      expect(refused).to.deep.include({ outcome: 'refused', action: 'never' })
      expect((refused as any).error).to.include({ code, retryable: false })
    }
    expect(sent).to.have.length(1)
  })

  it('are not all in memory at once: the next waits, in order, and one that fails makes room too', async () => {
    const gate = new MemoryGate(100)
    const order: string[] = []
    const ends: Record<string, (error?: Error) => void> = {}
    const enter = (name: string, bytes: number) =>
      gate
        .with(bytes, () => {
          order.push(name)
          return new Promise<void>((done, fail) => (ends[name] = (error) => (error ? fail(error) : done())))
        })
        .catch(() => undefined)
    const all = [enter('a', 60), enter('b', 30), enter('large', 500), enter('c', 5)]
    const settled = () => new Promise((done) => setImmediate(done))
    await settled()
    expect(order).to.deep.equal(['a', 'b'])
    ends['a']?.(new Error('it broke'))
    await settled()
    expect(order, 'the large one alone').to.deep.equal(['a', 'b'])
    ends['b']?.()
    await settled()
    expect(order).to.deep.equal(['a', 'b', 'large'])
    ends['large']?.()
    await settled()
    ends['c']?.()
    await Promise.all(all)
    expect(order).to.deep.equal(['a', 'b', 'large', 'c'])
  })
})
