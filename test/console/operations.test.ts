import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { streamName } from '../../actors/runtime/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'
import { withBrowser } from './browser.ts'

describe('the pages for those who keep it running', () => {
  const app = withApp()
  const on = withBrowser(app)
  let conversationId = ''
  let amina: ReturnType<typeof app.business.person>
  before(async () => {
    amina = app.business.person('Amina Benali')
    amina.sends('Do you have sessions in the evening?')
    await app.settled()
    const { items } = await (await app.business.as('owner')).conversations.list()
    conversationId = items[0]?.conversationId ?? ''
    const to = { workspaceId: app.business.workspace.id, kind: 'conversation', id: conversationId }
    const read = { id: 'test/read', to, message: 'read', input: { upTo: 1 }, by: principal('system', 'a test') }
    await app.careline.storage.persistence.bury(read, new TypeError('It could not be read.'))
    await app.careline.storage.persistence.bury({ ...read, id: 'test/other' }, new RangeError('Nor this one.'))
  })

  it('shows the processes, the kinds and one actor with its secrets masked', async () => {
    const screen = await on.staff('owner', '/inbox', { bypassCSP: true })
    const { page } = screen
    await page.getByRole('link', { name: 'Operations' }).click()
    await page.getByRole('heading', { name: 'One process owns every actor' }).waitFor()
    await screen.shot('actors')
    expect(await screen.axe()).to.deep.equal([])
    await page.getByRole('button', { name: 'conversation' }).click()
    await page.getByRole('heading', { name: 'In memory: conversation' }).waitFor()
    await page
      .getByRole('row')
      .getByRole('link', { name: `conversation ${conversationId}` })
      .last()
      .click()
    const state = page.getByLabel('State, with what is sensitive masked')
    await state.getByText('"status": "open"').waitFor()
    expect(await state.textContent()).not.to.contain('Amina')
    await page.getByRole('rowheader', { name: 'receive' }).first().waitFor()
    await screen.shot('actor')
    expect(await screen.axe()).to.deep.equal([])
  })

  it('replays one dead letter and drops another with a reason', async () => {
    const screen = await on.staff('owner', '/operations/dead-letters', { bypassCSP: true })
    const { page } = screen
    const letter = (words: string) => page.getByRole('listitem').filter({ hasText: words })
    await letter('It could not be read.').waitFor()
    await screen.shot('dead-letters')
    expect(await screen.axe()).to.deep.equal([])
    await letter('It could not be read.').getByRole('button', { name: 'Replay' }).click()
    await letter('It could not be read.').waitFor({ state: 'detached' })
    await letter('Nor this one.').getByRole('button', { name: 'Drop with a reason' }).click()
    await page.getByLabel('Why it is dropped').fill('It was made by a test')
    await page.getByRole('button', { name: 'Drop it' }).click()
    await page.getByText('Nothing waits to be looked at.').waitFor()
    await page.getByRole('button', { name: 'Dropped' }).click()
    await page.getByText('It was made by a test').waitFor()
  })

  it('shows what comes over a stream, filters it, and says who reads it from where', async () => {
    const stream = streamName('conversation', 'main', conversationId)
    const screen = await on.staff('owner', `/operations/events?stream=${stream}`, { bypassCSP: true })
    const { page } = screen
    await page.getByRole('heading', { name: 'Who reads it' }).waitFor()
    await page.getByText(/^owner, on process \S+, since \d\d:\d\d.*, after [1-9]/).waitFor()
    amina.sends('And on Saturdays?')
    await app.settled()
    const created = page.locator('summary').filter({ hasText: 'message.created' }).first()
    await created.click()
    await page.getByText('And on Saturdays?').first().waitFor()
    await page.getByLabel('Only what contains').fill('no such words')
    await page.getByText(/^0 of \d+ on the tape/).waitFor()
    await page.getByLabel('Only what contains').fill('saturdays')
    await created.waitFor()
    await screen.shot('events')
    expect(await screen.axe()).to.deep.equal([])
    expect(await screen.overflow()).to.equal(false)
  })

  it('goes back to a number in the log, stands still, and begins anew', async () => {
    const stream = streamName('conversation', 'main', conversationId)
    const { page } = await on.staff('owner', '/operations/events')
    const tape = page.getByRole('region', { name: /As they come/ })
    await page.getByLabel('Stream').fill(stream)
    await page.getByLabel('From number').fill('1')
    await page.keyboard.press('Enter')
    await tape.getByText('Do you have sessions in the evening?').waitFor({ state: 'attached' })
    expect(new URL(page.url()).searchParams.get('from')).to.equal('1')
    const before = await tape.getByRole('listitem').count()
    await page.getByRole('button', { name: 'Pause' }).click()
    amina.sends('Hello again')
    await app.settled()
    await page.getByRole('button', { name: /^Go on \(\d+\)/ }).waitFor()
    expect(await tape.getByRole('listitem').count()).to.equal(before)
    await page.getByRole('button', { name: /^Go on/ }).click()
    await tape.getByText('Hello again').first().waitFor({ state: 'attached' })
    const seqs = await tape.locator('summary > span').allTextContents()
    const numbers = seqs.filter((one) => one !== 'signal').map(Number)
    expect(numbers, 'each once, the newest first').to.deep.equal(
      [...numbers]
        .reverse()
        .map((_, at) => at + 1)
        .reverse(),
    )
    await page.setViewportSize({ width: 360, height: 740 })
    await tape.locator('summary').first().click()
    expect(await tape.evaluate((section) => section.scrollWidth > section.clientWidth), 'on a phone').to.equal(false)
    amina.types(true)
    await page.getByLabel('Type').selectOption('conversation.typing')
    await page.getByText(/^1 of \d+ on the tape/).waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText('Nothing has come yet.').waitFor()
    await page
      .getByRole('navigation', { name: 'Watched lately' })
      .getByRole('link', { name: /^inbox:/ })
      .click()
    await page.getByRole('navigation', { name: 'Watched lately' }).getByRole('link', { name: stream }).waitFor()
  })

  it('leads to the documents of what goes over sockets', async () => {
    const screen = await on.staff('owner', '/operations/events', { width: 360, height: 740, scheme: 'dark' })
    await screen.page.getByRole('link', { name: 'Events and commands' }).click()
    await screen.page.getByText('Command message.send').first().waitFor({ state: 'attached' })
    await screen.shot('event-docs')
    expect(await screen.overflow()).to.equal(false)
  })

  it('fits a phone, in the dark', async () => {
    for (const path of ['actors', `actors/conversation/${conversationId}`, 'dead-letters', 'events']) {
      const screen = await on.staff('owner', `/operations/${path}`, { width: 360, height: 740, scheme: 'dark' })
      await screen.page.getByRole('heading', { level: 1 }).waitFor()
      expect(await screen.overflow(), path).to.equal(false)
    }
  })

  it('is not for everybody', async () => {
    await app.business.member('Ravi Menon')
    const { page } = await on.staff('Ravi Menon', '/inbox')
    await page.getByRole('link', { name: 'Phones' }).waitFor()
    expect(await page.getByRole('link', { name: 'Operations' }).count()).to.equal(0)
  })

  it('moves the time of a sandbox, and of no other workspace', async () => {
    const bar = (page: Page) => page.getByRole('region', { name: 'Time of this sandbox' })
    const real = await on.staff('owner', '/inbox')
    await real.page.waitForResponse((answer) => answer.url().endsWith('/admin/clock'))
    expect(await bar(real.page).count()).to.equal(0)
    const { business } = app
    app.business = await app.open('sandbox', { isSandbox: true })
    try {
      const screen = await on.staff('owner', '/inbox', { bypassCSP: true })
      const { page } = screen
      await bar(page).getByText('real time').waitFor()
      await page.getByRole('button', { name: 'Freeze' }).click()
      await bar(page).getByText('stands still').waitFor()
      const time = async () => Date.parse((await bar(page).getByRole('time').getAttribute('datetime')) ?? '')
      const before = await time()
      await page.getByRole('button', { name: '+1 day' }).click()
      await page.getByRole('spinbutton', { name: 'How many' }).fill('30')
      await page.getByRole('button', { name: 'Move on' }).click()
      await until(async () => (await time()) - before === (24 * 60 + 30) * 60_000)
      await screen.shot('clock-bar')
      expect(await screen.axe()).to.deep.equal([])
      const phone = await on.staff('owner', '/inbox', { width: 360, height: 740, scheme: 'dark' })
      await bar(phone.page).getByText('stands still').waitFor()
      await phone.shot('clock-bar-360-dark')
      expect(await phone.overflow()).to.equal(false)
      await page.getByRole('button', { name: 'Back to real time' }).click()
      await bar(page).getByText('real time').waitFor()
    } finally {
      app.business = business
    }
  })
})
