import * as fs from 'node:fs'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { connect } from '../../client/connect.ts'
import {
  asyncStorage,
  fileStorage,
  memoryStorage,
  type OutboxEntry,
  type OutboxStorage,
  webStorage,
} from '../../client/outbox-storage.ts'
import { asyncTokens, type KeyValues, type Session } from '../../client/tokens.ts'
import { FakeServer } from './fake-server.ts'

const hour = 3_600_000
const note = (n: number) => ({ conversationId: 'c1', text: `ours ${n}` })

/** A browser's storage; `all` is what is in it. */
function shelf(all = new Map<string, string>()): KeyValues & { all: Map<string, string> } {
  return {
    all,
    get length() {
      return all.size
    },
    // In whatever order: a browser promises none.
    key: (index) => [...all.keys()].reverse()[index] ?? null,
    getItem: (key) => all.get(key) ?? null,
    setItem: (key, value) => void all.set(key, value),
    removeItem: (key) => void all.delete(key),
  }
}

/** React Native's: every answer comes later. */
function later({ all, ...values } = shelf()) {
  const soon = <T>(work: () => T) => new Promise<T>((done) => setImmediate(() => done(work())))
  return {
    all,
    getAllKeys: () => soon(() => [...all.keys()]),
    getItem: (key: string) => soon(() => values.getItem(key)),
    setItem: (key: string, value: string) => soon(() => values.setItem(key, value)),
    removeItem: (key: string) => soon(() => values.removeItem(key)),
  }
}

/** What was asked of a storage that answers later is done. */
async function written() {
  for (let turn = 0; turn < 40; turn++) await new Promise(setImmediate)
}

