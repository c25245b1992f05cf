import { expect } from 'chai'
import sharp from 'sharp'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

/** A picture as somebody would bring it. */
const logo = () =>
  sharp({ create: { width: 200, height: 60, channels: 3, background: '#aa5511' } })
    .png()
    .toBuffer()
const password = 'a word of her own choosing'

describe('a business of one’s own', () => {
  const app = withApp()
  const on = withBrowser(app)

  it('is opened by a letter, set up step by step, and found again where it was left', async () => {
    const stranger = await on.blank({ bypassCSP: true })
    const { page } = stranger
    await stranger.go('/sign-in')
    await page.getByRole('link', { name: 'Open a business' }).click()
    await page.getByLabel('What your business is called').fill('Ada’s Garage')
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('E-mail').fill('ada@garage.test')
    await page.getByLabel(/^A password/).fill(password)
    expect(await stranger.axe()).to.deep.equal([])
    await stranger.shot('register')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()

    const post = await on.blank()
    await post.go(`/letters?key=${app.careline.secrets.phoneKey}`)
    const href = await post.page.getByRole('link', { name: /welcome\?token=/ }).getAttribute('href')
    await page.goto(href ?? '')
    await page.getByRole('heading', { name: 'Open Ada’s Garage' }).waitFor()
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Open it' }).click()

    await page.getByRole('heading', { name: 'What is your business, and where?' }).waitFor()
    await page.getByRole('button', { name: /^Clinic/ }).click()
    await page.getByText('Everything can be changed.').waitFor()
    await stranger.shot('onboarding')
    expect(await stranger.axe()).to.deep.equal([])
    await page.getByRole('button', { name: 'That is right' }).click()
    // Hours and a service came with the preset.
    await page.getByRole('heading', { name: 'How do people reach you?' }).waitFor()
    await page.getByText('Connect a channel, so that messages can reach people.').waitFor()
    await page.getByRole('link', { name: /Privacy/ }).click()
    await page.getByLabel(/privacy notice/).fill('https://garage.test/privacy')
    await page.getByRole('button', { name: 'Save and go on' }).click()
    await page.getByRole('heading', { name: 'How do people reach you?' }).waitFor()

    await page.goto(`${app.url}/onboarding`)
    await page.getByRole('heading', { name: 'How do people reach you?' }).waitFor()
    await page.goto(`${app.url}/onboarding?step=end`)
    await page.getByRole('heading', { name: 'Almost there' }).waitFor()
    await page.getByLabel('What is missing').getByRole('link', { name: 'Channels' }).waitFor()
    await stranger.shot('onboarding-end')

    await page.goto(`${app.url}/onboarding?step=staff`)
    await page.setViewportSize({ width: 360, height: 740 })
    await page.getByRole('button', { name: 'Leave it out for now' }).waitFor()
    await stranger.shot('onboarding-narrow')
    expect(await stranger.overflow()).to.equal(false)
    expect(await stranger.axe()).to.deep.equal([])
  })

  it('has its hours, modules, branding and teams in the settings', async () => {
    const boss = await on.staff('owner', '/settings/hours', { bypassCSP: true, scheme: 'dark' })
    const { page } = boss
    await page.getByRole('button', { name: 'Open on Monday' }).click()
    await page.getByLabel('Monday, until').fill('12:30')
    await page.getByRole('button', { name: 'One more on Monday' }).click()
    await page.getByLabel('Monday, until').nth(1).fill('00:00')
    await page.getByRole('button', { name: 'Copy to Mon–Fri, what Monday has' }).click()
    await page.getByLabel('Date').fill('2026-12-24')
    await page.getByLabel('What it is').fill('Christmas Eve')
    await page.getByRole('button', { name: 'Add the holiday' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    await boss.shot('hours-dark')
    expect(await boss.axe()).to.deep.equal([])
    const owner = await app.business.as('owner')
    const { hours } = await owner.business.hours()
    expect(hours.weekly.friday.map(({ from, to }) => `${from}-${to}`)).to.deep.equal(['09:00-12:30', '13:30-24:00'])
    expect(hours.holidays.map(({ name }) => name)).to.deep.equal(['Christmas Eve'])
    await page.getByLabel('Tuesday, until').first().fill('08:00')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/^Tuesday: it must close after it opens/).waitFor()
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await boss.overflow()).to.equal(false)
    await boss.shot('hours-narrow')

    await page.setViewportSize({ width: 1280, height: 900 })
    await page.getByRole('link', { name: 'Modules' }).click()
    await page.getByText('Inventory is used up by bookings: switch on Bookings first.').waitFor()
    await page.getByRole('switch', { name: 'Bookings' }).click()
    await page.getByRole('switch', { name: 'Inventory' }).and(page.locator(':enabled')).waitFor()
    await boss.shot('modules')
    expect(await boss.axe()).to.deep.equal([])

    await page.getByRole('link', { name: 'Teams' }).click()
    await page.getByLabel('What it is called').fill('Reception')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('Who is in it').click()
    await page.getByRole('checkbox', { name: 'owner' }).click()
    await page.getByText('one member').waitFor()
    await boss.shot('teams')

    await page.getByRole('link', { name: 'Branding' }).click()
    await page.getByLabel('In whose name letters come').fill('Harbour')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByLabel(/^A picture/).waitFor()
    const png = { name: 'logo.png', mimeType: 'image/png', buffer: await logo() }
    await page.getByLabel(/^A picture/).setInputFiles(png)
    await page.getByAltText('The logo of clinic').waitFor()
    await boss.shot('branding')

    await page.getByRole('link', { name: 'Business' }).click()
    await page.getByLabel('Machines keep silent, in hours').fill('48')
    await page.getByRole('button', { name: 'Save: Machines keep silent' }).click()
    await page.getByRole('button', { name: 'Save: Machines keep silent' }).and(page.locator(':disabled')).waitFor()
    await page.getByRole('checkbox', { name: 'Ask for a rating' }).click()
    await page
      .getByRole('checkbox', { name: 'Ask for a rating', checked: true })
      .and(page.locator(':enabled'))
      .waitFor()
    await page.reload()
    await page.getByRole('checkbox', { name: 'Ask for a rating', checked: true }).scrollIntoViewIfNeeded()
    await boss.shot('business')
    expect(await boss.axe()).to.deep.equal([])
    expect((await owner.business.now()).branding.fromName).to.equal('Harbour')

    await page.getByRole('button', { name: /^owner: / }).click()
    await page.getByRole('menuitem', { name: 'clinic' }).waitFor()
    await boss.shot('me-menu')
    await page.getByRole('menuitem', { name: 'Another business' }).click()
    await page.getByRole('heading', { name: 'Open another business' }).waitFor()
    await page.getByLabel('What it is called').fill('Second')
    await page.getByRole('button', { name: 'Open it' }).click()
    await page.getByRole('heading', { name: 'What is your business, and where?' }).waitFor()
  })
})
