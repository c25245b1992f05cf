import { expect } from 'chai'
import { JobRuns } from '../../store/job-runs.ts'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'
import { withBrowser } from './browser.ts'

describe('jobs and small pictures, on their pages', () => {
  const app = withApp()
  const on = withBrowser(app)

  it('show how each job goes, pause one, and ask for a run', async () => {
    const { store } = app.careline.storage
    const runs = new JobRuns(store)
    const ran = async (name: string, ms: number, failure?: Error) => {
      await runs.announce(name)
      const fence = (await runs.begin(name, { by: 'alpha', now: Date.now(), lockMs: 60_000 })) ?? 0
      await runs.end(name, fence, { now: Date.now(), ms, ...(failure && { failure }) })
    }
    await ran('files', 1_840)
    await ran('webhooks', 12, new TypeError('The provider said something new.'))
    await runs.announce('retention')
    await runs.begin('retention', { by: 'beta', now: Date.now(), lockMs: 60_000 })

    const screen = await on.staff('owner', '/operations/jobs', { bypassCSP: true })
    const { page } = screen
    const job = (name: string) => page.getByRole('listitem', { name: new RegExp(`^${name} `) })
    await job('files').getByText('1.8 s').waitFor()
    await job('files').getByText('every hour').waitFor()
    await job('webhooks').getByText('The provider said something new.').waitFor()
    await job('webhooks').getByText('1 run, 1 failed').waitFor()
    await job('retention').getByText('runs now').waitFor()
    expect(await page.getByRole('button', { name: 'Run now: retention' }).isDisabled()).to.equal(true)
    await job('webhooks').scrollIntoViewIfNeeded()
    await screen.shot('jobs')
    expect(await screen.axe()).to.deep.equal([])

    await page.getByRole('button', { name: 'Pause files' }).click()
    await page.getByText('One job is paused: what it takes care of waits.').waitFor()
    expect((await runs.states(['files']))[0]?.isPaused).to.equal(true)
    await page.getByRole('button', { name: 'Run now: files' }).click()
    await until(async () => (await runs.begin('files', { by: 'gamma', now: Date.now(), lockMs: 60_000 })) !== undefined)
    await job('files').getByText('gamma').waitFor()
    await page.getByRole('button', { name: 'Resume files' }).click()
    await until(async () => (await runs.states(['files']))[0]?.isPaused === false)

    const narrow = await on.staff('owner', '/operations/jobs', {
      width: 360,
      height: 740,
      scheme: 'dark',
      bypassCSP: true,
    })
    await narrow.page.getByText('The provider said something new.').waitFor()
    await narrow.page.getByText('The provider said something new.').scrollIntoViewIfNeeded()
    await narrow.shot('jobs-narrow-dark')
    expect([await narrow.overflow(), await narrow.axe()]).to.deep.equal([false, []])
  })

  it('show a photo small in the thread, and as it came to whoever looks at it', async () => {
    const person = app.business.person('Nadia Rahal')
    person.sends({ kind: 'image', sample: 'image', caption: 'my knee' })
    await app.settled()
    await app.careline.files.work.shrink()
    const { items } = await (await app.business.as('owner')).conversations.list()
    const screen = await on.staff('owner', `/inbox/${items[0]?.conversationId ?? ''}`)
    const photo = screen.page.getByRole('button', { name: 'Look at the photo: my knee' })
    const typeOf = async (address: string | null) => {
      const answer = await fetch(new URL(address ?? '', app.url))
      return answer.headers.get('content-type')
    }
    const small = photo.getByRole('img')
    await small.waitFor()
    expect(await typeOf(await small.getAttribute('src'))).to.equal('image/webp')
    await photo.click()
    const whole = screen.page.getByRole('dialog').getByRole('img', { name: 'my knee' })
    await whole.waitFor()
    expect(await typeOf(await whole.getAttribute('src'))).to.equal('image/png')
    expect(await whole.evaluate((image: any) => image.complete && image.naturalWidth > 0)).to.equal(true)
  })
})
