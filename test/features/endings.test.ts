import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { expect } from 'chai'
import type { Api } from '../../client/api.ts'
import type { SimulatedLetter } from '../../providers/mail/simulator/letters.ts'
import { bookParts } from '../../server/main/backups/identities.ts'
import { unpackBackup } from '../../server/main/backups/unpack.ts'
import { exportedLink, lookThroughFile } from '../../server/audit-file.ts'
import { opened } from '../../store/archive/age.ts'
import { KeyBook } from '../../store/archive/key-book.ts'
import { entriesOf } from '../../store/archive/tar.ts'
import { Store } from '../../store/connection.ts'
import { startEmbeddedStore } from '../../store/embedded/start.ts'
import { type CollectionName, models } from '../../store/models/index.ts'
import { masterOf } from '../../store/vault-keys.ts'
import { type Business, withApp } from '../harness/boot.ts'
import { FakeClock } from '../harness/clock.ts'

const dayMs = 24 * 60 * 60_000

describe('a workspace that leaves', () => {
  const clock = new FakeClock()
  const app = withApp({}, clock)
  let bakery: Business
  const said = 'My knee hurts since Tuesday.'

  const call = async (api: Api, path: string, body?: object) => {
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${await api.token()}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const letters = async () => {
    await app.settled()
    const headers = { authorization: `Bearer ${app.careline.secrets.phoneKey}` }
    const answer = await fetch(`${app.url}/simulator/mail/letters`, { headers })
    return ((await answer.json()) as { letters: SimulatedLetter[] }).letters
  }
  const owner = () => bakery.as('owner')

  before(async () => {
    bakery = await app.open('bakery')
    clock.settle = () => app.settled()
    bakery.person('Ada').sends(said)
    await app.settled()
  })

  describe('takes everything along', () => {
    it('for its owner alone, who has just shown that it is them', async () => {
      const whom = { recipient: `age1${'q'.repeat(58)}` }
      expect((await call(await bakery.as('staff'), '/workspaces/current/export', whom)).status).to.equal(403)
      const api = await owner()
      await clock.advance(11 * 60_000)
      const late = await call(api, '/workspaces/current/export', whom)
      expect([late.status, late.body.code]).to.deep.equal([403, 'proof_required'])
      expect((await call(api, '/workspaces/current/export', { passphrase: 'short' })).status).to.equal(422)
    })

    it('in one encrypted file: plain JSON with counts and hashes, and none of its secrets', async () => {
      const api = await owner()
      const identity = await generateX25519Identity()
      const begun = await call(api, '/workspaces/current/export', { recipient: await identityToRecipient(identity) })
      expect(begun).to.nested.include({ status: 202, 'body.status': 'running' })
      await app.careline.care.exports.settled()
      const { items } = (await call(api, '/workspaces/current/exports')).body
      expect(items[0]).to.include({ status: 'ready', id: begun.body.id })
      const { url } = (await call(api, `/workspaces/current/exports/${begun.body.id}/link`, {})).body
      const bytes = Buffer.from(await (await fetch(app.url + url)).arrayBuffer())
      expect(bytes.length).to.equal(items[0].sizeBytes)
      const entries = new Map<string, Buffer>()
      const sealed = (async function* () {
        yield bytes
      })()
      for await (const { path, bytes: content } of entriesOf(opened(sealed, { identities: [identity] }), 1e7))
        entries.set(path, content)
      const all = Buffer.concat([...entries.values()]).toString()
      expect(all).to.include(said).and.include('owner@bakery.test')
      expect(all).to.not.include(bakery.channel.secrets['token']).and.not.include(bakery.channel.secrets['appSecret'])
      expect(all).to.not.include('$argon2').and.not.include('clinic')
      const manifest = JSON.parse(entries.get('manifest.json')?.toString() ?? '')
      expect(manifest.missing).to.deep.equal([])
      const messages = manifest.collections.find(({ name }: { name: string }) => name === 'messages')
      const lines = entries.get('data/messages/000000.ndjson') ?? Buffer.alloc(0)
      const sha256 = createHash('sha256').update(lines).digest('hex')
      expect(messages).to.deep.equal({ name: 'messages', documents: lines.toString().split('\n').length - 1, sha256 })
      const spoken = JSON.parse(String(entries.get('data/conversations/000000.ndjson')).split('\n')[0] ?? '')
      expect(spoken.outgoing, 'what rests as one piece').to.be.an('array')
      expect((await letters()).map(({ subject }) => subject)).to.include('The export of bakery is ready')

      const chain = (entries.get('data/audit_log/000000.ndjson') ?? Buffer.alloc(0)).toString().trim().split('\n')
      const looked = (lines: readonly string[]) =>
        lookThroughFile(lines.map(exportedLink)).findings.map(({ what, n }) => `${what} ${String(n)}`)
      expect(chain).to.have.length.greaterThan(2)
      expect(looked(chain)).to.deep.equal([])
      const second = chain.findIndex((line) => JSON.parse(line).n === 2)
      const changed = (to: object) =>
        chain.map((line, at) => (at === second ? JSON.stringify({ ...JSON.parse(line), ...to }) : line))
      expect(looked(changed({ action: 'member.removed' }))).to.deep.equal(['altered 2'])
      expect(looked(changed({ details: { salt: '', ip: null, userAgent: null, note: {} } }))).to.deep.equal([
        'altered 2',
      ])
      expect(looked(changed({ more: 1 }))).to.deep.equal(['altered 2'])
      expect(looked(chain.filter((_, at) => at !== second))).to.deep.equal(['missing 2'])
      expect(looked([...chain, chain[second] ?? ''])).to.deep.equal(['inserted 2'])
    })
  })

  describe('closes', () => {
    it('when its owner types its name; then nothing leaves, and it can be taken back', async () => {
      const api = await owner()
      const path = '/workspaces/current/close'
      expect((await call(await bakery.as('staff'), path, { slug: 'bakery' })).status).to.equal(403)
      expect((await call(api, path, { slug: 'bakerie' })).body.code).to.equal('not_the_name')
      const closed = await call(api, path, { slug: 'bakery' })
      expect(Date.parse(closed.body.endsAt) - Date.parse(closed.body.at)).to.equal(30 * dayMs)
      expect((await call(api, path, { slug: 'bakery' })).body.code).to.equal('wrong_state')
      expect((await call(api, '/workspaces/current')).body.status).to.equal('closing')
      expect((await letters()).map(({ subject }) => subject)).to.include('bakery was closed')

      const [conversation] = (await api.conversations.list({ status: 'all' })).items
      await api.conversations.send(conversation?.conversationId ?? '', { content: { kind: 'text', text: 'Bye' } })
      await app.settled()
      const row = await app.careline.storage.store.of(bakery.workspace.id).one('messages', { direction: 'out' })
      expect(row).to.include({ status: 'failed' })

      expect((await call(api, '/workspaces/current/reopen', {})).status).to.equal(204)
      expect((await call(api, '/workspaces/current')).body.status).to.equal('active')
      expect((await call(api, '/workspaces/current/reopen', {})).status).to.equal(404)
    })

    it('reminds its owners, then destroys its key: nothing of it can be read, not even from a backup', async () => {
      const { care, storage, config, secrets } = app.careline
      await call(await owner(), '/workspaces/current/close', { slug: 'bakery' })
      await clock.advance(27 * dayMs)
      await care.closings.care()
      await care.closings.care()
      const soon = (await letters()).filter(({ subject }) => /bakery ends on/.test(subject))
      expect(soon.length).to.equal(1)
      const backup = await care.backups.makeAt(`${config.backups.directory}/`)

      await clock.advance(3 * dayMs)
      await care.closings.care()
      const { id } = bakery.workspace
      expect(await storage.vault.ready(id).catch((error) => error.code)).to.equal('workspace_destroyed')
      const row = await storage.store.collection('vault_keys').findOne({ _id: id })
      expect(Object.keys(row ?? {}).sort()).to.deep.equal(['_id', 'createdAt', 'destroyedAt', 'rev', 'workspaceId'])
      const book = new KeyBook(bookParts(config, secrets.masterKeys()))
      expect((await book.read())?.destroyed).to.include(id)
      expect(JSON.stringify(await book.read())).to.include(app.business.workspace.id)
      expect(Object.keys((await book.read())?.workspaces ?? {})).to.not.include(id)

      const scratch = mkdtempSync(join(tmpdir(), 'cl-end-'))
      const embedded = await startEmbeddedStore({ directory: scratch, durability: 'relaxed' })
      const [master = Buffer.alloc(32)] = secrets.masterKeys()
      const files = join(scratch, 'files')
      mkdirSync(files)
      await unpackBackup({ file: backup.file, book, uri: embedded.uri, files, master: masterOf(master) })
      const restored = await Store.open(embedded.uri)
      expect(await restored.collection('messages').countDocuments({ workspaceId: id })).to.equal(0)
      expect(await restored.collection('channels').countDocuments({})).to.equal(1)
      await restored.close()
      await embedded.close()
      rmSync(scratch, { recursive: true, force: true })
    })

    it('then everything of it goes, and the platform remembers that it did', async () => {
      const { care, storage, config } = app.careline
      const { id } = bakery.workspace
      await clock.advance(61_000)
      await care.closings.care()
      const left: string[] = []
      for (const name of Object.keys(models) as CollectionName[]) {
        const count = await storage.store.collection(name).countDocuments({ $or: [{ workspaceId: id }, { _id: id }] })
        if (count > 0) left.push(`${name}: ${count}`)
      }
      expect(left).to.deep.equal(['vault_keys: 1'])
      expect(existsSync(join(config.dataDir, 'files', id))).to.equal(false)
      const login = await fetch(`${app.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'owner@bakery.test', password: 'correct horse battery staple' }),
      })
      expect(login.status).to.equal(401)
      await app.settled()
      const done = await storage.store.of('platform').find('audit_log', {})
      expect(done.map(({ action }) => action)).to.include.members(['workspace.destroyed', 'workspace.removed'])
      expect((await (await app.business.as('owner')).conversations.list({ status: 'all' })).items).to.deep.equal([])
    })
  })
})
