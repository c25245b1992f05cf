import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Store } from '../../store/connection.ts'
import { type FileRow, StoredFiles } from '../../store/files.ts'
import type { CollectionName } from '../../store/models/index.ts'
import { DiskFiles } from '../../providers/files/disk.ts'
import { Rest } from '../../store/rest.ts'
import { KeyRotation } from '../../store/rotation.ts'
import { KeysDestroyed, platform, WrongMasterKey } from '../../store/vault-keys.ts'
import { bytesOf, Vault } from '../../store/vault.ts'
import { type FreshDatabase, freshDatabase } from '../harness/database.ts'

const rejected = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as Error,
  )

/** Everything sealed in a document, in its order. */
function binariesIn(value: unknown): Uint8Array[] {
  if (value === null || typeof value !== 'object' || value instanceof Date) return []
  if ('_bsontype' in value) return [bytesOf(value)]
  return Object.values(value).flatMap(binariesIn)
}

describe('the vault', () => {
  let database: FreshDatabase
  let store: Store
  let directory: string
  const [old, fresh] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const graceMs = 60_000
  let time = 0
  /** Another process: it has keys of its own at hand. */
  const processWith = (...masters: Buffer[]) => {
    const vault = new Vault(store, () => masters)
    const stores = [new DiskFiles(directory)] as const
    const files = new StoredFiles({ store, rest: new Rest(vault), vault, stores, now: Date.now })
    return { vault, files, rotation: new KeyRotation({ store, vault, files, now: () => time, graceMs }) }
  }

  before(async () => {
    database = await freshDatabase()
    store = await Store.open(database.uri)
    directory = mkdtempSync(join(tmpdir(), 'cl-vault-'))
  })
  after(async () => {
    await store.close()
    await database.close()
    rmSync(directory, { recursive: true, force: true })
  })

  describe('changes the master key', () => {
    it('wraps new keys with the old one until it is told to change; then all, and nobody has to stop', async () => {
      const before = processWith(old)
      await before.vault.ready('ws_a')
      const sealed = before.vault.seal('ws_a', 'x', 'plain')
      await before.vault.ready(platform)

      const during = processWith(fresh, old)
      await during.vault.ready('ws_b')
      await processWith(old).vault.ready('ws_b') // One that knows the old key only goes on meanwhile.
      expect(await during.rotation.rewrap()).to.deep.equal({ master: during.vault.masters[0]?.id, rewrapped: 3 })
      expect(await during.rotation.rewrap()).to.include({ rewrapped: 0 })
      expect(before.vault.open('ws_a', 'x', sealed)).to.equal('plain')

      const after = processWith(fresh)
      await after.vault.ready('ws_a')
      await after.vault.ready('ws_new')
      expect(after.vault.open('ws_a', 'x', sealed)).to.equal('plain')
      expect(await rejected(processWith(old).vault.ready('ws_new'))).to.be.instanceOf(WrongMasterKey)
    })

    it('names the key that is missing, and what to do', async () => {
      const error = await rejected(processWith(old).vault.ready('ws_a'))
      const id = (key: Buffer) =>
        createHash('sha256').update('careline master key').update(key).digest('hex').slice(0, 8)
      expect(error?.message).to.match(/^CARELINE_MASTER_KEY is not the key that this data was encrypted with/)
      expect(error?.message)
        .to.include(`needs ${id(fresh)}, here is ${id(old)}`)
        .and.include('CARELINE_MASTER_KEY_PREVIOUS')
      expect(await rejected(processWith(old).rotation.rewrap())).to.be.instanceOf(WrongMasterKey)
    })
  })

  describe('changes the key of a workspace', () => {
    const ws = 'ws_rotated'
    /** One of each way in which the store seals, under the context that it has there. */
    const places: [CollectionName, string, (seal: (context: string) => Buffer) => Record<string, unknown>][] = [
      ['messages', 'm1', (seal) => ({ content: { type: 'text', text: seal('messages/m1.content.text') } })],
      [
        'conversations',
        'c1',
        (seal) => ({
          names: [{ plain: 1 }, { text: seal('conversations/c1.names.text') }],
          actor: {
            rev: 3,
            out: {
              '7': { input: { text: seal('conversations/c1.text') } },
              '8': { kept: seal('conversations/c1/records') },
            },
            reminders: { soon: { data: seal('conversations/c1') } },
            recent: [{ id: 'a' }, { reply: { deep: { text: seal('conversations/c1.deep.text') } } }],
          },
        }),
      ],
      ['events', 'conversation:c1:b12', (seal) => ({ data: seal('events/conversation:c1:12') })],
      [
        'dead_letters',
        'd1',
        (seal) => ({ command: { input: seal('dead_letters/d1') }, reason: seal('dead_letters/d1/reason') }),
      ],
      [
        'channels',
        'ch1',
        (seal) => ({
          token: seal('channels/ch1/token'),
          previous: { token: { secret: seal('channels/ch1/previous.token.secret') } },
        }),
      ],
      ['webhook_events', 'ch1/wamid.1', (seal) => ({ raw: seal('webhook_events/ch1/wamid.1') })],
    ]
    let first: ReturnType<typeof processWith>
    let other: ReturnType<typeof processWith>
    let blind: string
    let wrappedOld: string
    const rowOf = async () => store.collection('vault_keys').findOne({ _id: ws })
    const stage = async () => ((await rowOf())?.['rotation'] as { stage: string } | undefined)?.stage
    const later = async (ms: number) => {
      time += ms
      await first.rotation.step()
      await other.vault.refresh()
    }

    before(async () => {
      first = processWith(fresh)
      other = processWith(fresh)
      await first.vault.ready(ws)
      await other.vault.ready(ws)
      blind = first.vault.blind(ws, 'phone/1')
      wrappedOld = Buffer.from(binariesIn(await rowOf())[0] ?? []).toString('base64')
      expect(wrappedOld.length).to.be.greaterThan(64)
      for (const [name, _id, made] of places) {
        const fields = made((context) => first.vault.seal(ws, context, `plain of ${context}`))
        await store.collection(name).insertOne({ _id, workspaceId: ws, ...fields })
      }
      await store.platform('accounts').insertOne({ _id: 'acc', key: randomBytes(12) })
      const about = {
        purpose: 'message',
        mime: 'text/plain',
        sizeBytes: 6,
        createdAt: 0,
        expiresAt: null,
        by: 'x',
      } as const
      await first.files.announce(ws, { ...about, fileId: 'f1', fileName: 'a.txt' })
      const row = await first.files.row(ws, 'f1')
      const { blob } = await first.files.write(
        ws,
        'f1',
        (async function* () {
          yield Buffer.from('a file')
        })(),
      )
      await first.files.adopt(row as FileRow, blob, { $set: { status: 'ready' } })
    })

    it('tells it to everybody before anybody uses it', async () => {
      expect(await first.rotation.begin(ws)).to.equal(true)
      expect(await first.rotation.begin(ws)).to.equal(false)
      await first.rotation.step()
      expect(await stage()).to.equal('published')
      expect(first.vault.currentOf(ws)).to.equal(1)
      await first.vault.refresh()
      await later(10_000)
      expect(await stage()).to.equal('sealing')
      expect(other.vault.currentOf(ws)).to.equal(2)
    })

    it('one that has not heard of it yet reads what others seal by it, at the second try', async () => {
      const sealed = other.vault.seal(ws, 'x', 'new')
      const late = processWith(fresh)
      await late.vault.ready(ws)
      expect(late.vault.open(ws, 'x', sealed)).to.equal('new')
      expect(first.vault.open(ws, 'x', first.vault.seal(ws, 'x', 'still old'))).to.equal('still old')
    })

    it('seals everything anew, whatever collection and place it rests in', async () => {
      await later(10_000)
      expect(await stage()).to.equal('resting')
      for (const [name, _id, made] of places) {
        const contexts: string[] = []
        made((context) => (contexts.push(context), Buffer.alloc(0)))
        const sealed = binariesIn(await store.collection(name).findOne({ _id }))
        expect(sealed.length).to.equal(contexts.length)
        for (const [index, context] of contexts.entries()) {
          const bytes = sealed[index] as Uint8Array
          expect(bytes.subarray(0, 3), `${name} ${context}`).to.deep.equal(Buffer.from([2, 0, 2]))
          expect(other.vault.open(ws, context, bytes)).to.equal(`plain of ${context}`)
        }
      }
      const file = (await other.files.row(ws, 'f1')) as FileRow
      expect(file).to.include({ fileName: 'a.txt' })
      expect(file.blob?.keyNo).to.equal(2)
      const read = []
      for await (const piece of await other.files.bytesOf(file)) read.push(piece)
      expect(Buffer.concat(read).toString()).to.equal('a file')
    })

    it('keeps the old key for who may still write with it, and finds what they wrote', async () => {
      await store.collection('channels').insertOne({ _id: 'ch2', workspaceId: ws, token: oldSealed })
      await later(graceMs)
      expect(await stage(), 'found one').to.equal('resting')
      await later(0)
      expect(await stage()).to.equal(undefined)
      const token = bytesOf((await store.collection('channels').findOne({ _id: 'ch2' }))?.['token'])
      expect(other.vault.open(ws, 'channels/ch2/token', token)).to.equal('late')
    })

    it('then nothing can be read with the old key, by anybody; the blind index is as it was', async () => {
      expect(((await rowOf())?.['keys'] as unknown[]).length).to.equal(1)
      for (const { vault } of [first, other]) {
        expect(() => vault.open(ws, 'channels/ch2/token', oldSealed)).to.throw(/sealed by key 1 .* not here/)
        expect(vault.blind(ws, 'phone/1')).to.equal(blind)
      }
      expect(JSON.stringify(await rowOf())).to.not.include(wrappedOld)
    })

    let oldSealed: Buffer
    before(() => (oldSealed = first.vault.seal(ws, 'channels/ch2/token', 'late')))
  })

  it('keeps the old key as long as something cannot be sealed anew, and says what', async () => {
    const here = processWith(fresh)
    await here.vault.ready('ws_stuck')
    const token = here.vault.seal('ws_stuck', 'some/other/place', 'x')
    await store.collection('channels').insertOne({ _id: 'ch9', workspaceId: 'ws_stuck', token })
    await here.rotation.begin('ws_stuck')
    for (let n = 0; n < 5; n++) {
      time += graceMs
      await here.rotation.step()
    }
    const state = (await here.rotation.states()).find(({ workspaceId }) => workspaceId === 'ws_stuck')
    expect(state?.keys).to.deep.equal([1, 2])
    expect(state?.rotation?.stuck).to.deep.equal(['channels/ch9 token'])
  })

  it('forgets for ever: nobody opens anything again, and no new key is made in its place', async () => {
    const [here, there] = [processWith(fresh), processWith(fresh)]
    await here.vault.ready('ws_gone')
    await there.vault.ready('ws_gone')
    const sealed = here.vault.seal('ws_gone', 'x', 'secret')
    await here.vault.rows.destroy('ws_gone', time)
    for (const { vault } of [here, there]) {
      await vault.refresh()
      expect(vault.isReady('ws_gone')).to.equal(false)
      expect(() => vault.open('ws_gone', 'x', sealed)).to.throw()
      expect(await rejected(vault.ready('ws_gone'))).to.be.instanceOf(KeysDestroyed)
    }
  })
})
