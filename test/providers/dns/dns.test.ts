import { expect } from 'chai'
import { openDns } from '../../../providers/dns/dns.ts'
import { DnsFailure } from '../../../providers/dns/port.ts'
import { DnsSimulator } from '../../../providers/dns/simulator.ts'
import { lookedUp } from '../../../server/mail/domain.ts'
import { spfWith } from '../../../server/mail/spf.ts'

const key = `v=DKIM1; k=rsa; p=${'A'.repeat(400)}`
/** What four businesses have set up: all of it, none of it, something else, and what stands above them. */
const zone = {
  'TXT right.test': ['google-site-verification=x', 'v=spf1 include:_spf.google.com a:mail.right.test ~all'],
  'TXT google._domainkey.right.test': [key],
  'TXT _dmarc.right.test': ['v=DMARC1; p=quarantine'],
  'MX right.test': ['5 ASPMX.l.google.com', '1 smtp.google.com'],
  'TXT send.right.test': ['v=spf1 include:amazonses.com ~all'],
  'MX send.right.test': ['10 feedback-smtp.eu-west-1.amazonses.com'],
  'TXT resend._domainkey.right.test': [`p=${'B'.repeat(200)}`],
  'CNAME s1._domainkey.right.test': ['s1.domainkey.u1.wl2.sendgrid.net'],
  'TXT other.test': ['v=spf1 ip4:192.0.2.1 -all', 'hello'],
  'TXT _dmarc.other.test': ['nothing of this kind'],
  'TXT google._domainkey.other.test': ['v=DKIM1; p='],
  'MX other.test': ['10 mx.elsewhere.test'],
  'TXT twice.test': ['v=spf1 include:_spf.google.com ~all', 'v=spf1 -all'],
}

describe('the domain of a mailbox', () => {
  const simulator = new DnsSimulator(zone)
  let dns: ReturnType<typeof openDns>
  let server = ''
  before(async () => {
    server = await simulator.open()
    dns = openDns({ servers: [server] })
  })
  after(() => simulator.close())
  afterEach(() => void (simulator.isBroken = false))

  const at = async (provider: string, domain: string, fields: Record<string, string> = {}) => {
    const found = await lookedUp(dns, { provider, address: `desk@${domain}`, fields })
    return found.map(({ what, type, name, state }) => `${what} ${type} ${name}: ${state}`)
  }

  it('is asked as it is: long keys whole, servers by preference, and nothing where there is nothing', async () => {
    expect(await dns.txt('google._domainkey.right.test')).to.deep.equal([key])
    expect(await dns.mx('right.test')).to.deep.equal(['smtp.google.com', 'aspmx.l.google.com'])
    expect(await dns.cname('s1._domainkey.right.test')).to.deep.equal(['s1.domainkey.u1.wl2.sendgrid.net'])
    expect(await dns.txt('nowhere.test')).to.deep.equal([])
    expect(await dns.txt('s1._domainkey.right.test')).to.deep.equal([])
  })

  const all = (domain: string, states: string[]) => [
    `spf TXT ${domain}: ${states[0] ?? ''}`,
    `dkim TXT google._domainkey.${domain}: ${states[1] ?? ''}`,
    `dmarc TXT _dmarc.${domain}: ${states[2] ?? ''}`,
    `mx MX ${domain}: ${states[3] ?? ''}`,
  ]
  it('of Google is right, missing, or something else', async () => {
    expect(await at('gmail', 'right.test')).to.deep.equal(all('right.test', Array(4).fill('right')))
    expect(await at('gmail', 'nowhere.test')).to.deep.equal(all('nowhere.test', Array(4).fill('missing')))
    expect(await at('gmail', 'other.test')).to.deep.equal(all('other.test', Array(4).fill('other')))
    expect((await at('gmail', 'twice.test'))[0], 'two are none').to.equal('spf TXT twice.test: other')
    expect(await at('gmail', 'gmail.com'), 'Google’s own').to.deep.equal([])
  })

  it('of the other providers has their own names', async () => {
    expect(await at('resend', 'right.test')).to.deep.equal([
      'spf TXT send.right.test: right',
      'spf MX send.right.test: right',
      'dkim TXT resend._domainkey.right.test: right',
      'dmarc TXT _dmarc.right.test: right',
      'mx MX right.test: other',
    ])
    expect(await at('sendgrid', 'right.test')).to.deep.equal([
      'dkim CNAME s1._domainkey.right.test: right',
      'dkim CNAME s2._domainkey.right.test: missing',
      'dmarc TXT _dmarc.right.test: right',
      'mx MX right.test: other',
    ])
    const own = ['spf TXT other.test: right', 'dmarc TXT _dmarc.other.test: other', 'mx MX other.test: right']
    expect(await at('smtp', 'other.test', { host: 'mail.other.test' })).to.deep.equal(own)
    // What a domain says of forgeries holds for those below it.
    expect((await at('smtp', 'team.right.test', { host: 'x.test' }))[1]).to.equal(
      'dmarc TXT _dmarc.team.right.test: right',
    )
  })

  it('is told what to write instead of what stands there', async () => {
    const [spf] = await lookedUp(dns, { provider: 'gmail', address: 'a@other.test', fields: {} })
    expect(spf).to.deep.include({
      found: ['v=spf1 ip4:192.0.2.1 -all'],
      value: 'v=spf1 ip4:192.0.2.1 include:_spf.google.com -all',
    })
    expect(spfWith('v=spf1 mx redirect=_spf.x.test', 'a:y')).to.equal('v=spf1 mx a:y redirect=_spf.x.test')
    expect(spfWith('v=spf1 a:y ~all', 'a:y')).to.equal('v=spf1 a:y ~all')
  })

  it('is unknown where name servers do not know', async () => {
    simulator.isBroken = true
    const states = (await lookedUp(dns, { provider: 'gmail', address: 'a@right.test', fields: {} })).map(
      (one) => one.state,
    )
    expect(new Set(states)).to.deep.equal(new Set(['unknown']))
    expect(await dns.txt('right.test').catch((error: unknown) => error)).to.be.instanceOf(DnsFailure)
  })
})
