import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

describe('who may do what, on screen', () => {
  const app = withApp()
  const on = withBrowser(app)

  it('makes an API key that is shown once, and revokes it', async () => {
    const boss = await on.staff('owner', '/settings/keys', { bypassCSP: true })
    const { page } = boss
    await page.getByText('There is none yet.').waitFor()
    await page.getByLabel('Name').fill('The website')
    await page.getByRole('button', { name: 'Read only' }).click()
    await page.getByRole('checkbox', { name: 'All of it: The team' }).check()
    await page.getByRole('checkbox', { name: 'Make and change teams', checked: true }).waitFor()
    await page.getByRole('checkbox', { name: 'See the settings of the business', checked: true }).waitFor()
    await page.getByRole('checkbox', { name: 'Change the settings of the business', checked: false }).waitFor()
    await page.getByRole('button', { name: 'Nothing' }).click()
    await page.getByLabel('Find among all of them').fill('works here')
    await page.getByText('0 of ').waitFor()
    expect(await page.getByRole('checkbox').count()).to.equal(1)
    await page.getByLabel('See who works here').check()
    await page.getByLabel('Find among all of them').fill('')
    await page.getByLabel('Read conversations and the inbox').check()
    await page.getByLabel('How long it is good').selectOption('90')
    await page.getByRole('button', { name: 'Make the key' }).click()
    const secret = await page.getByLabel('The secret of The website').inputValue()
    const reads = async () =>
      (await fetch(`${app.url}/api/v1/members`, { headers: { authorization: `Bearer ${secret}` } })).status
    expect(await reads()).to.equal(200)
    await page.getByText('May do 2 things').click()
    await page.getByRole('term').filter({ hasText: 'The team' }).waitFor()
    await boss.shot('api-keys-wide')
    expect(await boss.axe()).to.deep.equal([])

    await page.reload()
    await page.getByText('The website').waitFor()
    expect(await page.getByLabel('The secret of The website').count(), 'not again').to.equal(0)
    await page.setViewportSize({ width: 360, height: 740 })
    await page.emulateMedia({ colorScheme: 'dark' })
    await boss.shot('api-keys-narrow')
    expect(await boss.overflow()).to.equal(false)
    await page.getByRole('button', { name: 'Revoke: The website' }).click()
    await page.getByRole('button', { name: 'Revoke The website' }).click()
    await page.getByText('There is none yet.').waitFor()
    expect(await reads()).to.equal(401)
  })

  it('gives and withholds; acts as somebody who agrees, and is oneself again', async () => {
    const uma = await app.business.member('Uma')
    const boss = await on.staff('owner', '/settings/team', { bypassCSP: true })
    const { page } = boss
    const row = page
      .getByRole('listitem')
      .filter({ hasText: 'uma@' })
      .or(page.getByRole('listitem').filter({ hasText: 'Uma@' }))
    await row.getByText('As the role says').click()
    await row.getByLabel('See who did and who read what').check()
    await row.getByLabel('Write to people, leave notes, assign and resolve').uncheck()
    await boss.shot('team-permissions')
    expect(await boss.axe()).to.deep.equal([])
    await row.getByRole('button', { name: 'Save what they may do' }).click()
    await row.getByText('2 other than the role says').waitFor()

    await row.getByRole('button', { name: 'Act as Uma' }).click()
    await row.getByRole('button', { name: 'Ask Uma to agree' }).click()
    await row.getByText('Uma has been asked.').waitFor()
    const hers = await on.staff('Uma', '/settings/account', { scheme: 'dark', bypassCSP: true })
    await hers.page.getByText('owner asked on').waitFor()
    await hers.page.getByLabel('For how long').selectOption('4')
    await hers.page.getByRole('button', { name: 'I agree' }).click()
    await hers.page.getByRole('button', { name: 'No longer' }).waitFor()

    await row.getByRole('button', { name: 'Act as Uma' }).click()
    await page.getByLabel('Acting as somebody else').getByText('Uma').waitFor()
    await boss.shot('acting-as')
    expect(await boss.axe()).to.deep.equal([])
    await hers.page.reload()
    await hers.page.getByText('acts as you since').waitFor()
    await hers.shot('consent-dark')
    expect(await hers.axe()).to.deep.equal([])
    await page.getByRole('button', { name: 'Be yourself again' }).click()
    await page.getByLabel('Acting as somebody else').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Act as Uma' }).click()
    await page.getByLabel('Acting as somebody else').waitFor()
    // She ends it: whoever acted as her is back where they came from.
    await hers.page.getByRole('button', { name: 'No longer' }).click()
    await page.getByLabel('Acting as somebody else').waitFor({ state: 'detached' })
    expect(uma.name).to.equal('Uma')
  })
})
