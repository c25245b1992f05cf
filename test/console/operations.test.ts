import { expect } from 'chai'
import { streamName } from '../../actors/runtime/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

describe('the pages for those who keep it running', function () {
  this.timeout(60_000)
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
    await page.getByRole('link', { name: 'Actors' }).click()
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

  it('shows what comes over a stream, filters it, and says who reads it', async () => {
    const stream = streamName('conversation', 'main', conversationId)
    const screen = await on.staff('owner', `/operations/events?stream=${stream}`, { bypassCSP: true })
    const { page } = screen
    await page.getByRole('heading', { name: 'Who reads it' }).waitFor()
    await page.getByText('owner, on process').waitFor()
    amina.sends('And on Saturdays?')
    await app.settled()
    await page.getByText('message.created').first().click()
    await page.getByText('And on Saturdays?').first().waitFor()
    await page.getByLabel('Only what contains').fill('no such words')
    await page.getByText('Nothing has come yet.').waitFor()
    await page.getByLabel('Only what contains').fill('saturdays')
    await page.getByText('message.created').first().waitFor()
    await screen.shot('events')
    expect(await screen.axe()).to.deep.equal([])
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
    expect(await page.getByRole('link', { name: 'Actors' }).count()).to.equal(0)
  })
})
