import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

const chosen = 'a word of her own choosing'

describe('settings', () => {
  const app = withApp()
  const on = withBrowser(app)

  it('bring somebody in by a link, change what they may do, and lock them out', async () => {
    const boss = await on.staff('owner', '/settings/team', { bypassCSP: true })
    const { page: team } = boss
    await team.getByLabel('Name').fill('Nina Weber')
    await team.getByLabel('E-mail').fill('nina@clinic.test')
    await team.getByRole('button', { name: 'Invite', exact: true }).click()
    const url = await team.getByLabel('The link for Nina Weber').inputValue()
    await team.getByRole('listitem').filter({ hasText: 'nina@clinic.test' }).getByText('invited').waitFor()

    const newcomer = await on.blank({ width: 360, height: 740, bypassCSP: true })
    const { page: nina } = newcomer
    await nina.goto(url)
    await nina.getByRole('heading', { name: 'Join clinic' }).waitFor()
    await newcomer.shot('invitation-narrow')
    expect(await newcomer.axe()).to.deep.equal([])
    await nina.getByLabel(/password/).fill(chosen)
    await nina.getByRole('button', { name: 'Join' }).click()
    await nina.getByText('Live', { exact: true }).waitFor()
    await nina.goto(url)
    await nina.getByRole('heading', { name: /not good any more/ }).waitFor()
    await nina.goto(`${app.url}/settings/account`)
    await nina.getByText('this one', { exact: true }).waitFor()
    expect(await nina.getByRole('link', { name: 'Team' }).count(), 'for admins only').to.equal(0)

    await team.reload()
    const row = team.getByRole('listitem').filter({ hasText: 'nina@clinic.test' })
    await row.getByLabel('What Nina Weber may do').selectOption('admin')
    await boss.shot('team-wide')
    expect(await boss.axe()).to.deep.equal([])
    const lock = row.getByRole('button', { name: 'Lock out: Nina Weber' })
    await lock.and(team.locator(':enabled')).waitFor()
    expect((await (await app.business.as('owner')).members.all()).items.at(-1)?.role).to.equal('admin')
    await lock.click()
    await row.getByText('locked out').waitFor()
    await newcomer.signedOut()
  })

  it('end what is signed in elsewhere, and change the password', async () => {
    const member = await app.business.member('Olu')
    const elsewhere = await on.staff('Olu', '/inbox')
    const here = await on.staff('Olu', '/settings/account', { scheme: 'dark', bypassCSP: true })
    const { page } = here
    await page.getByText('this one', { exact: true }).waitFor()
    expect(member.name).to.equal('Olu')
    await page.getByLabel('Current password').fill('not this one')
    await page.getByLabel(/^New password/).fill(chosen)
    await page.getByRole('button', { name: 'Change it' }).click()
    await page.getByRole('alert').getByText('This is not the current password.').waitFor()
    await here.shot('account-dark')
    expect(await here.axe()).to.deep.equal([])
    expect(await here.overflow()).to.equal(false)
    await page.getByLabel('Current password').fill('correct horse battery staple')
    await page.getByRole('button', { name: 'Change it' }).click()
    await page.getByText('Changed. You are signed out everywhere else.').waitFor()
    await elsewhere.signedOut()
    expect(await page.getByRole('button', { name: /^Sign out: / }).count()).to.equal(0)
  })
})
