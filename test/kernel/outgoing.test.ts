import { expect } from 'chai'
import { AddressRefused, openDoor, type Wishes } from '../../kernel/outgoing.ts'
import { allowedHostOf, isPublicAddress } from '../../kernel/private-addresses.ts'
import { receiver } from '../harness/receiver.ts'

const allowed = (...entries: string[]) => entries.map((entry) => allowedHostOf(entry) ?? expect.fail(entry))
const at =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('the way out to addresses of others', () => {
  let inside: Awaited<ReturnType<typeof receiver>>
  before(async () => void (inside = await receiver()))
  after(() => inside.close())

  async function asked(url: string, wishes: Wishes = {}) {
    const door = openDoor(wishes)
    try {
      return (await door.ask(url)).status
    } catch (error) {
      if (!(error instanceof AddressRefused)) return (error as Error).message
      return 'refused'
    } finally {
      door.close()
    }
  }

  it('knows which addresses everybody reaches', () => {
    const mine = [
      ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.8.8.8', '169.254.169.254', '172.16.0.1', '172.31.9.9'],
      ...['192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1'],
      ...['224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255'],
      ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1', 'fd12:3456::1', 'ff02::1', '2001:db8::1'],
      ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::127.0.0.1', '::ffff:0:127.0.0.1'],
      ...['64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1', '2002:7f00:1::', '2002:a00:1::1', '2001::1'],
      ...['2001:2::1', '2001:10::1', '2001:20::1', '100::1', '5f00::1', '3fff::1'],
      ...['', 'localhost', 'example.com', '256.1.1.1'],
    ]
    expect(mine.filter(isPublicAddress)).to.deep.equal([])
    const everybodys = ['1.1.1.1', '93.184.216.34', '2606:4700::1111', '::ffff:1.1.1.1', '64:ff9b::1.1.1.1']
    expect(everybodys.filter(isPublicAddress)).to.deep.equal(everybodys)
  })

  it('asks no private address, however it is written', async () => {
    const { port } = inside
    const hosts = [
      ...[
        '127.0.0.1',
        'localhost',
        'LOCALHOST',
        'localhost.',
        '127.1',
        '127.0.1',
        '2130706433',
        '0x7f000001',
        '0x7f.1',
      ],
      ...['0177.0.0.1', '017700000001', '127.0.0.1.', '0', '0.0.0.0', '①②⑦.⓪.⓪.①', '%31%32%37.0.0.1'],
      ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:0001]', '[64:ff9b::7f00:1]'],
      ...['[2002:7f00:1::]', '[fe80::1%25lo]', '[fd00::1]', '169.254.169.254', '192.168.0.1'],
    ]
    const before = inside.got.length
    const outcomes = await Promise.all(
      hosts.flatMap((host) =>
        [`http://${host}:${port}/`, `https://${host}/`].map(async (url) => [url, await asked(url)]),
      ),
    )
    expect(outcomes.filter(([, outcome]) => !/^refused$|ENOTFOUND/.test(String(outcome)))).to.deep.equal([])
    expect(inside.got.length, 'nobody was asked').to.equal(before)
  })

  it('asks only by HTTPS, at the usual ports, without a password', async () => {
    const resolve = at('93.184.216.34')
    for (const url of [
      ...['http://example.com/', 'https://example.com:22/', 'https://example.com:6379/', 'https://1.1.1.1:25/'],
      ...['https://user:secret@example.com/', 'ftp://example.com/', 'file:///etc/passwd', 'gopher://example.com/'],
      ...['javascript:alert(1)', '//example.com', 'example.com', ''],
    ])
      expect(await asked(url, { resolve }), url).to.equal('refused')
    const { checked } = openDoor()
    expect(checked('https://example.com:8443/x').href).to.equal('https://example.com:8443/x')
  })

  it('refuses a name of which any address is private', async () => {
    for (const addresses of [
      ['127.0.0.1'],
      ['93.184.216.34', '127.0.0.1'],
      ['::1'],
      ['fd00::1', '2606:4700::1111'],
      [],
    ])
      expect(await asked('https://evil.example/', { resolve: at(...addresses) })).to.equal('refused')
  })

  it('connects to the very address that it looked at, whatever the name means a moment later', async () => {
    const other = await receiver('127.0.0.2')
    const [first, later] = [at('127.0.0.2'), at('127.0.0.1')]
    let looks = 0
    const resolve = async () => (looks++ === 0 ? first() : later())
    const before = inside.got.length
    const wishes = { resolve, allowed: allowed('127.0.0.2') }
    expect(await asked(`http://rebinding.example:${other.port}/`, wishes)).to.equal(200)
    expect(looks, 'looked up once').to.equal(1)
    expect(await asked(`http://rebinding.example:${inside.port}/`, wishes), 'and looked at anew').to.equal('refused')
    expect([other.got.length, inside.got.length - before]).to.deep.equal([1, 0])
    await other.close()
  })

  it('follows nothing: a redirect is its asker’s to judge', async () => {
    const door = openDoor({ allowed: allowed('127.0.0.1') })
    inside.answers({ status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data/' } })
    const answer = await door.ask(inside.url)
    expect([answer.status, answer.headers.get('location')]).to.deep.equal([
      302,
      'http://169.254.169.254/latest/meta-data/',
    ])
    const next = await door.ask(answer.headers.get('location') ?? '').catch((error: Error) => error)
    expect(next).to.be.instanceOf(AddressRefused)
    inside.answers({})
    door.close()
  })

  it('asks what the installation lists: names, addresses, ranges, ports', async () => {
    const { port } = inside
    const resolve = at('127.0.0.1')
    const listed = async (url: string, ...entries: string[]) => asked(url, { resolve, allowed: allowed(...entries) })
    expect(await listed(`http://127.0.0.1:${port}/`, '127.0.0.0/8')).to.equal(200)
    expect(await listed(`http://127.0.0.1:${port}/`, `127.0.0.1:${port}`)).to.equal(200)
    expect(await listed(`http://127.0.0.1:${port}/`, '127.0.0.1:1')).to.equal('refused')
    expect(await listed(`http://crm.intranet:${port}/`, 'crm.intranet')).to.equal(200)
    expect(await listed(`http://CRM.intranet:${port}/`, `crm.intranet:${port}`)).to.equal(200)
    expect(await listed(`http://crm.intranet:${port}/`, 'crm.intranet:1')).to.equal('refused')
    expect(await listed(`http://other.intranet:${port}/`, 'crm.intranet', '10.0.0.0/8')).to.equal('refused')
    expect(await listed(`http://crm.intranet:${port}/`, '127.0.0.0/8')).to.equal(200)
    expect(await listed(`http://[::ffff:127.0.0.1]:${port}/`, '127.0.0.1')).to.not.equal('refused')
    for (const entry of ['http://x', 'a b', '10.0.0.0/99', 'x:99999999', '[::1', ''])
      expect(allowedHostOf(entry), entry).to.equal(undefined)
  })

  it('asks what is its own, and nothing beside it', async () => {
    const isOwn = ({ href }: URL) => href.startsWith(`${inside.url}/simulator/`)
    expect(await asked(`${inside.url}/simulator/x`, { isOwn })).to.equal(200)
    expect(await asked(`${inside.url}/simulator/../api/v1/members`, { isOwn })).to.equal('refused')
    expect(await asked(`${inside.url}/simulator/%2e%2e/api`, { isOwn })).to.equal('refused')
  })

  it('waits no longer for a name than for anything else', async () => {
    const door = openDoor({ resolve: () => new Promise(() => {}) })
    const signal = AbortSignal.abort(new Error('late'))
    const outcome = await door.ask('https://example.com/', { signal }).catch((error: Error) => error.message)
    expect(outcome).to.equal('late')
    door.close()
  })
})
