import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { createOwnApi } from '../../client/own.ts'
import { newId } from '../../kernel/id.ts'
import { madeUpAccount } from '../../providers/push/simulator/google.ts'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

const number = '+4915170006000'
/** A network between browsers and the server, which can be taken away. */
async function networkTo(url: string) {
  const target = Number(new URL(url).port)
  const links = new Set<Socket>()
  let isOn = true
  const server = createServer((browser) => {
    if (!isOn) return void browser.destroy()
    const there = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [browser, there],
      [there, browser],
    ] as const) {
      links.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        links.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const turn = (on: boolean) => {
    isOn = on
    if (!on) for (const one of links) one.destroy()
  }
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    turn,
    close: () => server.close(),
  }
}

/** A picture that is one. */
const pictureOf = (page: Page) => page.screenshot({ clip: { x: 0, y: 0, width: 120, height: 80 } })

describe('telephones of those who sign in, and the documentation', () => {
  const app = withApp()
  const on = withBrowser(app)
  before(async () => {
    const { channels, channelChanged } = app.careline
    const played = { simulate: true, baseUrl: '', secrets: { fcmServiceAccount: madeUpAccount() } }
    const own = { id: newId('ch'), kind: 'app', provider: 'app', name: 'App', address: '' } as const
    await channelChanged(
      await channels.create(app.business.workspace.id, { ...own, ...played, fields: { pushText: 'shown' } }),
    )
  })
  /** That of the latest text. */
  const code = async () => {
    await app.settled()
    const headers = { authorization: `Bearer ${app.careline.secrets.phoneKey}` }
    const { texts } = (await (await fetch(`${app.url}/simulator/texts`, { headers })).json()) as {
      texts: { text: string }[]
    }
    return /\d{6}/.exec(texts[0]?.text ?? '')?.[0] ?? ''
  }

  it('are proven by a code, and sign in by the next', async () => {
    const settings = await on.staff('owner', '/settings/account', { bypassCSP: true })
    const { page } = settings
    const section = page.getByRole('region', { name: 'Phone numbers' })
    await section.getByLabel(/^Phone number/).fill('+49 1517 0006000')
    await section.getByLabel('SMS').check()
    await section.getByRole('button', { name: 'Add a number' }).click()
    await section.getByLabel('Code').fill('000000')
    await section.getByRole('button', { name: 'It is mine' }).click()
    await section.getByRole('alert').waitFor()
    await section.scrollIntoViewIfNeeded()
    await settings.shot('account-phone-code')

    await section.getByLabel('Code').fill(await code())
    await section.getByRole('button', { name: 'It is mine' }).click()
    await section.getByRole('listitem').getByText(number).waitFor()
    expect(await settings.axe()).to.deep.equal([])
    await section.scrollIntoViewIfNeeded()
    await settings.shot('account-phones')

    const screen = await on.blank({ width: 360, height: 740, scheme: 'dark', bypassCSP: true })
    const { page: narrow } = screen
    await narrow.goto(`${app.url}/sign-in`)
    await narrow.getByRole('button', { name: 'Sign in by a code to my phone' }).click()
    await narrow.getByLabel(/^Phone number/).fill(number)
    await narrow.getByLabel('SMS').check()
    await screen.shot('sign-in-phone-dark')
    // A pause lies between two codes to one number.
    await app.careline.storage.store.platform('tallies').deleteMany({})
    await narrow.getByRole('button', { name: 'Send a code' }).click()
    await narrow.getByRole('heading', { name: 'Look at your phone' }).waitFor()
    expect(await narrow.getByRole('button', { name: /^Another code in/ }).isDisabled()).to.equal(true)
    await screen.shot('sign-in-code-dark')
    expect(await screen.axe()).to.deep.equal([])
    expect(await screen.overflow()).to.equal(false)

    await narrow.getByLabel('Code').fill(await code())
    await narrow.getByRole('button', { name: 'Sign in', exact: true }).click()
    await narrow.getByText('Live', { exact: true }).waitFor()

    const phone = await on.blank({ bypassCSP: true })
    await phone.go(`/texts?key=${app.careline.secrets.phoneKey}`)
    await phone.page.getByText(/is your Careline sign-in code/).waitFor()
    await phone.shot('texts')
    expect(await phone.axe()).to.deep.equal([])

    await section.getByRole('button', { name: `Remove: ${number}` }).click()
    await section.getByRole('listitem').waitFor({ state: 'detached' })
  })

  it('carry the app of the business, also without a network for a while', async () => {
    const staff = await app.business.as('owner')
    const lea = app.business.person('Lea')
    lea.sends('My knee hurts')
    await app.settled()
    await app.careline.storage.store.platform('tallies').deleteMany({})
    const screen = await on.blank({ width: 1280, height: 900, bypassCSP: true })
    await screen.go(`/app?business=clinic&key=${app.careline.secrets.phoneKey}`)
    const { page } = screen
    const phone = page.getByRole('region', { name: 'Phone 1', exact: true })
    await phone.getByLabel('Number or e-mail').fill(`+${lea.waId}`)
    await phone.getByRole('button', { name: 'Send me a code', exact: true }).click()
    await phone.getByRole('button', { name: /^Messages/ }).click()
    await phone.getByRole('button', { name: 'Sign in', exact: true }).click()
    await phone.getByText('My knee hurts', { exact: true }).waitFor()

    await page.getByRole('switch', { name: 'Phone 1 is online' }).click()
    await phone.getByLabel('Message on phone 1').fill('Written in a tunnel')
    await phone.getByRole('button', { name: 'Send on phone 1' }).click()
    await phone.getByText('Waits to be sent').waitFor()
    await page.getByRole('switch', { name: 'Phone 1 is online' }).click()
    await phone.getByText('Waits to be sent').waitFor({ state: 'detached' })
    const knee = { name: 'knee.png', mimeType: 'image/png', buffer: await pictureOf(page) }
    await phone.locator('input[type=file]').setInputFiles(knee)
    await phone.getByRole('img', { name: 'Photo' }).waitFor()

    const { items } = await staff.conversations.list()
    const { conversationId = '' } = items.find(({ conversation }) => conversation.contact === `+${lea.waId}`) ?? {}
    const buttons = [{ id: 'yes', title: 'Yes, please' }]
    await phone.getByRole('button', { name: 'Leave the app on phone 1' }).click()
    const content = { kind: 'buttons' as const, text: 'Shall we look at it?', buttons }
    await staff.conversations.send(conversationId, { content })
    await phone.getByRole('button', { name: /Shall we look at it/ }).waitFor()
    await screen.shot('app-locked')
    await phone.getByRole('button', { name: /Shall we look at it/ }).click()
    await phone.getByRole('button', { name: 'Yes, please', exact: true }).click()
    await phone.getByRole('listitem').filter({ hasText: 'You: Shall we look at it?Yes, please' }).waitFor()
    await staff.conversations.read(conversationId, 1_000)
    await phone.getByText('Seen', { exact: true }).last().waitFor()
    await screen.shot('app-phones')
    await phone.getByRole('button', { name: 'My account on phone 1', exact: true }).click()
    await phone.getByRole('checkbox', { name: 'Offers and news by WhatsApp', exact: true }).check()
    await phone.getByRole('button', { name: 'Gather what is kept of me', exact: true }).click()
    await phone.getByRole('link', { name: 'Download it', exact: true }).waitFor()
    await phone.getByRole('button', { name: 'Ask to be erased', exact: true }).click()
    await phone.getByText(/^You asked to be erased/).waitFor()
    await screen.shot('app-account')
    const desk = await on.staff('owner', '/people/requests', { bypassCSP: true })
    await desk.page.getByText('Lea wants to be erased').waitFor()
    expect(await desk.axe()).to.deep.equal([])
    await desk.shot('requests')
    await desk.page.getByRole('button', { name: 'Refuse what Lea asks', exact: true }).click()
    await desk.page.getByRole('button', { name: 'Refuse it', exact: true }).click()
    await desk.page.getByText(/refused: The law has us keep it/).waitFor()
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await screen.overflow()).to.equal(false)
    expect(await screen.axe()).to.deep.equal([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await screen.shot('app-phones-dark')
  })

  it('open the app without a network after a reload, and send once what was written there', async () => {
    const network = await networkTo(app.url)
    const ole = app.business.person('Ole')
    ole.sends('Is it open today?')
    await app.settled()
    const staff = await app.business.as('owner')
    const { items } = await staff.conversations.list()
    const { conversationId = '', conversation } = items.find((one) => one.conversation.name === 'Ole') ?? {}
    await app.careline.storage.store.platform('tallies').deleteMany({})
    const api = createOwnApi({ url: app.url })
    const known = { workspace: 'clinic', phone: conversation?.contact ?? '' }
    await api.askCode(known)
    const session = await api.signIn({ ...known, code: await code() })
    const screen = await on.blank()
    const { page } = screen
    await page.addInitScript((kept) => {
      // The browser's own page about a network that is gone has no storage.
      if (origin !== 'null' && !localStorage.getItem('careline.app.1')) localStorage.setItem('careline.app.1', kept)
    }, JSON.stringify(session))
    await page.goto(`${network.url}/app?business=clinic&phones=1&key=${app.careline.secrets.phoneKey}`)
    const phone = page.getByRole('region', { name: 'Phone 1', exact: true })
    await phone.getByText('Is it open today?', { exact: true }).waitFor()
    await page.locator('html[data-offline=ready]').waitFor({ state: 'attached' })

    network.turn(false)
    await page.reload()
    await phone.getByText('Is it open today?', { exact: true }).waitFor()
    await phone.getByText('offline: what you write waits', { exact: true }).waitFor()
    await phone.getByLabel('Message on phone 1').fill('Written without a network')
    await phone.getByRole('button', { name: 'Send on phone 1' }).click()
    await phone.getByText('Waits to be sent').waitFor()
    await screen.shot('app-offline')
    await page.reload()
    await phone.getByText('Waits to be sent').waitFor()

    network.turn(true)
    await phone.getByText('Waits to be sent').waitFor({ state: 'detached' })
    const said = await staff.conversations.messages(conversationId)
    const written = said.items.filter(
      ({ content }) => 'text' in content && /without a network/.test(content.text ?? ''),
    )
    expect(written).to.have.lengthOf(1)
    const cached = await page.evaluate(async () => {
      const names = await caches.keys()
      const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
      return { caches: names.length, paths: all.flat().map(({ url }) => new URL(url).pathname) }
    })
    expect(cached.caches).to.equal(1)
    expect(cached.paths.filter((path) => !/^\/(assets\/|app$|mark|scheme)/.test(path))).to.deep.equal([])
    network.turn(false)
    const inbox = await page.goto(`${network.url}/inbox`).catch(() => undefined)
    expect(inbox, 'the console asks its server').to.equal(undefined)
    network.close()
  })

  it('ask for what is kept of them on a page of the business, by a code', async () => {
    const una = app.business.person('Una')
    una.sends('Good morning')
    await app.settled()
    await app.careline.storage.store.platform('tallies').deleteMany({})
    const screen = await on.blank({ bypassCSP: true })
    await screen.go('/privacy/clinic')
    const { page } = screen
    await page.getByRole('radio', { name: 'Give me a copy of everything that you keep of me' }).waitFor()
    await page.getByLabel(/^Your number or e-mail address/).fill(`+${una.waId}`)
    await page.getByRole('button', { name: 'Send me a code', exact: true }).click()
    await page.getByText(/a code is on its way/).waitFor()
    const right = await code()
    await page.getByLabel('Code', { exact: true }).fill(right === '000000' ? '111111' : '000000')
    await page.getByRole('button', { name: 'Ask for it', exact: true }).click()
    await page.getByText(/^This code is not right/).waitFor()
    await page.getByLabel('Code', { exact: true }).fill(right)
    await page.getByRole('button', { name: 'Ask for it', exact: true }).click()
    await page.getByText(/^Your request has been received/).waitFor()
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await screen.overflow()).to.equal(false)
    expect(await screen.axe()).to.deep.equal([])
    await screen.shot('privacy-page')
    const staff = await on.staff('owner', '/mentions')
    await staff.page.getByRole('link', { name: 'Somebody asks for their data, or to be erased' }).first().click()
    await staff.page.getByText('Una wants their data').waitFor()
  })

  it('get codes where the business lets them go, for as much as it allows', async () => {
    const { page, ...screen } = await on.staff('owner', '/settings/business', { bypassCSP: true })
    const section = page.getByRole('region', { name: 'Codes by SMS and WhatsApp' })
    await section.getByLabel(/^Countries/).fill('de, at')
    await section.getByLabel(/^What they may cost/).fill('7.5')
    await section.getByRole('button', { name: 'Save' }).click()
    await section.getByText('Saved.').waitFor()
    const { settings } = await (await app.business.as('owner')).business.now()
    expect(settings.codes).to.deep.equal({ countries: ['DE', 'AT'], dailySpend: 750, template: 'sign_in_code' })
    expect(screen.faults).to.deep.equal([])
  })

  it('tries requests out in the name of whoever opened the documentation from the console, and keeps no token', async () => {
    const console = await on.staff('owner', '/operations/events')
    const [docs] = await Promise.all([
      console.context.waitForEvent('page'),
      console.page.getByRole('link', { name: 'API documentation' }).click(),
    ])
    await docs.getByText('Requests go out as owner, of clinic.').waitFor()
    await docs.evaluate(() => (location.hash = 'tag/auth/GET/api/v1/auth/me'))
    await docs
      .getByRole('button', { name: /Test Request.*auth\/me/ })
      .first()
      .click()
    const [asked] = await Promise.all([
      docs.waitForRequest(/auth\/me/),
      docs.getByRole('button', { name: /^Send/ }).first().click(),
    ])
    expect(await asked.headerValue('authorization')).to.match(/^Bearer ey/)
    expect((await asked.response())?.status()).to.equal(200)
    expect(docs.url()).to.not.match(/token|ey[A-Z]/)
    const kept = await docs.evaluate(() => JSON.stringify({ ...localStorage, 'careline.session': '' }))
    expect(kept).to.not.match(/eyJ/)
    await docs.screenshot({ path: 'test/screens/docs-try.png' })
  })
})
