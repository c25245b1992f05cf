import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { receiver } from '../harness/receiver.ts'
import { withBrowser } from './browser.ts'

describe('channels and webhooks', function () {
  this.timeout(60_000)
  const app = withApp()
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
    await boss.shot('channel-wide')
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
})
