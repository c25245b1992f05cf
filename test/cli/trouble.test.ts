import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Command, Installation, taken } from './command.ts'

const bin = join(import.meta.dirname, '../../bin/careline.js')

/** What a person sees who did something wrong: what it is, and no line of code. */
function refused({ code, out, err }: { code: number | null; out: string; err: string }, says: RegExp) {
  expect({ code, out }).to.deep.equal({ code: 1, out: '' })
  expect(err).to.match(says)
  expect(err).not.to.match(/\n\s+at |node:internal/)
}

describe('careline, when something is wrong', () => {
  let home: Installation
  before(async () => void (home = await Installation.on({ CARELINE_DEMO: 'false', MONGODB_URI: '' })))
  after(() => home.remove())

  it('names a variable that is wrong, and where it is explained', async () => {
    refused(
      await home.run(['start'], { PORT: 'many', LOG_LEVEL: 'loud' }),
      /PORT: .*\n.*LOG_LEVEL: .*\n.*\.env\.example/,
    )
    refused(await home.run(['start'], { NODE_ENV: 'production' }), /CARELINE_MASTER_KEY: must be set.*\n.*JWT_SECRET/)
  })

  it('reads a file .env, behind what the environment says', async () => {
    const cwd = mkdtempSync(join(home.directory, 'cwd-'))
    writeFileSync(join(cwd, '.env'), 'PORT=many\nLOG_LEVEL=loud\n')
    refused(await new Command(['start'], home.variables, { cwd }).ended, /right:\n +LOG_LEVEL: .*\n.*\.env\.example/)
  })

  it('says that a port is in use, and makes nothing', async () => {
    const { server, port } = await taken()
    try {
      refused(await home.run(['start'], { PORT: String(port) }), new RegExp(`^Port ${port} is in use.*set PORT`))
    } finally {
      server.close()
    }
    expect((await home.run(['doctor'])).out).to.match(/Store +made at the first start/)
  })

  it('says that a data directory cannot be used', async () => {
    const file = join(home.directory, 'a-file')
    writeFileSync(file, '')
    refused(
      await home.run(['start'], { CARELINE_DATA: join(file, 'data') }),
      /data directory .* cannot be used \(ENOTDIR\)/,
    )
  })

  it('says that no MongoDB answers', async () => {
    const MONGODB_URI = 'mongodb://127.0.0.1:9/careline?serverSelectionTimeoutMS=300'
    refused(await home.run(['start'], { MONGODB_URI }), /^No MongoDB answers at MONGODB_URI/)
  })

  it('knows its commands and options, and says so about others', async () => {
    refused(await home.run(['stop']), /no command "stop"\. There are: start, token, .*doctor/)
    refused(await home.run(['token', '--for', 'me']), /token: .*'--for'.*It takes --workspace, --as, --link/)
    const help = await home.run(['--help'])
    expect(help).to.include({ code: 0, err: '' })
    for (const word of ['start', 'token', 'demo', 'doctor', '--json', '--version']) expect(help.out).to.include(word)
    expect((await home.run(['--version'])).out).to.match(/^\d+\.\d+\.\d+\n$/)
  })

  it('says that no server runs, to whoever asks one', async () => {
    refused(await home.run(['token']), /^No server is running on .*npm start/)
    refused(await home.run(['demo', '--json']), /^No server is running on /)
    refused(await home.run(['token'], { CARELINE_DATA: join(home.directory, 'nowhere') }), /^No server is running on /)
  })

  describe('careline doctor', () => {
    it('finds nothing wrong with a machine that has not started yet', async () => {
      const { code, out } = await home.run(['doctor'], { CARELINE_DATA: join(home.directory, 'new') })
      expect(out)
        .to.match(/Nothing is wrong/)
        .and.to.match(/ok +Node +24/)
        .and.to.match(/Port +\d+ is free/)
      expect(code).to.equal(0)
    })

    it('finds what is wrong, and says how to mend each', async () => {
      const open = mkdtempSync(join(home.directory, 'open-'))
      chmodSync(open, 0o755)
      writeFileSync(join(open, 'master.key'), 'no key at all')
      chmodSync(join(open, 'master.key'), 0o644)
      const { server, port } = await taken()
      const { code, out } = await home.run(['doctor'], { CARELINE_DATA: open, PORT: String(port) })
      server.close()
      expect(code).to.equal(1)
      expect(out)
        .to.include(`chmod 700 ${open}`)
        .and.to.include(`chmod 600 ${join(open, 'master.key')}`)
      expect(out)
        .to.match(new RegExp(`Port: Port ${port} is in use`))
        .and.to.match(/3 of \d+ are wrong/)
    })

    it('knows half a backup, on which nothing starts', async () => {
      const data = join(home.directory, 'half')
      mkdirSync(data, { mode: 0o700 })
      writeFileSync(join(data, 'restoring'), '')
      for (const command of ['start', 'store', 'compact'])
        refused(await home.run([command], { CARELINE_DATA: data }), /was interrupted: run the same "careline restore"/)
      const { code, out } = await home.run(['doctor'], { CARELINE_DATA: data })
      expect(code).to.equal(1)
      expect(out).to.match(/WRONG +Data directory +.*half restored/)
    })

    it('misses the key of data that is there', async () => {
      const data = join(home.directory, 'keyless')
      mkdirSync(join(data, 'store'), { recursive: true, mode: 0o700 })
      const { code, out } = await home.run(['doctor'], { CARELINE_DATA: data })
      expect(code).to.equal(1)
      expect(out)
        .to.match(/Master key +missing/)
        .and.to.match(/Put .*master\.key back/)
    })

    it('explains a variable that is wrong', async () => {
      const { code, out } = await home.run(['doctor'], { PORT: '-1' })
      expect({ code, isNamed: /WRONG +Configuration[^]*PORT: /.test(out) }).to.deep.equal({ code: 1, isNamed: true })
    })
  })

  describe('on an old Node', () => {
    const pretends = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.11.0'}})`
    const flags = ['--import', pretends]

    it('goes on with the Node 24 that npm brought', async () => {
      const { code, out } = await new Command(['--version'], {}, { flags }).ended
      expect({ code, isVersion: /^\d+\.\d+\.\d+\n$/.test(out) }).to.deep.equal({ code: 0, isVersion: true })
    })

    it('hands its signals on, and its end back', async () => {
      const elsewhere = await Installation.on({ CARELINE_DEMO: 'false' })
      const old = new Command(['start'], elsewhere.variables, { flags })
      await old.prints(/Ctrl\+C stops it/)
      old.process.kill('SIGTERM')
      expect((await old.ended).code).to.equal(0)
      expect(old.told, 'PM2 waits for this').to.deep.equal(['ready'])
      await elsewhere.remove()
    })

    it('says what to do where there is none', async () => {
      const bare = mkdtempSync(join(tmpdir(), 'clc-'))
      mkdirSync(join(bare, 'bin'))
      cpSync(bin, join(bare, 'bin/careline.js'))
      writeFileSync(join(bare, 'package.json'), '{"type":"module"}')
      refused(
        await new Command([], {}, { flags, file: join(bare, 'bin/careline.js') }).ended,
        /^Careline needs Node 24, and this is Node 20\.11\.0\. Run "npm ci"/,
      )
      rmSync(bare, { recursive: true })
    })
  })
})
