import { expect } from 'chai'
import { templatesOf } from '../../client/templates.ts'
import { toolsOf } from '../../client/tools.ts'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

describe('the staff’s tools', () => {
  const app = withApp()
  const on = withBrowser(app)
  const names = ['Grace Okonkwo', 'Tomás Arrieta', 'Priya Raghunathan', 'Daniel Whitcombe']
  before(async () => {
    await app.business.member('Ravi Menon')
    // One after the other: who wrote last stands first in the list.
    for (const name of names.toReversed()) {
      app.business.person(name).sends(`I am ${name}`)
      await app.settled()
    }
    const tools = toolsOf((await app.business.as('owner')).http)
    const texts = [{ locale: 'en', text: 'Hello {{person.firstName|there}}, this is {{workspace.name}}.' }]
    await tools.makeCanned({ shortcut: 'hello', name: 'Greeting', texts, teamId: null })
    await tools.makeMacro({
      name: 'Urgent for me',
      deeds: [
        { do: 'priority', priority: 'urgent' },
        { do: 'assign', to: 'me' },
      ],
      teamId: null,
    })
  })

  it('a canned answer by /, a macro by M, several at once by X, a view that is kept', async () => {
    const boss = await on.staff('owner', '/inbox')
    const { page } = boss
    await page.getByRole('link', { name: /Grace Okonkwo/ }).click()
    const field = page.getByLabel('Answer to Grace Okonkwo')
    await field.fill('/hel')
    await page.getByRole('option', { name: /Greeting/ }).waitFor()
    await field.press('Enter')
    await page.getByText('Hello Grace, this is clinic.').waitFor()
    expect(await field.inputValue()).to.equal('Hello Grace, this is clinic.')
    await field.press('Escape')
    await page.keyboard.press('m')
    await page.getByRole('menuitem', { name: 'Urgent for me' }).click()
    await page.getByRole('button', { name: 'Assigned to You' }).waitFor()

    await page.getByRole('menu').waitFor({ state: 'detached' })
    for (const key of ['x', 'j', 'x']) await page.keyboard.press(key)
    const bar = page.getByRole('region', { name: 'With all that are selected' })
    await bar.getByText('2 selected').waitFor()
    await bar.getByLabel('Tag all').fill('vip')
    await bar.getByLabel('Tag all').press('Enter')
    await bar.waitFor({ state: 'detached' })

    await page.getByRole('button', { name: 'Views…' }).click()
    const editor = page.getByRole('region', { name: 'Views' })
    await editor.getByLabel('What', { exact: true }).selectOption('tags')
    await editor.getByLabel('Which, with commas').fill('vip')
    await editor.getByLabel('Name').fill('Important')
    await boss.shot('view-editor-wide')
    await editor.getByRole('button', { name: 'Keep the view' }).click()
    await page.getByRole('link', { name: /Important 2/ }).waitFor()
    await page.waitForFunction(() => document.querySelectorAll('li[aria-posinset]').length === 2)

    await page.getByRole('button', { name: 'Views…' }).click()
    await editor.getByLabel('Name').fill('Very important')
    await editor.getByLabel('What', { exact: true }).selectOption('window')
    await editor.getByLabel('Which', { exact: true }).selectOption('closed')
    await editor.getByRole('button', { name: 'Save the view' }).click()
    await page.getByRole('link', { name: /Very important 0/ }).waitFor()
  })

  it('a template with a document above its words, and one of one-time codes', async () => {
    const boss = await on.staff('owner', '/settings/templates', { bypassCSP: true })
    const { page } = boss
    const form = page.getByRole('region', { name: 'A new template' })
    await form.getByLabel(/^Name/).fill('your plan')
    await form.getByLabel('Above the text').selectOption('document')
    const plan = { name: 'plan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 a plan') }
    await form.getByLabel('Document above the words').setInputFiles(plan)
    await form.getByText('Chosen: plan.pdf').waitFor()
    await form.getByLabel(/^Text/).fill('Here is the plan that we made together.')
    await boss.shot('template-form-wide')
    expect(await boss.axe()).to.deep.equal([])
    await form.getByRole('button', { name: 'Save as a draft' }).click()
    await page.getByRole('button', { name: 'Hand in your_plan, en' }).click()
    const one = page.getByRole('listitem').filter({ hasText: 'your_plan' })
    await one.getByText('Approved', { exact: true }).waitFor()

    await form.getByLabel('What it is for').selectOption('authentication')
    await form.getByLabel(/^Name/).fill('our_code')
    await form.getByLabel(/^Minutes that a code holds/).fill('10')
    await form.getByLabel('Ask people not to share it').check()
    await form.getByText('This code expires in 10 minutes.').waitFor()
    await boss.shot('template-code-wide')
    await form.getByRole('button', { name: 'Save as a draft' }).click()
    await page.getByRole('button', { name: 'Hand in our_code, en' }).waitFor()
  })

  it('a queue for leads: who waits, who has how much, what happened by itself', async () => {
    const tools = toolsOf((await app.business.as('owner')).http)
    await tools.setRules(
      { mode: 'least_loaded', onlyOnline: true, capacity: 2, usesSkills: false, reassignAfterMinutes: 0 },
      (await tools.rules()).rev,
    )
    const boss = await on.staff('owner', '/queue', { bypassCSP: true })
    const { page } = boss
    await page.getByText(/Given to you after/).waitFor()
    await page.getByText('2 of 2').waitFor()
    await page.getByRole('button', { name: 'All 2' }).waitFor()
    await boss.shot('queue-wide')
    expect(await boss.axe()).to.deep.equal([])
    await templatesOf((await app.business.as('owner')).http).sync()
    const narrow = await on.staff('owner', '/queue', { width: 360, height: 740, scheme: 'dark', bypassCSP: true })
    await narrow.page.getByText('2 of 2').waitFor()
    await narrow.shot('queue-narrow-dark')
    expect(await narrow.axe()).to.deep.equal([])
    expect(await narrow.overflow()).to.equal(false)
    for (const path of ['assignment', 'replies', 'macros', 'templates']) {
      await narrow.go(`/settings/${path}`)
      await narrow.page.getByRole('heading', { level: 1 }).waitFor()
      await narrow.page.getByRole('list').first().waitFor()
      await narrow.shot(`${path}-narrow-dark`)
      expect(await narrow.axe(), path).to.deep.equal([])
      expect(await narrow.overflow(), path).to.equal(false)
    }
  })
})
