import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

const file = [
  'Name;Handynummer;E-Mail;Geburtstag;Tags;Bemerkung',
  'Anna Schröder;0151 23456781;anna@example.com;15.3.1990;vip, neu;ruft gern an',
  'Bea Müller;+49 151 23456782;;14.03.;neu;',
  'Ohne Nummer;;;;;',
].join('\n')

describe('the pages of many people', function () {
  this.timeout(60_000)
  const app = withApp()
  const on = withBrowser(app)
  before(async () => {
    app.business.person('Lena Vogt').sends('Ich möchte meinen Termin am Donnerstag verschieben')
    await app.settled()
  })

  it('import a file, show who came of it, and make a segment of them', async () => {
    const screen = await on.staff('owner', '/people/import', { bypassCSP: true })
    const { page } = screen
    const buffer = Buffer.from(file, 'latin1')
    await page.getByLabel('The file').setInputFiles({ name: 'kunden.csv', mimeType: 'text/csv', buffer })
    await page.getByLabel('What Handynummer is').waitFor()
    await page.getByLabel('Country of numbers without one').fill('DE')
    await screen.shot('import-mapping')
    expect(await screen.axe()).to.deep.equal([])
    await page.getByRole('button', { name: 'Try it, and change nothing' }).click()
    await page.getByRole('heading', { name: 'So it would be' }).waitFor()
    await page.getByText('Neither a number nor an address').waitFor()
    await screen.shot('import-dry-run')
    await page.getByRole('button', { name: 'Import them' }).click()
    await page.getByRole('heading', { name: 'It is done' }).waitFor()

    await page.getByRole('navigation', { name: 'People' }).getByRole('link', { name: 'People' }).click()
    await page.getByRole('rowheader', { name: 'Anna Schröder' }).waitFor()
    await page.getByLabel('Name, number or address').fill('2345678')
    await page.getByRole('rowheader', { name: 'Lena Vogt' }).waitFor({ state: 'detached' })
    await page.getByLabel('Choose Bea Müller').check()
    await page.getByLabel('A tag for them').fill('vip')
    await page.getByRole('button', { name: 'Tag', exact: true }).click()
    await page.getByText('One chosen').waitFor({ state: 'detached' })
    await screen.shot('people')
    expect(await screen.axe()).to.deep.equal([])

    await page.getByRole('link', { name: 'Segments' }).click()
    await page.getByLabel('What it is called').fill('VIP')
    await page.getByRole('button', { name: 'Add a condition' }).click()
    await page.getByLabel('Field of condition 1').selectOption('tags')
    await page.getByLabel('Value of condition 1').fill('vip')
    await page.getByRole('button', { name: 'Who is that now?' }).click()
    await page.getByText('2 people:').waitFor()
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByRole('list', { name: 'Segments' }).getByText('2 people').waitFor()
    await screen.shot('segments')
    expect(await screen.axe()).to.deep.equal([])
  })

  it('find what was said from the inbox, also on a narrow screen in the dark', async () => {
    const screen = await on.staff('owner', '/inbox', { width: 360, height: 740, scheme: 'dark', bypassCSP: true })
    const { page } = screen
    await page.getByText('Lena Vogt').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('donner')
    await page.getByRole('link', { name: /in all that was said/ }).click()
    await page.locator('mark', { hasText: 'Donnerstag' }).waitFor()
    await screen.shot('search-360')
    expect(await screen.axe()).to.deep.equal([])
    expect(await screen.overflow()).to.equal(false)
    await screen.go('/people')
    await page.getByRole('rowheader', { name: 'Anna Schröder' }).waitFor()
    await screen.shot('people-360')
    expect(await screen.overflow()).to.equal(false)
    await screen.go('/people/birthdays')
    await page.getByRole('heading', { name: 'Birthdays' }).waitFor()
  })
})
