import { expect } from 'chai'
import { recordsOf } from '../../client/records.ts'
import { withApp } from '../harness/boot.ts'
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
})
