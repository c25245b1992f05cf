import { expect } from 'chai'
import { callsOf } from '../../client/calls.ts'
import { recordsOf } from '../../client/records.ts'
import { keepPhone } from '../../store/settings/phones.ts'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'
import { withBrowser } from './browser.ts'

describe('a person in the console', () => {
  const app = withApp()
  const on = withBrowser(app)

  it('is read, changed in place, compared with another record and merged, and comes back by undo', async () => {
    const records = recordsOf((await app.business.as('owner')).http)
    await records.findDuplicates()
    const winner = await records.enter({
      name: 'Amina Benali',
      birthday: '9999-05-15',
      identities: [{ kind: 'phone', value: '+4915112345678', label: 'work' }],
      tags: ['vip'],
    })
    const loser = await records.enter({
      name: 'A. Benali',
      identities: [{ kind: 'email', value: 'amina@example.test' }],
    })
    const boss = await on.staff('owner', `/person/${winner.userId}`, { bypassCSP: true })
    const { page } = boss
    await page.getByRole('heading', { name: 'Amina Benali' }).waitFor()
    await page.getByLabel('First name').fill('Amina')
    await page.getByLabel('Tries what is new before others do').check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' })
    expect(await records.get(winner.userId)).to.include({ firstName: 'Amina', isBetaTester: true })
    expect(await boss.axe()).to.deep.equal([])
    await boss.shot('person-about')

    await page.goto(`${app.url}/person/${winner.userId}?tab=merges&merge=${loser.userId}`)
    await page.getByRole('heading', { name: 'Make these two one' }).waitFor()
    expect(await boss.axe()).to.deep.equal([])
    await boss.shot('person-merge')
    await page.getByRole('button', { name: 'Merge' }).click()
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await page.goto(`${app.url}/person/${loser.userId}?tab=timeline`)
    await page.getByRole('heading', { name: 'Amina Benali' }).waitFor()
    await page.getByRole('tab', { name: 'Timeline' }).click()
    await page.getByLabel('Timeline').getByText('Merged').first().waitFor()
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await boss.overflow()).to.equal(false)
    expect(await boss.axe()).to.deep.equal([])
    await boss.shot('person-timeline-narrow')
    await page.getByRole('tab', { name: 'Merges' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('parted again').waitFor()
    expect((await records.get(loser.userId)).userId).to.equal(loser.userId)

    await page.goto(`${app.url}/person/${loser.userId}?tab=data`)
    await page.getByRole('textbox', { name: 'Why' }).fill('contests her address')
    await page.getByRole('button', { name: 'Restrict' }).click()
    await page.getByRole('button', { name: 'Use it again' }).waitFor()
    await page.getByRole('button', { name: 'Archive' }).click()
    await page.getByRole('button', { name: 'Take back' }).waitFor()
    expect(await boss.overflow()).to.equal(false)
    expect(await boss.axe()).to.deep.equal([])
    await boss.shot('person-at-rest-narrow')
    await page.goto(`${app.url}/people`)
    await page.getByRole('link', { name: 'Amina Benali' }).waitFor()
    expect(await page.getByRole('link', { name: 'A. Benali' }).count()).to.equal(0)
    await page.getByRole('combobox', { name: 'Show' }).selectOption('The archive')
    await page.getByRole('link', { name: 'A. Benali' }).waitFor()
    await page.getByLabel('Choose A. Benali').check()
    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByText('Nobody of whom all of this is so.').waitFor()
    expect((await records.get(loser.userId)).archivedAt).to.equal(null)
  })

  it('is written to before they ever wrote, known or new', async () => {
    app.business = await app.open('cafe', { isSandbox: true })
    const owner = await app.business.as('owner')
    await owner.connections.connect({
      ...{ kind: 'sms', provider: 'twilio', name: 'Texts', from: '+15005550111', simulate: true },
    })
    const screen = await on.staff('owner', '/inbox', { bypassCSP: true })
    const { page } = screen
    await page.getByRole('button', { name: 'Write to somebody' }).click()
    const sheet = page.getByRole('dialog', { name: 'Write to somebody' })
    await sheet.getByRole('searchbox').fill('+49 151 6000 0042')
    await sheet.getByText('Nobody is known by').waitFor()
    await sheet.getByLabel('Their name').fill('Ida Brand')
    await screen.shot('write-first')
    expect(await screen.axe()).to.deep.equal([])
    await sheet.getByRole('button', { name: 'Write to them' }).click()
    const field = page.getByRole('textbox', { name: 'Answer to Ida Brand' })
    await field.fill('Your place is kept for Thursday.')
    await screen.shot('write-first-thread')
    await field.press('Enter')
    await page.getByRole('log').getByText('Your place is kept for Thursday.').waitFor()
    await page.getByRole('link', { name: /Ida Brand/ }).waitFor()

    await page.getByRole('button', { name: 'Write to somebody' }).click()
    await sheet.getByRole('searchbox').fill('ida')
    await sheet.getByRole('button', { name: /Ida Brand/ }).waitFor()
    await sheet.getByRole('button', { name: 'Close' }).click()
    await sheet.waitFor({ state: 'detached' })
  })

  it('calls, is heard after the tone, and is called back', async () => {
    app.business = await app.open('calling', { isSandbox: true })
    const owner = await app.business.as('owner')
    const number = '+15005550300'
    const { id } = await owner.connections.connect({
      ...{ kind: 'sms', provider: 'twilio', name: 'Front desk', from: number, simulate: true },
    })
    const accountId = app.business.members['owner']?.accountId ?? ''
    await keepPhone(app.careline.storage.store, accountId, '+4915199000300', Date.now())
    const boss = await on.staff('owner', `/settings/channels?channel=${id}`, { bypassCSP: true })
    const { page } = boss
    const calls = page.getByRole('form', { name: 'Telephone calls' })
    await calls.getByRole('textbox', { name: /^Greeting / }).fill('This is the clinic.')
    await calls.getByRole('textbox', { name: /^Said before it is recorded / }).fill('We record this.')
    await boss.shot('channel-calls')
    expect(await boss.axe()).to.deep.equal([])
    await calls.getByRole('button', { name: 'Save what the number says' }).click()
    await until(async () => (await callsOf(owner.http).line(id)).greeting === 'This is the clinic.')

    const phone = await on.staff('owner', `/texts?key=${app.careline.secrets.phoneKey}`, { bypassCSP: true })
    // Another business of this file has a number as well.
    await phone.page.getByRole('form', { name: 'Write a text' }).getByRole('combobox').selectOption(number)
    const caller = phone.page.getByRole('group', { name: 'Call a number' })
    await caller.getByRole('button', { name: 'Call, and leave a message' }).click()
    await caller.getByText(/This is the clinic\. We record this\. .*You left a message/).waitFor()
    await phone.shot('texts-called')
    expect(await phone.axe()).to.deep.equal([])
    const line = await until(async () =>
      (await owner.conversations.list()).items.find(({ conversation }) => conversation.contact === '+4915112345678'),
    )
    await page.goto(`${app.url}/inbox/${line.conversationId}`)
    const log = page.getByRole('log')
    await log.getByText('Missed call', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: /^Call / }).click()
    await page
      .getByRole('dialog', { name: /^Call / })
      .getByRole('button', { name: 'Call now' })
      .waitFor()
    await boss.shot('call-menu')
    await page.getByRole('button', { name: 'Call now' }).click()
    await log.getByText('Call, 0:42').waitFor()
    await boss.shot('thread-calls')
  })
})
