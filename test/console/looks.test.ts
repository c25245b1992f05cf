import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { withBrowser, type Look } from './browser.ts'
import { pastClock, scene } from './scene.ts'

const looks: [string, Look][] = [
  ['wide-light', {}],
  ['wide-dark', { scheme: 'dark' }],
  ['narrow-light', { width: 360, height: 740 }],
  ['narrow-dark', { width: 360, height: 740, scheme: 'dark' }],
]

describe('how the console looks', () => {
  const time = pastClock()
  const app = withApp({}, time.clock)
  const on = withBrowser(app)
  let set: Awaited<ReturnType<typeof scene>>
  before(async () => {
    set = await scene(app, time.back)
  })

  for (const [name, look] of looks) {
    it(`has no accessibility fault and nothing reaches over the side: ${name}`, async () => {
      const open = { ...look, bypassCSP: true }
      const inbox = await on.staff('Lena Hoffmann', '/inbox', open)
      await inbox.page.getByRole('link', { name: 'Amina Benali' }).first().waitFor()
      const thread = await on.staff('Lena Hoffmann', `/inbox/${set.conversationId}`, open)
      await thread.page.getByRole('log').getByText('The form you asked for').waitFor()
      await thread.page.waitForFunction(() => [...document.images].every((image) => image.complete))
      set.amina.opens()
      const phones = await on.phones([set.amina.waId, app.business.person(`Visitor ${name}`).waId], open)
      await phones.page.getByRole('region').first().waitFor()
      const signIn = await on.blank(open)
      await signIn.go('/sign-in')
      await signIn.signedOut()
      for (const [page, screen] of Object.entries({ inbox, thread, phones, 'sign-in': signIn })) {
        await screen.page.evaluate(() => document.fonts.ready)
        await screen.shot(`${page}-${name}`)
        expect(await screen.axe(), `axe on ${page}`).to.deep.equal([])
        expect(await screen.overflow(), `${page} scrolls sideways`).to.equal(false)
      }
    })
  }

  it('reads from right to left', async () => {
    const { page, ...screen } = await on.staff('Lena Hoffmann', `/inbox/${set.conversationId}`, { direction: 'rtl' })
    await page.getByRole('log').getByText('The form you asked for').waitFor()
    const list = await page.getByRole('region', { name: 'Conversations' }).boundingBox()
    const thread = await page.getByRole('region', { name: 'Conversation with Amina Benali' }).boundingBox()
    expect(list?.x).to.be.greaterThan(thread?.x ?? Infinity)
    expect(screen.faults).to.deep.equal([])
  })

  it('loads the inbox with at most 180 KB of JavaScript', async () => {
    const { page } = await on.staff('Lena Hoffmann', '/inbox')
    await page.getByRole('link', { name: 'Amina Benali' }).first().waitFor()
    const loaded = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname)
        .filter((path) => path.endsWith('.js')),
    )
    const built = join(import.meta.dirname, '../../dist/console')
    const bytes = loaded.map((path) => gzipSync(readFileSync(join(built, path)), { level: 9 }).length)
    const sum = bytes.reduce((all, one) => all + one, 0)
    expect(bytes.length).to.be.greaterThan(3)
    expect(sum).to.be.lessThan(180 * 1_024)
    expect(readdirSync(join(built, 'assets')).some((file) => file.endsWith('.js.br'))).to.equal(true)
  })
})