describe('client: what the outbox keeps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cl-outbox-'))
  after(() => rmSync(folder, { recursive: true }))

  /** An app that can be ended and begun again, on a server that can be out of reach. */
  function app(storage: OutboxStorage) {
    const server = new FakeServer()
    const advance = async (ms: number) => {
      await written()
      await server.time.advance(ms)
    }
    const begin = () => connect({ token: () => 'staff:ana', storage, platform: server.platform(() => 0.5) })
    return { server, advance, begin }
  }

  const browser = shelf()
  const phone = later()
  const storages: [string, OutboxStorage, () => number][] = [
    ['a browser', webStorage(browser, 'ana'), () => browser.length],
    ['a phone', asyncStorage(phone, 'ana'), () => phone.all.size],
    ['files', fileStorage(fs, join(folder, 'ana')), () => readdirSync(join(folder, 'ana')).length],
    ['a memory', memoryStorage(), () => 0],
  ]
  for (const [name, storage, left] of storages)
    it(`survives restarts in ${name}, once and in order, and leaves nothing behind`, async () => {
      const { server, advance, begin } = app(storage)
      server.isReachable = false
      const first = begin()
      for (let n = 0; n < 12; n++) void first.command('note.add', note(n))
      await advance(1_000)
      first.close()

      server.answers = 'never' // They take effect, and nobody hears of it.
      server.isReachable = true
      const second = begin()
      void second.command('note.add', note(12))
      await advance(10_000)
      second.close()

      server.answers = 'once'
      const third = begin()
      await advance(5_000)
      expect(server.said).to.deep.equal(Array.from({ length: 13 }, (_, n) => note(n).text))
      expect(third.outbox()).to.deep.equal([])
      expect(third.status()).to.include({ unsent: 0, isKept: true })
      expect(left()).to.equal(0)
    })

  it('sends nothing before it knows what an earlier run had given', async () => {
    const entry: OutboxEntry = { id: 'cmd_1', name: 'note.add', input: note(0), at: 1, state: 'waiting', attempts: 0 }
    let found = (_: OutboxEntry[]) => {}
    const load = () => new Promise<OutboxEntry[]>((read) => (found = read))
    const { server, advance, begin } = app({ ...memoryStorage(), load })
    const client = begin()
    void client.command('note.add', note(1))
    await advance(1_000)
    expect([client.status().state, server.said]).to.deep.equal(['live', []])
    found([{ ...entry, at: server.now() - 5_000 }])
    await advance(1_000)
    expect(server.said).to.deep.equal(['ours 0', 'ours 1'])
  })

  it('does not repeat what it has sent more than an hour ago, unless somebody says so', async () => {
    const storage = memoryStorage()
    const { server, advance, begin } = app(storage)
    server.answers = 'never'
    const first = begin()
    await advance(100)
    void first.command('note.add', note(0))
    await advance(100)
    server.isReachable = false
    server.cut()
    void first.command('note.add', note(1))
    expect(first.outbox().map(({ sentAt }) => sentAt !== undefined)).to.deep.equal([true, false])
    first.close()
    await advance(hour + 1_000)

    server.answers = 'once'
    server.isReachable = true
    const second = begin()
    await advance(1_000)
    expect(server.said).to.deep.equal(['ours 0', 'ours 1'])
    const [unsure, ...others] = second.outbox()
    expect([unsure?.state, unsure?.error?.code, others]).to.deep.equal(['refused', 'unconfirmed', []])
    second.retry(unsure?.id ?? '')
    await advance(1_000)
    expect([server.said.length, second.outbox().length], 'under its own id').to.deep.equal([2, 0])
  })

  it('does not send what has waited for a day, and then under a new id', async () => {
    const { server, advance, begin } = app(memoryStorage())
    server.isReachable = false
    const first = begin()
    const given = first.command('note.add', note(0))
    first.close()
    await advance(25 * hour)
    const client = begin()
    expect(client.outbox()[0]).to.deep.include({ id: given.id, state: 'refused' })
    expect(client.outbox()[0]?.error).to.include({ code: 'expired' })
    server.isReachable = true
    await advance(20_000)
    expect(server.said).to.deep.equal([])
    client.retry(given.id)
    expect(client.outbox()[0]?.id).not.to.equal(given.id)
    await advance(1_000)
    expect(server.said).to.deep.equal(['ours 0'])
  })

  it('gives up what has never left, and nothing that may have', async () => {
    const { server, advance, begin } = app(memoryStorage())
    server.answers = 'never'
    const client = begin()
    await advance(100)
    const [sent, waiting] = [client.command('note.add', note(0)), client.command('note.add', note(1))]
    client.discard(sent.id)
    client.discard(waiting.id)
    expect(client.outbox().map(({ id }) => id)).to.deep.equal([sent.id])
    expect(await waiting.catch((error: unknown) => error)).to.include({ code: 'discarded' })
  })

  it('has bounds: of one command, of all of them, and of their number', async () => {
    const { server, advance, begin } = app(memoryStorage())
    const client = begin()
    await advance(100)
    const long = client.command('note.add', { conversationId: 'c1', text: 'ß'.repeat(33_000) })
    expect(await long.catch((error: unknown) => error)).to.include({ code: 'too_large', retryable: false })
    expect(client.outbox()[0]).to.include({ id: long.id, state: 'refused', attempts: 0 })
    client.discard(long.id)

    server.isReachable = false
    server.cut()
    const code = (error: unknown) => (error as { code: string }).code
    for (let n = 0; n < 1_000; n++) void client.command('note.add', note(n))
    expect(await client.command('note.add', note(1_000)).catch(code)).to.equal('outbox_full')
    for (const { id } of client.outbox()) client.discard(id)
    const text = 'x'.repeat(60_000)
    for (let n = 0; n < 34; n++) void client.command('note.add', { conversationId: 'c1', text })
    expect(await client.command('note.add', { conversationId: 'c1', text }).catch(code)).to.equal('outbox_full')
    expect(client.outbox()).to.have.length(34)
    expect(server.said).to.deep.equal([])
  })

  it('says so where the storage fails, and sends all the same', async () => {
    const full = { ...shelf(), setItem: () => expect.fail('QuotaExceededError') }
    const locked = { ...later(), setItem: () => Promise.reject(new Error('locked')) }
    const broken: OutboxStorage = { load: () => expect.fail('no way'), put: () => {}, remove: () => {} }
    for (const storage of [webStorage(full, 'ana'), asyncStorage(locked, 'ana')]) {
      const { server, advance, begin } = app(storage)
      server.isReachable = false
      const client = begin()
      void client.command('note.add', note(0))
      await advance(100)
      expect(client.status()).to.include({ unsent: 1, isKept: false })
      server.isReachable = true
      await advance(5_000)
      expect(server.said).to.deep.equal(['ours 0'])
      expect(client.status()).to.include({ unsent: 0, isKept: true })
    }
    const { advance, begin, server } = app(broken)
    const client = begin()
    void client.command('note.add', note(0))
    await advance(100)
    expect([server.said, client.status().isKept]).to.deep.equal([['ours 0'], false])
  })

  it('leaves alone what it cannot read, and lets nobody else read its files', async () => {
    const place = join(folder, 'torn')
    const storage = fileStorage(fs, place)
    const entry: OutboxEntry = {
      id: 'cmd/../1',
      name: 'note.add',
      input: note(0),
      at: 1,
      state: 'waiting',
      attempts: 0,
    }
    await storage.put(entry)
    writeFileSync(join(place, 'torn.json'), '{"id":"cmd_2","name":')
    writeFileSync(join(place, 'cmd_3.json.new'), '{}')
    expect(await storage.load()).to.deep.equal([entry])
    const [file = ''] = readdirSync(place).filter((name) => name.startsWith('cmd%2F'))
    expect(statSync(join(place, file)).mode & 0o777).to.equal(0o600)
    expect(JSON.parse(readFileSync(join(place, file), 'utf8'))).to.deep.equal(entry)
    await storage.remove(entry.id)
    expect(await storage.load()).to.deep.equal([])

    const web = shelf(
      new Map([
        ['careline.outbox.ana.x', 'null'],
        ['careline.outbox.ana.y', '"y"'],
        ['other', '{'],
      ]),
    )
    expect(await webStorage(web, 'ana').load()).to.deep.equal([])
  })

  it('keeps a sign-in where storages answer later', async () => {
    const values = later()
    const session = { accessToken: 'a', refreshToken: 'r', expiresAt: '' } as Session
    const before = await asyncTokens(values)
    expect(before.load()).to.equal(undefined)
    before.save({ ...session, accessToken: 'older' })
    before.save(session)
    expect(before.load()).to.equal(session)
    await written()
    expect((await asyncTokens(values)).load()).to.deep.equal(session)
    before.save(undefined)
    await written()
    expect((await asyncTokens(values)).load()).to.equal(undefined)
  })
})
