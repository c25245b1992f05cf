import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { Store } from '../../store/connection.ts'
import { Vault } from '../../store/vault.ts'
import { MongoClient, refusal } from '../store/embedded/harness.ts'
import { type Command, Installation } from './command.ts'

/** Every process here takes the better part of a second: one story, each step on what the last one left. */
describe('careline, for years', () => {
  let home: Installation
  let elsewhere: Installation
  let running: Command
  const key = 'ab'.repeat(32)
  const embedded = { CARELINE_DEMO: 'false', MONGODB_URI: '' }
  const backups = () => join(home.directory, 'backups')
  const uriOf = ({ out }: Command) => out.trimEnd().split('\n').at(-1) ?? ''
  const opened = async (at: Installation, args: string[] = []) => {
    const command = at.begin(['store', ...args])
    await command.prints(/^mongodb:.*\n/m)
    return command
  }
  const stopped = async (command: Command) => {
    command.process.kill('SIGTERM')
    return (await command.ended).code
  }

  before(async () => {
    home = await Installation.on(embedded)
    elsewhere = await Installation.on(embedded)
    writeFileSync(join(home.directory, 'master.key'), key, { mode: 0o600 })
    mkdirSync(join(home.directory, 'files/ws_1'), { recursive: true })
    writeFileSync(join(home.directory, 'files/ws_1/f_1'), 'sealed bytes')
    chmodSync(home.directory, 0o700)
  })
  after(async () => {
    await home.remove()
    await elsewhere.remove()
  })

  it('runs the store by itself: its MONGODB_URI last, for this user only, until it is told to stop', async () => {
    running = await opened(home)
    const uri = uriOf(running)
    expect(uri).to.match(/^mongodb:\/\/%2F.*careline\.sock\/careline$/)
    const socket = decodeURIComponent(uri.slice('mongodb://'.length, uri.lastIndexOf('/')))
    expect((statSync(socket).mode & 0o777).toString(8)).to.equal('600')
    expect((statSync(join(home.directory, 'store')).mode & 0o777).toString(8)).to.equal('700')
    const store = await Store.open(uri)
    await new Vault(store, Buffer.from(key, 'hex')).ready('ws_1')
    await store.of('ws_1').insert('files', { _id: 'f_1', createdAt: new Date() })
    await store.close()
    expect((await home.run(['store'])).err).to.match(/in use by another process \(pid \d+\)/)
  })

  it('backs it up while it runs, and says what is in it and what is not', async () => {
    const { code, out, err } = await home.run(['backup', '--copy', '--to', join(backups(), 'one')])
    expect({ code, err }).to.deep.equal({ code: 0, err: '' })
    expect(out).to.match(
      /In it: the store \(\d+ collections, 2 documents\)\.\n +Not in it: the files.*\n +Not in it: the master key/,
    )
    expect((statSync(join(backups(), 'one')).mode & 0o777).toString(8)).to.equal('600')
    const again = await home.run(['backup', '--copy', '--to', join(backups(), 'one')])
    expect(again).to.include({ code: 1, out: '' })
    expect(again.err).to.match(/is there already/)
    expect((await home.run(['backup', '--copy', '--to', `${backups()}/whole/`])).out).to.match(
      /documents\), files\.\n +Not in it: the master key/,
    )
    expect(readdirSync(backups()).sort()).to.deep.equal(['one', 'whole'])
    expect((await home.run(['compact'])).out).to.match(/^\d+\.\d MB, .* are now \d+\.\d MB/)
    expect(await stopped(running)).to.equal(0)
  })

  it('restores it into an empty directory, looks at all of it, and knows whether the key is the right one', async () => {
    const [name = ''] = readdirSync(join(backups(), 'whole'))
    const from = join(backups(), 'whole', name)
    writeFileSync(join(elsewhere.directory, 'master.key'), key, { mode: 0o600 })
    const { code, out, err } = await elsewhere.run(['restore', '--from', from])
    expect({ code, err }).to.deep.equal({ code: 0, err: '' })
    expect(out).to.match(/2 documents, every index looked at.*\n +With files\.\n +The master key opens it\./)
    expect(readFileSync(join(elsewhere.directory, 'files/ws_1/f_1'), 'utf8')).to.equal('sealed bytes')
    const again = await elsewhere.run(['restore', '--from', from])
    expect(again.err).to.match(/is not empty \(store\/careline\.sqlite, files\)/)
    const third = { CARELINE_DATA: join(elsewhere.directory, 'third'), CARELINE_MASTER_KEY: 'cd'.repeat(32) }
    expect((await elsewhere.run(['restore', '--from', join(backups(), 'one')], third)).out).to.match(
      /master key does NOT open it/,
    )
  })

  it('leaves alone what it did not bring, when a restore does not come to its end', async () => {
    const data = join(home.directory, 'mine')
    mkdirSync(join(data, 'files'), { recursive: true, mode: 0o700 })
    writeFileSync(join(data, 'files/own'), 'not of the backup')
    mkdirSync(join(data, 'store'))
    writeFileSync(join(data, 'store/half'), '')
    writeFileSync(join(data, 'restoring'), 'store')
    const from = join(backups(), 'one')
    const { code, err } = await home.run(['restore', '--from', from], { CARELINE_DATA: data })
    expect({ code, err }).to.deep.equal({ code: 0, err: '' })
    expect(readFileSync(join(data, 'files/own'), 'utf8')).to.equal('not of the backup')
    expect(readdirSync(data).sort()).to.deep.equal(['files', 'store'])
    expect(readdirSync(join(data, 'store'))).not.to.include('half')
  })

  it('moves everything into another server', async () => {
    const target = await Installation.on(embedded, join(home.directory, 'target'))
    const other = await opened(target, ['--tcp', '0'])
    const uri = uriOf(other)
    expect(uri).to.match(/^mongodb:\/\/127\.0\.0\.1:\d+\/careline$/)
    const moved = await home.run(['migrate-store', '--to', uri])
    expect(moved.code, moved.err).to.equal(0)
    expect(moved.out)
      .to.match(/files +1 documents +\d+ indexes +[0-9a-f]{16}\n/)
      .and.to.match(/compared by number and hash/)
    const again = await Installation.on(embedded, join(home.directory, 'again'))
    const back = await again.run(['migrate-store', '--from', uri])
    expect(back.code, back.err).to.equal(0)
    // Both ways say of every collection how many and what: all of it is the same.
    const rows = ({ out }: { out: string }) => out.split('\n').filter((row) => / documents +\d+ indexes /.test(row))
    expect(rows(back)).to.deep.equal(rows(moved)).and.not.to.be.empty
    expect(await stopped(other)).to.equal(0)
    await target.remove()
  })

  it('lets tools read, and nothing else, when it is told to', async () => {
    const reader = await opened(home, ['--read-only'])
    const client = await MongoClient.connect(uriOf(reader), { serverSelectionTimeoutMS: 2000 })
    const files = client.db().collection<any>('files')
    expect(await files.countDocuments()).to.equal(1)
    expect((await refusal(files.insertOne({ _id: 'f_2' }))).message).to.match(/read-only/)
    expect((await refusal(files.drop())).message).to.match(/read-only/)
    await client.close()
    reader.process.kill('SIGINT')
    expect((await reader.ended).code).to.equal(0)
  })

  it('has a doctor who compares every index with its documents', async () => {
    const well = await home.run(['doctor'])
    expect(well.out).to.match(/ok +Integrity +2 documents and \d+ indexes agree/)
    const file = join(home.directory, 'store/careline.sqlite')
    const database = new DatabaseSync(file)
    const { def } = database.prepare("SELECT def FROM catalog WHERE ns = 'careline.files'").get() as { def: Uint8Array }
    const [, table] = /(i\d+)\0/.exec(Buffer.from(def).toString('latin1')) ?? []
    database.exec(`DELETE FROM ${table}`)
    database.close()
    const { code, out } = await home.run(['doctor'])
    expect(code).to.equal(1)
    expect(out)
      .to.match(/WRONG +Integrity +1 things are damaged/)
      .and.to.match(/careline\.files: index \S+ lacks a key of row 1/)
    expect(out).to.match(/careline restore/)
  })
})
