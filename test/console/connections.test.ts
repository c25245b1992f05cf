import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { receiver } from '../harness/receiver.ts'
import { until } from '../harness/until.ts'
import { newId } from '../../kernel/id.ts'
import { GoogleConsent } from '../harness/google-consent.ts'
import { DnsSimulator } from '../../providers/dns/simulator.ts'
import { withBrowser } from './browser.ts'

describe('channels and webhooks', () => {
  const dns = new DnsSimulator({
    'TXT clinic.test': ['v=spf1 mx -all', 'v=spf1 ~all'],
    'MX clinic.test': ['10 mail.clinic.test'],
  })
  const variables: Record<string, string> = {}
  before(async () => void (variables['DNS_SERVERS'] = await dns.open()))
  const app = withApp(variables)
  after(() => dns.close())
  const on = withBrowser(app)

  it('add a webhook, see what it answered, send it again, and catch some here', async () => {
    const crm = await receiver()
    crm.answers({ status: 422, body: '{"error":"no such customer"}' })
    const boss = await on.staff('owner', '/settings/webhooks', { bypassCSP: true })
    const { page } = boss
    await page.getByLabel('Name').fill('CRM')
    await page.getByLabel('Address').fill(`${crm.url}/hooks`)
    await page.getByLabel(/A message came in or went out/).check()
    await page.getByRole('button', { name: 'Add the webhook' }).click()
    expect(await page.getByLabel('The secret of CRM').inputValue()).to.match(/^whsec_/)
    await boss.shot('webhooks-wide')
    expect(await boss.axe()).to.deep.equal([])

    app.business.person('Lena').sends('Hello')
    await crm.count(1)
    await page.getByRole('link', { name: 'CRM' }).click()
    await page.getByText(/It has taken nothing since/).waitFor()
    await page.getByText(/waits, 422, \d+ ms/).click()
    await page.getByLabel('What it answered').getByText('no such customer').waitFor()
    await page.getByLabel('What it was sent').getByText('"Hello"').waitFor()
    await boss.shot('webhook-wide')
    crm.answers({})
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('webhook.test').waitFor()
    await page.getByText(/^Last taken .* Nothing waits\.$/).waitFor()
    await page
      .getByText(/taken, 200/)
      .last()
      .waitFor()
    await crm.close()

    await page.goto(`${app.url}/settings/webhooks`)
    await page.getByLabel('Name').fill('Trial')
    await page.getByLabel('Catch them here, to try it out').check()
    await page.getByLabel(/What is known of a person changed/).check()
    await page.getByRole('button', { name: 'Add the webhook' }).click()
    await page.getByRole('link', { name: 'Trial' }).click()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('signed by us').click()
    await page.getByText('"This is a test."').first().waitFor()
    const narrow = await on.staff('owner', new URL(page.url()).pathname + new URL(page.url()).search, {
      width: 360,
      height: 740,
      scheme: 'dark',
      bypassCSP: true,
    })
    await narrow.page.getByText('signed by us').click()
    await narrow.shot('webhook-narrow-dark')
    expect(await narrow.axe()).to.deep.equal([])
    expect(await narrow.overflow()).to.equal(false)
  })

  it('show whether a channel works, test it, and give it another secret', async () => {
    const lena = app.business.person('Mia')
    lena.sends('Hello')
    await app.settled()
    const boss = await on.staff('owner', '/settings/channels', { bypassCSP: true })
    const { page } = boss
    await page.getByText('simulated: reaches nobody').first().waitFor()
    await page.getByRole('heading', { name: 'Connect WhatsApp Business' }).waitFor()
    await boss.shot('channels-wide')
    expect(await boss.axe()).to.deep.equal([])
    await page.getByRole('link', { name: 'WhatsApp', exact: true }).click()
    await page.getByText(/^It works\./).waitFor()
    await page.getByLabel(/Also send a message to/).fill(`+${lena.waId}`)
    await page.getByRole('button', { name: 'Test it' }).click()
    await page.getByText(/The message is on its way/).waitFor()
    await page.getByRole('button', { name: 'Make another: Verify token' }).click()
    await page.getByLabel('The new verify token').waitFor()
    const stats = page.getByRole('region', { name: 'What went by it' })
    await stats.getByText('Day by day').click()
    await stats.getByRole('columnheader', { name: 'Delivered' }).waitFor()
    await stats.getByLabel('What they were').getByText('text').waitFor()
    await page.getByLabel('Seconds between two messages to one person').fill('2')
    await page.getByLabel(/^Write from it to people who never wrote/).check()
    await page.getByRole('button', { name: 'Save the options' }).click()
    await stats.scrollIntoViewIfNeeded()
    await boss.shot('channel-wide')
    const owner = await app.business.as('owner')
    await until(async () => {
      const { isDefault, pairSeconds } = await owner.connections.channelOptions(app.business.channel.id)
      return isDefault && pairSeconds === 2
    })
    await page.getByRole('button', { name: 'Make it real' }).click()
    await page.getByText('Give the secrets of your provider first.').waitFor()
    await page.getByRole('button', { name: 'Disable it' }).click()
    await page.getByText(/nothing leaves, and nothing comes in/).waitFor()
    const narrow = await on.staff('owner', new URL(page.url()).pathname + new URL(page.url()).search, {
      width: 360,
      height: 740,
      scheme: 'dark',
      bypassCSP: true,
    })
    await narrow.page.getByRole('heading', { name: 'Secrets' }).waitFor()
    await narrow.shot('channel-narrow-dark')
    expect(await narrow.axe()).to.deep.equal([])
    expect(await narrow.overflow()).to.equal(false)
    await page.getByRole('button', { name: 'Let it work again' }).click()
    await page.getByText(/^It works\./).waitFor()
  })

  it('show what the domain of a mailbox lacks, and where its mails are brought', async () => {
    const owner = await app.business.as('owner')
    const made = await owner.connections.connect({
      ...{ kind: 'email', provider: 'smtp', name: 'Front desk', mailbox: 'desk@clinic.test', simulate: false },
      ...{ host: 'mail.clinic.test', port: '587', user: 'desk', password: 'long enough' },
    })
    expect(made.inboundToken).to.match(/^[\w-]{16,128}$/)
    const boss = await on.staff('owner', `/settings/channels?channel=${made.id}`, { bypassCSP: true })
    const { page } = boss
    const records = page.getByLabel('Records of the domain')
    await records.getByText('something else stands there').waitFor()
    await records.getByText('v=spf1 mx a:mail.clinic.test -all').waitFor()
    await records.getByText('v=DMARC1; p=none;').waitFor()
    await page.getByRole('button', { name: 'Make another address' }).click()
    const address = await page.getByLabel('The new address for incoming mail').inputValue()
    expect(address.startsWith(`${String(made.inboundUrl)}?token=`)).to.equal(true)
    await boss.shot('mailbox-wide')
    expect(await boss.axe()).to.deep.equal([])
    await page.setViewportSize({ width: 360, height: 740 })
    await boss.shot('mailbox-narrow')
    expect(await boss.overflow()).to.equal(false)
    const mail = 'From: Ann <ann@mail.test>\r\nSubject: Hi\r\nMessage-ID: <1@x>\r\n\r\nHello'
    for (const [token, status] of [
      [new URL(address).searchParams.get('token') ?? '', 200],
      ['guessed-or-stolen-long-ago', 403],
    ] as const) {
      const to = `${app.url}/webhooks/email/inbound/${made.id}?token=${token}`
      const answer = await fetch(to, { method: 'POST', headers: { 'content-type': 'message/rfc822' }, body: mail })
      expect(answer.status).to.equal(status)
    }
  })

  it('carry a mail with its subject, its copies and the others who had the one that it answers', async () => {
    const { channels, channelChanged } = app.careline
    // This business is live, and by its own pages could connect none that is played.
    const made = await channels.create(app.business.workspace.id, {
      ...{ id: newId('ch'), kind: 'email', provider: 'resend', address: 'care@clinic.test', name: 'Mail' },
      ...{ simulate: true, fields: { mailbox: 'care@clinic.test' }, baseUrl: '' },
      secrets: { resendKey: 're_made_up', webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
    })
    await channelChanged(made)
    const asPhone = async (method: string, body?: object) => {
      const headers = { authorization: `Bearer ${app.careline.secrets.phoneKey}`, 'content-type': 'application/json' }
      const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) }
      return (await fetch(`${app.url}/simulator/mail/mails`, sent)).json()
    }
    const cc = ['Otto Maier <otto@mail.test>', 'care@clinic.test']
    const said = { from: 'ida@mail.test', name: 'Ida Brandt', to: 'care@clinic.test', cc }
    await asPhone('POST', { ...said, subject: 'The plan', text: 'Is Monday fine?' })
    await app.settled()
    const boss = await on.staff('owner', '/inbox', { bypassCSP: true })
    const { page } = boss
    await page.getByRole('link', { name: /Ida Brandt/ }).click()
    await page.getByText('Copy to Otto Maier').waitFor()
    const fields = page.getByRole('group', { name: 'The mail' })
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('[aria-label="The mail"] input')?.value === 'Re: The plan',
    )
    await fields.getByRole('button', { name: 'Answer all (2)' }).click()
    await fields.getByLabel('Subject').fill('The plan for Monday')
    await fields.getByRole('button', { name: 'Blind copy' }).click()
    await fields.getByLabel('Blind copy to').fill('no address')
    const words = page.getByLabel('Answer to Ida Brandt')
    await words.fill('Monday is fine.')
    await words.press('Enter')
    await fields.getByText('This is no mail address: no address').waitFor()
    expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).to.equal(true)
    await fields.getByLabel('Blind copy to').fill('eva@mail.test')
    await boss.shot('mail-composer-wide')
    expect(await boss.axe()).to.deep.equal([])
    await page.setViewportSize({ width: 360, height: 740 })
    await boss.shot('mail-composer-narrow')
    expect(await boss.overflow()).to.equal(false)
    await words.press('Control+Enter')
    await page.getByText('Blind copy to eva@mail.test').waitFor()
    await app.settled()
    await app.careline.mailSimulator?.settled()
    const [mail] = (await asPhone('GET')).mails
    expect(mail).to.deep.include({ subject: 'The plan for Monday', to: 'ida@mail.test', bcc: ['eva@mail.test'] })
    expect(mail.cc).to.deep.equal(['"Otto Maier" <otto@mail.test>'])
  })

  it('let us into a mailbox at Gmail, and out again', async () => {
    const google = await new GoogleConsent().start(`${app.url}/settings/channels/google`)
    try {
      const made = await (
        await app.business.as('owner')
      ).http.post<{ id: string }>('/integrations', {
        ...{ kind: 'email', provider: 'gmail', name: 'Gmail desk', mailbox: 'desk@gmail.test', simulate: false },
        ...{ clientId: google.client.id, clientSecret: google.client.secret, baseUrl: google.url },
        ...{ topic: 'projects/p/topics/t', pusher: 'push@p.test' },
      })
      const boss = await on.staff('owner', `/settings/channels?channel=${made.id}`, { bypassCSP: true })
      const { page } = boss
      const connect = page.getByRole('button', { name: 'Connect with Google', exact: true })
      await connect.waitFor()
      await page.getByRole('heading', { name: 'Gmail', exact: true }).scrollIntoViewIfNeeded()
      await boss.shot('gmail-wide')
      expect(await boss.axe()).to.deep.equal([])
      await connect.click()
      await page.getByText('Gmail tells of new mails from now on.').waitFor()
      await boss.shot('gmail-return-wide')
      expect(new URL(page.url()).search, 'no code is in an address').to.equal('')
      await page.getByRole('link', { name: 'To the mailbox', exact: true }).click()
      await page.getByRole('button', { name: 'Disconnect from Google…', exact: true }).click()
      await page.getByRole('button', { name: 'Disconnect this mailbox', exact: true }).click()
      await connect.waitFor()
      expect(google.revoked).to.deep.equal(['desk@gmail.test'])
    } finally {
      google.stop()
    }
  })

  it('connect Slack, say which channel hears of what, and press a button there', async () => {
    const live = app.business
    // A business that is live may simulate nothing.
    app.business = await app.open('bureau', { isSandbox: true })
    try {
      await tryingSlack()
    } finally {
      app.business = live
    }
  })

  async function tryingSlack() {
    const boss = await on.staff('owner', '/settings/slack', { bypassCSP: true })
    const { page } = boss
    await page.getByRole('heading', { name: 'Connect your Slack', exact: true }).waitFor()
    await boss.shot('slack-connect-wide')
    await page.getByRole('button', { name: 'Simulate Slack', exact: true }).click()
    await page.getByRole('heading', { name: 'Simulated Slack', exact: true }).waitFor()
    await page.getByLabel('Also say something in').selectOption({ label: '#general' })
    await page.getByRole('button', { name: 'Test it', exact: true }).click()
    await page.getByText('Slack knows us, in Simulated Slack. The message is on its way.', { exact: true }).waitFor()
    await page.getByLabel('What it is called', { exact: true }).fill('Calls')
    await page.getByLabel('Which channel hears of it').selectOption({ label: '#support' })
    await page.getByLabel('A colleague is named in a note', { exact: true }).check()
    await page.getByRole('button', { name: 'Add the rule', exact: true }).click()
    await page.getByRole('button', { name: 'Take away Calls', exact: true }).waitFor()
    await boss.shot('slack-wide')
    expect(await boss.axe()).to.deep.equal([])
    await page.setViewportSize({ width: 360, height: 740 })
    await boss.shot('slack-narrow')
    expect(await boss.overflow()).to.equal(false)

    const owner = await app.business.as('owner')
    const cara = await app.business.member('Cara')
    app.business.person('Noor').sends('Hello')
    await app.settled()
    const { items } = await owner.conversations.list()
    const id = items.find(({ conversation }) => conversation.name === 'Noor')?.conversationId ?? ''
    await owner.http.post(`/conversations/${id}/notes`, { text: 'Please look', mentions: [cara.id] })
    await app.settled()
    const there = await on.blank({ bypassCSP: true })
    await there.go(`/slack?key=${app.careline.secrets.phoneKey}`)
    const support = there.page.getByRole('list', { name: 'Messages of #support', exact: true })
    await support.getByText('owner asks Cara to look at a conversation.').waitFor()
    await there.page.getByLabel('Buttons are pressed by').selectOption({ label: 'Cara' })
    await support.getByRole('button', { name: 'Take', exact: true }).click()
    await support.getByText('Cara looks after it').waitFor()
    await there.page.getByRole('button', { name: 'Answer', exact: true }).click()
    const form = there.page.getByRole('form', { name: 'Answer', exact: true })
    await form.getByRole('textbox', { name: 'Your answer' }).fill('We call you at ten.')
    await there.shot('slack-desk-wide')
    await form.getByRole('button', { name: 'Send', exact: true }).click()
    await form.waitFor({ state: 'detached' })
    await support.getByText('Answered').waitFor()
    expect(await there.axe()).to.deep.equal([])
    expect((await owner.conversations.get(id)).assigneeId).to.equal(cara.id)
    const [said] = (await owner.conversations.messages(id)).items.filter(({ direction }) => direction === 'out')
    expect([said?.author.id, said?.content]).to.deep.equal([cara.id, { kind: 'text', text: 'We call you at ten.' }])

    await there.page.getByLabel('Buttons are pressed by').selectOption({ label: 'A stranger' })
    const general = there.page.getByRole('list', { name: 'Messages of #general', exact: true })
    await general.getByRole('button', { name: 'Link my account', exact: true }).click()
    const link = general.getByRole('link', { name: 'Link it in Careline', exact: true })
    const { pathname, search } = new URL((await link.getAttribute('href')) ?? '')
    const self = await on.staff('Cara', pathname + search, { bypassCSP: true })
    await self.page.getByText('Are you A stranger of Simulated Slack?').waitFor()
    await self.shot('slack-link-wide')
    expect(await self.axe()).to.deep.equal([])
    await self.page.getByRole('button', { name: 'Yes, link it', exact: true }).click()
    await self.page.getByRole('button', { name: 'Unlink Slack', exact: true }).waitFor()
  }
})
