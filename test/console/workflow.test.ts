import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'
import { withBrowser } from './browser.ts'

describe('a conversation’s workflow on the screen', () => {
  const app = withApp()
  const on = withBrowser(app)

  it('puts off, sorts, plans, mentions, rates: by hand, and everybody sees it', async () => {
    const person = app.business.person('Leïla Naciri')
    person.sends('Can I move my session to Friday?')
    await app.settled()
    const ben = await app.business.member('Ben Okafor')
    const api = await app.business.as('owner')
    const { http } = api
    await http.post('/sla-policies', { name: 'All', firstResponseMinutes: 60, calendar: 'always' })
    const conversationId = (await api.conversations.list()).items[0]?.conversationId ?? ''
    const to = `/conversations/${conversationId}`
    await http.put(`${to}/priority`, { priority: 'high' })
    const team = await http.post<{ id: string }>('/teams', { name: 'Front desk' })

    const screen = await on.staff('owner', `/inbox/${conversationId}`, { bypassCSP: true })
    const { page } = screen
    const log = page.getByRole('log')
    await log.getByText('Can I move my session to Friday?').waitFor()
    await page
      .getByRole('group', { name: 'How it stands' })
      .getByText(/First answer due in/)
      .waitFor()

    // Tags and priority, by the keyboard.
    await page.locator('body').press('s')
    const panel = page.getByRole('dialog', { name: 'This conversation' })
    await panel.getByRole('button', { name: 'Urgent' }).click()
    await panel.getByPlaceholder('A tag').fill('reschedule')
    await panel.getByPlaceholder('A tag').press('Enter')
    await panel.getByText('reschedule').waitFor()
    await panel.getByRole('combobox', { name: 'Team' }).selectOption({ label: 'Front desk' })
    await until(async () => (await api.conversations.list()).items[0]?.conversation.teamId === team.id)
    await screen.shot('workflow-panel')
    expect(await screen.axe()).to.deep.equal([])
    await panel.getByRole('button', { name: 'Silent until resolved' }).click()
    await page.getByText('Automation is silent until').getByText('this is resolved').waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })

    // A note that mentions a colleague.
    await page.locator('body').press('n')
    await page
      .getByRole('combobox')
      .or(page.getByRole('textbox', { name: 'Note' }))
      .pressSequentially('Please call her @be')
    await page.getByRole('option', { name: /Ben Okafor/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await log.getByText('Please call her @Ben Okafor').waitFor()

    // Send later, and think again.
    await page.getByRole('button', { name: 'Answer', exact: true }).click()
    await page.getByRole('textbox', { name: /Answer to/ }).fill('Friday at ten is yours.')
    await page.getByRole('button', { name: 'Send later' }).click()
    await page.getByRole('region', { name: 'Send later' }).getByRole('button', { name: 'Tomorrow, 09:00' }).click()
    const later = page.getByRole('list', { name: 'To be sent later' })
    await later.getByText('Friday at ten is yours.').waitFor()
    await http.put(`${to}/ai-mode`, { aiMode: 'draft' })
    await http.post(`${to}/proposals`, { text: 'Friday at ten would be free.', sawRev: 0 })
    await page.getByRole('region', { name: 'A draft by AI' }).waitFor()
    await screen.shot('workflow-thread')
    expect(await screen.axe()).to.deep.equal([])
    await later.getByRole('button', { name: 'Cancel' }).click()
    await later.waitFor({ state: 'detached' })
    await page.getByRole('region', { name: 'A draft by AI' }).getByRole('button', { name: 'Use it' }).click()
    await page.getByRole('textbox', { name: /Answer to/ }).press('Enter')
    await log.getByText('Friday at ten would be free.').waitFor()

    // Ben finds it.
    const his = await on.staff('Ben Okafor', '/mentions', { width: 360, height: 720, scheme: 'dark', bypassCSP: true })
    await his.page.getByRole('link', { name: /mentioned you/ }).waitFor()
    await his.shot('mentions-narrow-dark')
    expect(await his.axe()).to.deep.equal([])
    await his.page.getByRole('link', { name: /mentioned you/ }).click()
    await his.page.getByRole('log').getByText('@Ben Okafor').waitFor()
    expect(await his.overflow()).to.equal(false)
    await his.page.getByRole('button', { name: /Put off/ }).click()
    await his.page.getByRole('dialog', { name: 'This conversation' }).waitFor()
    await his.shot('workflow-narrow-dark')
    expect(await his.overflow()).to.equal(false)
    await his.page.getByRole('button', { name: 'Tomorrow, 09:00' }).click()
    await page
      .getByText(/Put off until/)
      .first()
      .waitFor()
    await app.settled()
    expect(await api.conversations.get(conversationId)).to.include({ status: 'snoozed', priority: 'urgent' })
    expect(ben.id).to.be.a('string')
  })

  it('lets whoever has the link say how it was, once', async () => {
    const person = app.business.person('Jonas Weber')
    person.sends('Thank you')
    await app.settled()
    const api = await app.business.as('owner')
    const { items } = await api.conversations.list({ limit: 100 })
    const { conversationId = '', conversation } =
      items.find(({ conversation }) => conversation.name === 'Jonas Weber') ?? {}
    await api.http.put(`/conversations/${conversationId}/status`, { status: 'resolved' })
    await api.http.post(`/conversations/${conversationId}/csat`)
    await app.settled()
    const ratings = app.careline.ratings
    const link = await ratings.linkToRate(app.business.workspace.id, conversationId, conversation?.episode?.id ?? '')
    const screen = await on.blank({ width: 390, height: 780, bypassCSP: true })
    await screen.go(new URL(link).pathname)
    await screen.page.getByRole('radio', { name: 'Good', exact: true }).check({ force: true })
    await screen.page.getByRole('textbox').fill('Friendly and quick')
    await screen.shot('rate-narrow')
    expect(await screen.axe()).to.deep.equal([])
    await screen.page.getByRole('button', { name: 'Send' }).click()
    await screen.page.getByText('Thank you. Your answer helps us.').waitFor()
    const staff = await on.staff('owner', `/inbox/${conversationId}`)
    await staff.page.getByRole('log').getByText('Friendly and quick').waitFor()
    await staff.shot('rated')
  })

  it('promises, and takes back', async () => {
    const screen = await on.staff('owner', '/settings/promises', { bypassCSP: true })
    const { page } = screen
    await page.getByLabel('What it is called').fill('VIP')
    await page.getByLabel('First answer, minutes').fill('15')
    await page.getByLabel(/Only with one of these tags/).fill('vip')
    await page.getByRole('button', { name: 'Promise it' }).click()
    await page.getByText('first answer in 15 min, of opening hours, for #vip').waitFor()
    await screen.shot('promises')
    expect(await screen.axe()).to.deep.equal([])
    await page.getByRole('button', { name: 'Change VIP' }).click()
    const promise = page.getByRole('list', { name: 'Promises' })
    await promise.getByLabel('First answer, minutes').fill('30')
    await promise.getByRole('button', { name: 'Save' }).click()
    await page.getByText('first answer in 30 min, of opening hours, for #vip').waitFor()
    await page.getByRole('button', { name: 'Take back VIP' }).click()
    await page.getByText('first answer in 30 min').waitFor({ state: 'detached' })
  })
})
