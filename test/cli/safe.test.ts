import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { identityFrom } from '../../store/archive/age.ts'
import { KeyBook } from '../../store/archive/key-book.ts'
import { verifyBackup } from '../../server/main/backups/proof.ts'
import { type Command, Installation } from './command.ts'

/** Keys that change and backups that are made while people work: real processes, one story. */
describe('careline, kept safe', () => {
  let home: Installation
  let elsewhere: Installation
  let running: Command
  let token: string
  let me = ''
  let key = ''
  const variables = {
    CARELINE_DEMO: 'false',
    MONGODB_URI: '',
    BACKUPS: 'false',
    KEY_GRACE_SECONDS: '1',
    LIMIT_STAFF_PER_MINUTE: '100000',
  }
  const backups = () => join(home.directory, 'backups')
  /** What was acknowledged: id and text. */
  const acknowledged = new Map<string, string>()
  const failures: unknown[] = []
  let isOver = false
  let writers: Promise<void>[] = []

  const write = async (at: Installation, text: string) => {
    const body = { kind: 'member', recordId: me, text }
    const { status, body: reply } = await at.json('/api/v1/remarks', { token, body })
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(reply)}`)
    acknowledged.set((reply as { id: string }).id, text)
  }
  const work = (count: number) => {
    isOver = false
    writers = Array.from({ length: count }, async (_, nth) => {
      for (let n = 0; !isOver; n++)
        await write(home, `remark ${nth}/${n}`).catch((error: unknown) => failures.push(error))
    })
  }
  const stopWork = async () => {
    isOver = true
    await Promise.all(writers)
  }
  const read = async (at: Installation) => {
    const all = new Map<string, string>()
    for (let cursor = ''; ;) {
      const query = `kind=member&recordId=${me}&limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`
      const { body } = await at.json(`/api/v1/remarks?${query}`, { token })
      const { items, nextCursor } = body as { items: { id: string; text: string }[]; nextCursor: string | null }
      for (const { id, text } of items) all.set(id, text)
      if (nextCursor === null) return all
      cursor = nextCursor
    }
  }
  const start = async (at: Installation) => {
    running = await at.start()
    token = (await at.run(['token'])).out.trim()
    me = ((await at.json('/api/v1/auth/me', { token })).body as { user: { id: string } }).user.id
  }
  const stop = async () => {
    running.process.kill('SIGTERM')
    await running.ended
  }
  /** Nothing that was acknowledged may be missing or other than it was. */
  const expectAll = async (at: Installation, wanted: ReadonlyMap<string, string>) => {
    const there = await read(at)
    const lost = [...wanted].filter(([id, text]) => there.get(id) !== text)
    expect(lost).to.deep.equal([])
  }

  before(async () => {
    home = await Installation.on(variables)
    elsewhere = await Installation.on(variables)
    await start(home)
  })
  after(async () => {
    await stopWork()
    await home.remove()
    await elsewhere.remove()
  })

  it('changes the master key and every data key under load: nobody notices, nothing is lost', async () => {
    const before = readFileSync(join(home.directory, 'master.key'), 'utf8')
    work(2)
    while (acknowledged.size < 20) await write(home, 'before')
    const master = await home.run(['rotate-key'])
    expect(master, master.err).to.include({ code: 0 })
    expect(master.out).to.match(/All keys are wrapped with the master key [0-9a-f]{8} now \([1-9]\d* were not\)/)
    const data = await home.run(['rotate-key', '--data', '--wait'])
    expect(data, data.err).to.include({ code: 0 })
    expect(data.out).to.match(/^Done: [1-9]/)
    const { out } = await home.run(['rotate-key', '--status'])
    expect(out)
      .to.match(/key 2 of 2 /)
      .and.not.match(/key 1|STUCK/)
    await stopWork()
    expect(failures).to.deep.equal([])
    await expectAll(home, acknowledged)
    expect(existsSync(join(home.directory, 'master.key.previous'))).to.equal(false)
    expect(readFileSync(join(home.directory, 'master.key'), 'utf8')).to.not.equal(before)

    await stop()
    const old = await home.begin(['start'], { CARELINE_MASTER_KEY: before }).ended
    expect(old.code).to.equal(1)
    expect(old.err).to.match(/CARELINE_MASTER_KEY is not the key that this data was encrypted with .*needs [0-9a-f]{8}/)
    await start(home)
    await expectAll(home, acknowledged)
  })

  it('backs everything up under load; what was acknowledged before is in it, and the data is nowhere readable', async () => {
    work(2)
    const before = new Map(acknowledged)
    const { code, out, err } = await home.run(['backup'])
    await stopWork()
    expect({ code, err }).to.deep.equal({ code: 0, err: '' })
    expect(out).to.match(/In it: everything \(\d+ documents, \d+ files\), encrypted; the master key opens it/)
    const [name = ''] = readdirSync(backups()).filter((file) => file.startsWith('careline-'))
    expect(readdirSync(backups()).sort()).to.deep.equal([name, 'keys.age'])
    const bytes = readFileSync(join(backups(), name))
    expect(bytes.subarray(0, 21).toString()).to.equal('age-encryption.org/v1')
    expect((statSync(join(backups(), name)).mode & 0o777).toString(8)).to.equal('600')

    const from = join(backups(), name)
    key = (await home.run(['backup-key'])).out.trim()
    const verified = await elsewhere.run(['restore', '--verify', '--from', from], { CARELINE_BACKUP_KEY: key })
    expect(verified, verified.err).to.include({ code: 0 })
    expect(verified.out).to.match(/It can be restored: \d+ documents, \d+ files; [1-9]\d* sealed values were opened/)

    const restored = await elsewhere.run(['restore', '--from', from], { CARELINE_BACKUP_KEY: key })
    expect(restored, restored.err).to.include({ code: 0 })
    await stop()
    await start(elsewhere) // On a master key of its own.
    await expectAll(elsewhere, before)
    await stop()
  })

  it('takes no backup for a good one that was cut short, altered, or has no keys', async () => {
    const [name = ''] = readdirSync(backups()).filter((file) => file.startsWith('careline-'))
    const whole = readFileSync(join(backups(), name))
    const book = (identity: string, file = 'keys.age') =>
      new KeyBook({ directory: backups(), identities: [identity], keptMs: 1, name: file })
    const trouble = (file: string, by = book(key)) =>
      verifyBackup({ file: join(backups(), file), book: by }).then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      )
    expect(await trouble(name)).to.equal(undefined)
    const bent = Buffer.from(whole)
    bent[Math.floor(bent.length / 2)]! ^= 1
    for (const bytes of [whole.subarray(0, whole.length - 64), whole.subarray(0, whole.length / 2), bent]) {
      writeFileSync(join(backups(), 'wrong'), bytes)
      expect(await trouble('wrong')).to.match(/tag|stream|truncated|end|unexpected/i)
    }
    rmSync(join(backups(), 'wrong'))
    expect(await trouble(name, book(key, 'none'))).to.match(/the keys are missing: .*none/)
    const stranger = identityFrom(Buffer.alloc(32, 9))
    expect(await trouble(name, book(stranger))).to.match(/identit/)
    expect(readdirSync(backups()).sort()).to.deep.equal([name, 'keys.age'])
  })

  it('killed while it makes one: there is no backup then, and nothing that looks like one', async () => {
    await start(home)
    const names = readdirSync(backups()).sort()
    const making = home.begin(['backup'])
    while (readdirSync(backups()).length === names.length) await new Promise(setImmediate)
    running.process.kill('SIGKILL')
    await Promise.all([making.ended, running.ended])
    const left = readdirSync(backups()).filter((name) => !names.includes(name))
    expect(left.filter((name) => !name.startsWith('.scratch-') && !name.endsWith('.part'))).to.deep.equal([])
    for (const name of left.filter((one) => one.endsWith('.part')))
      expect(await home.run(['restore', '--verify', '--from', join(backups(), name)])).to.include({ code: 1 })
  })
})
