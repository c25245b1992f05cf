import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'
import { withBrowser } from './browser.ts'

const script = '<img src=x onerror="window.broken=true"><script>window.broken=true</script>'

describe('what happened, for those who look after it', () => {
  const app = withApp()
  const on = withBrowser(app)
  let conversationId = ''
  before(async () => {
    const { business } = app
    const ravi = await business.member('Ravi Menon')
    await business.member(`Mallory ${script}`)
    business.person('Amina Benali').sends('Do you have sessions in the evening?')
    await app.settled()
    const api = await business.as('owner')
    const { items } = await api.conversations.list()
    conversationId = items[0]?.conversationId ?? ''
    await api.members.change(ravi.id, { role: 'admin' })
    await api.conversations.messages(conversationId)
    const { errors, flush } = app.careline.watch
    const stack =
      'TypeError: Cannot read properties of undefined\n    at price (file:///srv/careline/server/routes/orders.ts:41:7)'
    for (let n = 0; n < 3; n++)
      errors.capture(
        { name: 'TypeError', stack },
        { source: 'request failed', workspaceId: business.workspace.id, context: { route: '/api/v1/orders' } },
      )
    await flush()
    await app.settled()
  })

  it('shows who did what and who read what, filters it, and gives it as a file', async () => {
    const screen = await on.staff('owner', '/operations/audit', { bypassCSP: true })
    const { page } = screen
    const row = (words: string) => page.getByRole('row').filter({ hasText: words })
    await row('member changed').getByText('Ravi Menon').waitFor()
    await row('conversation read').first().waitFor()
    await page.getByRole('button', { name: 'Look through it now' }).click()
    await page.getByText(/^Yes: \d+ entries, each as it was written/).waitFor()
    await screen.shot('audit')
    expect(await screen.axe()).to.deep.equal([])
    await page.getByRole('combobox', { name: 'What', exact: true }).selectOption('What was read')
    await row('member changed').first().waitFor({ state: 'detached' })
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as a file' }).click(),
    ])
    expect(file.suggestedFilename()).to.equal('audit.csv')
    const said = readFileSync(await file.path(), 'utf8')
    expect(said)
      .to.match(/^n,at,who,/)
      .and.to.contain('conversation.read')
      .and.not.to.contain('member.changed')
  })

  it('shows errors by kind, and resolves one', async () => {
    const screen = await on.staff('owner', '/operations/errors', { bypassCSP: true })
    const { page } = screen
    const one = page.getByRole('listitem').filter({ hasText: 'price server/routes/orders.ts' })
    await one.getByText(/^3 times, from/).waitFor()
    await one.getByRole('button', { name: 'Show where it was' }).click()
    await one.getByText('route: /api/v1/orders').waitFor()
    await screen.shot('errors')
    expect(await screen.axe()).to.deep.equal([])
    await one.getByLabel('Who looks at it').selectOption('Ravi Menon')
    await one.getByRole('button', { name: 'Resolve' }).click()
    await one.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Resolved' }).click()
    await one.waitFor()
    // What breaks in the console itself comes here, too, and this page shows it by itself.
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await page.evaluate(() => setTimeout(() => (undefined as unknown as { x: string }).x.length, 0))
    await until(async () => {
      await app.careline.watch.flush()
      return app.careline.watch.errors.counters.seen > 3
    })
    await page.getByRole('listitem').filter({ hasText: 'client' }).first().waitFor()
    expect(screen.faults.splice(0)).to.have.length(1)
  })

  it('keeps remarks beside a person, live, as text and nothing else', async () => {
    const screen = await on.staff('owner', `/inbox/${conversationId}`, { bypassCSP: true })
    const other = await on.staff('Ravi Menon', `/inbox/${conversationId}`)
    const { page } = screen
    const pane = page.getByRole('complementary', { name: 'About Amina Benali' })
    const theirs = other.page.getByRole('complementary', { name: 'About Amina Benali' })
    await theirs.getByRole('heading', { name: 'Remarks' }).waitFor()
    await pane.getByLabel('A remark about Amina Benali').fill(`Prefers the evening. ${script}`)
    await pane.getByRole('button', { name: 'Leave it here' }).click()
    await pane.getByRole('paragraph').filter({ hasText: 'Prefers the evening.' }).waitFor()
    await theirs.getByText('Prefers the evening.').waitFor()
    expect(await theirs.getByRole('button', { name: 'Delete' }).count(), 'not theirs').to.equal(0)
    await pane.getByRole('button', { name: 'Pin', exact: true }).click()
    await pane.getByText('Pinned.').waitFor()
    await pane.getByRole('button', { name: 'Change', exact: true }).click()
    await pane.getByLabel('The remark').fill(`Prefers the morning. ${script}`)
    await pane.getByRole('button', { name: 'Save' }).click()
    await theirs.getByText('Prefers the morning.').waitFor()
    await screen.shot('remarks')
    expect(await screen.axe()).to.deep.equal([])
    for (const one of [page, other.page]) expect(await one.evaluate(() => 'broken' in window)).to.equal(false)
    await pane.getByRole('button', { name: 'Delete' }).click()
    await theirs.getByText('Prefers the morning.').waitFor({ state: 'detached' })
  })

  it('says on every page when the audit was changed beside us', async () => {
    const phone = await on.staff('owner', '/inbox', { width: 360, height: 740, scheme: 'dark', bypassCSP: true })
    await phone.page.getByRole('link', { name: 'Inbox' }).waitFor()
    const log = app.careline.storage.store.collection('audit_log')
    await log.updateOne({ _id: `${app.business.workspace.id}.1` }, { $set: { action: 'nothing.happened' } })
    await app.careline.watch.audit.verify(app.business.workspace.id)
    await phone.page.getByRole('link', { name: 'See what was found' }).click()
    await phone.page.getByText('Entry 1 is not what was written.').waitFor()
    await phone.shot('audit-broken-360-dark')
    expect(await phone.axe()).to.deep.equal([])
    const isCut = () =>
      phone.page
        .getByRole('heading', { level: 1 })
        .evaluate(({ ownerDocument: { body, defaultView } }) =>
          [...body.querySelectorAll('main h1, main p, main input')].some(
            (one) => one.getBoundingClientRect().right > (defaultView?.innerWidth ?? 0),
          ),
        )
    expect([await phone.overflow(), await isCut()]).to.deep.equal([false, false])
    await phone.page.getByRole('link', { name: 'Errors' }).click()
    await phone.page.getByRole('heading', { level: 1, name: 'Errors' }).waitFor()
    expect([await phone.overflow(), await isCut()], 'errors').to.deep.equal([false, false])
  })
})
