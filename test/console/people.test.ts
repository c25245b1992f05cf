import { expect } from 'chai'
import { until } from '../harness/until.ts'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

const file = [
  'Name;Handynummer;E-Mail;Geburtstag;Tags;Bemerkung',
  'Anna Schröder;0151 23456781;anna@example.com;15.3.1990;vip, neu;ruft gern an',
  'Bea Müller;+49 151 23456782;;14.03.;neu;',
  'Ohne Nummer;;;;;',
].join('\n')

describe('the pages of many people', () => {
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

  it('decide what is kept of people, by which names, and to whom nothing goes', async () => {
    const screen = await on.staff('owner', '/settings/fields', { width: 360, height: 740, bypassCSP: true })
    const { page } = screen
    const rows = (name: string) => page.getByRole('list', { name, exact: true }).getByRole('listitem')
    for (const name of ['Shoe size', 'Allergies']) {
      await page.getByLabel('What it is called').fill(name)
      await page.getByRole('button', { name: 'Make it' }).click()
      await rows('Own fields').filter({ hasText: name }).waitFor()
    }
    await page.getByRole('button', { name: 'Allergies further up' }).click()
    await rows('Own fields').first().filter({ hasText: 'allergies' }).waitFor()
    // Both have another place by that, one after the other: what is pressed next has to have seen both.
    const owner = await app.business.as('owner')
    const places = async () =>
      (await owner.http.get<{ items: { order: number }[] }>('/custom-fields')).items.map(({ order }) => order)
    await until(async () => (await places()).sort().join() === '10,20')
    await screen.go('/settings/fields')
    await page.getByRole('button', { name: 'Put away: Shoe size' }).click()
    await page.getByRole('button', { name: 'Use again: Shoe size' }).waitFor()
    await screen.shot('own-fields-360')
    expect(await screen.axe()).to.deep.equal([])
    expect(await screen.overflow()).to.equal(false)

    await screen.go('/settings/tags')
    await rows('Tags').filter({ hasText: '2 people' }).first().waitFor()
    await page.getByRole('button', { name: 'Change vip' }).click()
    await rows('Tags').getByLabel('Tag', { exact: true }).fill('stammgast')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Merge stammgast' }).click()
    await page.getByLabel('Whoever has stammgast has from now on').selectOption({ label: 'neu' })
    await screen.shot('tags-360')
    expect(await screen.axe()).to.deep.equal([])
    expect(await screen.overflow()).to.equal(false)
    await page.getByRole('button', { name: 'Merge them' }).click()
    await rows('Tags').filter({ hasText: 'stammgast' }).waitFor({ state: 'detached' })

    await screen.go('/settings/statuses')
    await page.getByLabel('What it is called').fill('On holiday')
    await page.getByRole('button', { name: 'Make it' }).click()
    await rows('Statuses').filter({ hasText: 'On holiday' }).waitFor()

    await screen.go('/settings/forms')
    await page.getByLabel('What it is called').fill('Contact')
    await page.getByLabel('Websites that it stands on').fill('https://www.cafe.test/contact')
    await page.getByLabel('Ask whether offers and news may come to them').check()
    await page.getByRole('button', { name: 'Make it' }).click()
    await rows('Website forms').getByText('The HTML for your website').click()
    await rows('Website forms').getByText('<form action=').waitFor()
    await screen.shot('forms-360')
    expect(await screen.axe()).to.deep.equal([])
    expect(await screen.overflow()).to.equal(false)

    await screen.go('/settings/suppressions')
    await page.getByLabel('Addresses, one on each line').fill('anna@example.com')
    await page.getByRole('button', { name: 'Nothing goes there any more' }).click()
    await page.getByLabel('Which address').fill('Anna@example.com')
    await page.getByRole('button', { name: 'Look it up' }).click()
    await page.getByText(/^Nothing goes there: Entered by hand/).waitFor()
    await page.getByRole('button', { name: /^Let in again/ }).click()
    await page.getByLabel('Why; the audit keeps it').selectOption('mistake')
    await screen.shot('suppressions-360')
    expect(await screen.axe()).to.deep.equal([])
    expect(await screen.overflow()).to.equal(false)
    await page.getByRole('button', { name: 'Let it in again' }).click()
    await page.getByText('everybody may be written to').waitFor()
  })
})
