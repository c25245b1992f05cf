import { expect } from 'chai'
import { Secret, TOTP } from 'otpauth'
import { beginBackup, changeBackup } from '../../store/backups.ts'
import { keepConsent } from '../../store/settings/members.ts'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

describe('what keeps data safe, on its pages', () => {
  const app = withApp()
  const on = withBrowser(app)
  const narrowDark = { width: 360, height: 740, scheme: 'dark', bypassCSP: true } as const

  it('shows the backups, what of them was proven, and makes one', async () => {
    const { store } = app.careline.storage
    const made = async (id: string, hoursAgo: number, change: object) => {
      const startedAt = Date.now() - hoursAgo * 3_600_000
      await beginBackup(store, { id, startedAt, by: null, machine: 'alpha', file: `careline-${id}.age` })
      await changeBackup(store, id, { finishedAt: startedAt + 4_000, ...change })
    }
    const sound = { verifiedAt: Date.now() - 7_200_000, isSound: true, verification: '1204 documents restored.' }
    await made('bak_1', 26, {
      status: 'good',
      bytes: 3_400_000,
      documents: 1_204,
      files: 12,
      isOneMoment: true,
      ...sound,
    })
    await made('bak_2', 2, { status: 'failed', why: 'The disk is full.' })
    const screen = await on.staff('owner', '/operations/backups', { bypassCSP: true })
    const { page } = screen
    await page.getByText('The last one that a restore has proven is of').waitFor()
    await page.getByText('3.4 MB').waitFor()
    await page.getByText('The disk is full.').waitFor()
    await screen.shot('backups')
    expect(await screen.axe()).to.deep.equal([])
    await page.getByRole('button', { name: 'Make one now' }).click()
    await app.careline.care.backups.settled()
    await page.getByRole('listitem').filter({ hasText: 'is kept' }).nth(1).waitFor()

    const narrow = await on.staff('owner', '/operations/backups', narrowDark)
    await narrow.page.getByText('The disk is full.').waitFor()
    await narrow.shot('backups-narrow-dark')
    expect([await narrow.overflow(), await narrow.axe()]).to.deep.equal([false, []])
  })

  it('exports everything, closes the workspace and takes that back', async () => {
    const screen = await on.staff('owner', '/settings/data', { bypassCSP: true })
    const { page } = screen
    await page.getByLabel('Passphrase, 12 signs or more').fill('four words and a comma')
    await page.getByRole('button', { name: 'Export everything' }).click()
    await page
      .getByText(/is being made|is ready/)
      .first()
      .waitFor()
    await app.careline.care.exports.settled()
    await page.getByRole('button', { name: /^Fetch it .*: the export of / }).waitFor()
    await page.getByLabel('Type clinic to close it').fill('clinic')
    await page.getByRole('button', { name: 'Close it' }).click()
    await page.getByText('This workspace is closing.').waitFor()
    await screen.shot('data')
    expect(await screen.axe()).to.deep.equal([])
    await page.getByRole('button', { name: 'Take it back' }).click()
    await page.getByRole('button', { name: 'Close it' }).waitFor()

    const narrow = await on.staff('owner', '/settings/data', narrowDark)
    await narrow.page.getByRole('button', { name: /^Fetch it .*: the export of / }).waitFor()
    await narrow.shot('data-narrow-dark')
    expect([await narrow.overflow(), await narrow.axe()]).to.deep.equal([false, []])
  })

  it('lets an operator in by a door of their own, who suspends a workspace and lets it go on', async () => {
    const { password, totpUri } = await app.careline.care.operators.add({ email: 'root@careline.test', name: 'Root' })
    const secret = Secret.fromBase32(new URL(totpUri).searchParams.get('secret') ?? '')
    app.careline.watch.errors.capture({ name: 'ScheduleError', stack: '' }, { source: 'schedule failed' })
    await app.careline.watch.flush()
    const { workspace, members } = app.business
    const { store } = app.careline.storage
    await keepConsent(store, workspace.id, members['owner']?.id ?? '', 'operators', Date.now() + 3_600_000)
    const screen = await on.staff('owner', '/platform', { bypassCSP: true })
    const { page } = screen
    await page.getByLabel('E-mail').fill('root@careline.test')
    await page.getByLabel('Password').fill(password)
    await page.getByLabel('Code').fill(new TOTP({ secret }).generate())
    await screen.shot('platform-sign-in')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Suspend: clinic' }).click()
    await page.getByLabel('Why').fill('It sends what nobody asked for')
    await page.getByRole('button', { name: 'Suspend it' }).click()
    await page.getByText('It sends what nobody asked for').waitFor()
    await page.getByRole('button', { name: 'What it may use: clinic' }).click()
    const use = page.getByRole('form', { name: 'What clinic may use' })
    await use.getByLabel('Members').fill('12')
    await use.getByRole('button', { name: 'Save' }).click()
    await page.getByText('1 of 12', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'What it may use: clinic' }).click()
    await page.getByRole('button', { name: 'Show its people: clinic' }).click()
    await page.getByRole('button', { name: 'Act as owner' }).waitFor()
    await screen.shot('platform')
    expect(await screen.axe()).to.deep.equal([])
    await page.getByRole('button', { name: 'Let it go on: clinic' }).click()
    await page.getByRole('button', { name: 'Suspend: clinic' }).waitFor()
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await screen.overflow()).to.equal(false)
    await page.getByRole('link', { name: 'Errors' }).click()
    await page.getByRole('button', { name: 'Resolve: ScheduleError' }).click()
    await page.getByText('No error is open.').waitFor()
    await page.getByRole('link', { name: 'Workspaces' }).click()
    await page.getByRole('button', { name: 'Show its people: clinic' }).click()
    await page.getByRole('button', { name: 'Act as owner' }).click()
    await page.getByText('Root (operator), you act as owner').waitFor()
    await page.getByRole('button', { name: 'Be yourself again' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in as an operator' }).waitFor()
  })
})
