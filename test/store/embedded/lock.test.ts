import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { startEmbeddedStore } from '../../../store/embedded/start.ts'
import { MongoClient, openedStore, refusal } from './harness.ts'

const child = join(import.meta.dirname, '../proof/child.ts')

describe('embedded store: one owner, in private', () => {
  const opened = openedStore()

  it('refuses a second process, and names the first', async () => {
    const error = await refusal(promisify(execFile)(process.execPath, [child, opened.directory]))
    expect(error.stderr).to.match(new RegExp(`in use by another process \\(pid ${process.pid}\\)`))
    expect(await opened.db.command({ ping: 1 })).to.deep.include({ ok: 1 })
  })

  it('refuses a second store in the same process too', async () => {
    expect((await refusal(startEmbeddedStore({ directory: opened.directory }))).message).to.match(/in use/)
  })

  it('lets nobody else in', () => {
    expect(statSync(opened.directory).mode & 0o777).to.equal(0o700)
    expect(statSync(join(opened.directory, 'careline.sock')).mode & 0o777).to.equal(0o600)
  })

  it('names a damaged file instead of trying its luck', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'careline-damaged-'))
    writeFileSync(join(directory, 'careline.sqlite'), 'no database at all'.repeat(1000))
    const error = await refusal(startEmbeddedStore({ directory }))
    expect(error.message).to.match(/careline\.sqlite cannot be opened: .*Restore it/)
    rmSync(directory, { recursive: true })
  })

  it('opens again what was closed, wherever the path leads', async () => {
    const root = mkdtempSync(join(tmpdir(), 'careline-long-'))
    const directory = join(root, 'a-rather-long-name-for-a-directory'.repeat(4), 'data')
    const once = async (use: (client: InstanceType<typeof MongoClient>) => Promise<unknown>, readOnly = false) => {
      const store = await startEmbeddedStore({ directory, readOnly })
      const client = await MongoClient.connect(store.uri, { serverSelectionTimeoutMS: 2000 })
      try {
        return await use(client)
      } finally {
        await client.close()
        await store.close()
      }
    }
    await once((client) => client.db().collection<any>('a').insertOne({ _id: 1 }))
    expect(await once((client) => client.db().collection('a').findOne())).to.deep.equal({ _id: 1 })
    const written = once((client) => client.db().collection('a').insertOne({}), true)
    expect((await refusal(written)).message).to.match(/read-only/)
    rmSync(root, { recursive: true })
  })
})
