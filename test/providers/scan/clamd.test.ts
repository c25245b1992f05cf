import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { Clamd } from '../../../providers/scan/clamd.ts'
import { ScanFailed, StreamTooLong } from '../../../providers/scan/port.ts'
import { ClamdSimulator, eicar } from '../../../providers/scan/simulator.ts'

async function* chunks(...parts: (string | Uint8Array)[]) {
  for (const part of parts) yield Buffer.from(part)
}
const failing = async (what: Promise<unknown>) =>
  what.then(
    () => undefined,
    (error: unknown) => error as Error,
  )

describe('the scanner', () => {
  const simulator = new ClamdSimulator({ streamMax: 1_000_000 })
  let clamd: Clamd
  before(async () => {
    clamd = new Clamd(await simulator.listen())
  })
  after(() => simulator.close())

  it('says what was found, wherever the pieces are cut', async () => {
    expect(await clamd.scan(chunks('good ', '', 'morning'))).to.deep.equal({ isClean: true })
    const found = { isClean: false, name: 'Eicar-Test-Signature' }
    expect(await clamd.scan(chunks(eicar))).to.deep.equal(found)
    expect(await clamd.scan(chunks('x'.repeat(200_000), eicar.slice(0, 30), eicar.slice(30)))).to.deep.equal(found)
    expect(await clamd.scan(chunks())).to.deep.equal({ isClean: true })
  })

  it('never says that what it did not read is clean', async () => {
    expect(await failing(clamd.scan(chunks(Buffer.alloc(600_000), Buffer.alloc(600_000))))).to.be.instanceOf(
      StreamTooLong,
    )
    const broken = async function* () {
      yield Buffer.from('half')
      throw new Error('the store is away')
    }
    expect(await failing(clamd.scan(broken()))).to.be.instanceOf(Error)
    expect(await failing(new Clamd({ host: '127.0.0.1', port: 9 }).scan(chunks('x')))).to.be.instanceOf(ScanFailed)
    const { port } = await silent()
    expect(await failing(new Clamd({ host: '127.0.0.1', port, silenceMs: 60 }).scan(chunks('x')))).to.be.instanceOf(
      ScanFailed,
    )
    for (const answer of [
      'stream: OK\n',
      'UNKNOWN COMMAND\0',
      "stream: Can't allocate memory ERROR\0",
      '',
      '\0',
      'x'.repeat(5_000),
    ])
      expect(await failing(new Clamd(await saying(answer)).scan(chunks('x'))), answer.slice(0, 30)).to.be.instanceOf(
        ScanFailed,
      )
  })

  const servers: Server[] = []
  after(() => servers.forEach((server) => server.close()))
  async function saying(answer: string | undefined) {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.resume()
      if (answer !== undefined) socket.end(answer)
    })
    servers.push(server)
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  }
  const silent = () => saying(undefined)
})
