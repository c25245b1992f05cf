import { expect } from 'chai'
import { password, withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

describe('signing in', () => {
  const app = withApp()
  const on = withBrowser(app)

  it('asks first, and goes where one wanted to', async () => {
    const person = app.business.person('Lena Brandt')
    person.sends('Hello')
    await app.settled()
    const { items } = await (await app.business.as('owner')).conversations.list()
    const screen = await on.blank()
    const { page } = screen
    await page.goto(`${app.url}/inbox/${items[0]?.conversationId}`)
    await page.getByLabel('E-mail').fill('owner@clinic.test')
    await page.getByLabel('Password').fill('not this one')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('Password').inputValue()).to.equal('not this one')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Lena Brandt' }).waitFor()

    await page.getByRole('button', { name: /online$/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await screen.signedOut()
    expect(await page.evaluate(() => localStorage.getItem('careline.session'))).to.equal(null)
    expect(screen.faults).to.deep.equal([])
  })

  it('uses the owner’s link by a press, once', async () => {
    const owner = app.business.members['owner']?.id ?? ''
    const link = await app.careline.auth.createOwnerLink(app.business.workspace.id, owner)
    const first = await on.blank()
    await first.go(`/sign-in?link=${encodeURIComponent(link)}`)
    await first.page.getByRole('button', { name: 'Sign in with this link' }).waitFor()
    await first.page.reload()
    await first.page.getByRole('button', { name: 'Sign in with this link' }).click()
    await first.page.getByText('Live', { exact: true }).waitFor()
    expect(first.page.url()).to.not.contain(link)

    const second = await on.blank()
    await second.go(`/sign-in?link=${encodeURIComponent(link)}`)
    await second.page.getByRole('button', { name: 'Sign in with this link' }).click()
    await second.page.getByRole('alert').waitFor()
    await second.page.getByRole('button', { name: 'Use e-mail and password' }).click()
    await second.signedOut()
  })

  it('lets in by a letter: by its code, or by its link; and sets a new password by another one', async () => {
    await app.business.member('mia')
    const screen = await on.blank({ bypassCSP: true })
    const { page } = screen
    await page.goto(`${app.url}/sign-in`)
    await page.getByRole('button', { name: 'Sign in by a letter instead' }).click()
    await page.getByLabel('E-mail').fill('mia@clinic.test')
    await page.getByRole('button', { name: 'Send it' }).click()
    await page.getByLabel('Code').waitFor()

    const post = await on.blank({ bypassCSP: true })
    await post.go(`/letters?key=${app.careline.secrets.phoneKey}`)
    const subject = await post.page.getByRole('heading', { name: /sign-in code/ }).textContent()
    const href = await post.page.getByRole('link', { name: /sign-in\?mail=/ }).getAttribute('href')
    await post.shot('letters')
    expect(await post.axe()).to.deep.equal([])
    await page.getByLabel('Code').fill(/\d{6}/.exec(subject ?? '')?.[0] ?? '')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('Live', { exact: true }).waitFor()

    const spent = await on.blank()
    await spent.page.goto(href ?? '')
    await spent.page.getByRole('button', { name: 'Sign in with this link' }).click()
    await spent.page.getByRole('alert').waitFor()
    await spent.page.getByRole('button', { name: 'Use e-mail and password' }).click()
    await spent.page.getByRole('button', { name: 'I forgot my password' }).click()
    await spent.page.getByLabel('E-mail').fill('mia@clinic.test')
    await spent.page.getByRole('button', { name: 'Send it' }).click()
    await spent.page.getByText('Look into your mail').waitFor()
    const link = post.page.getByRole('link', { name: /new-password/ })
    await spent.page.goto((await link.getAttribute('href')) ?? '')
    await spent.page.getByLabel(/^New password/).fill('a longer word than before')
    await spent.page.getByRole('button', { name: 'Set it' }).click()
    await spent.page.getByLabel('E-mail').fill('mia@clinic.test')
    await spent.page.getByLabel('Password').fill('a longer word than before')
    await spent.page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await spent.page.getByText('Live', { exact: true }).waitFor()
    await screen.signedOut()
    expect(screen.faults).to.deep.equal([])
  })

  it('asks again when the session was ended elsewhere, and forgets what it showed', async () => {
    const screen = await on.staff('owner', '/inbox')
    const { page } = screen
    await page.getByRole('link', { name: /Lena Brandt/ }).waitFor()
    await page.evaluate(async () => {
      const { refreshToken } = JSON.parse(localStorage.getItem('careline.session') ?? '{}')
      await fetch('/api/v1/auth/logout', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ refreshToken }),
      })
    })
    await screen.signedOut()
    await page.getByRole('status').getByText('You are signed out here').waitFor()
    await page.getByRole('button', { name: 'Sign in by a letter instead' }).waitFor()
    expect(await page.getByText('Lena Brandt').count()).to.equal(0)
    expect(await page.evaluate(() => localStorage.getItem('careline.session'))).to.equal(null)
  })

  it('goes nowhere else than here after it', async () => {
    const { page } = await on.blank()
    await page.goto(`${app.url}/sign-in?to=//example.org/inbox`)
    await page.getByLabel('E-mail').fill('owner@clinic.test')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()
    expect(new URL(page.url()).host).to.equal(new URL(app.url).host)
  })

  it('opens the phones by key, and tells a wrong one', async () => {
    const { page, ...screen } = await on.blank()
    await page.goto(`${app.url}/phone`)
    await page.getByRole('textbox', { name: 'Key' }).fill('wrong')
    await page.getByRole('button', { name: 'Open them' }).click()
    await page.getByText('This key is not the one of this server.').waitFor()
    await page.getByRole('textbox', { name: 'Key' }).fill(app.careline.secrets.phoneKey)
    await page.getByRole('button', { name: 'Open them' }).click()
    await page.getByText('Everything works.').waitFor()

    await page.getByRole('button', { name: 'Add a person' }).click()
    await page.getByLabel('Name').fill('Yuki Tanaka')
    await page.getByLabel('Number, with country code').fill('+81 90 1234 5678')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('region', { name: 'Yuki Tanaka’s phone' }).waitFor()
    expect(page.url()).to.not.contain('key=')
    expect(screen.faults.filter((fault) => !/EventSource/.test(fault))).to.deep.equal([])
  })
})
