import { expect } from 'chai'
import { Secret, TOTP } from 'otpauth'
import type { Variables } from '../../kernel/config.ts'
import { markEmailProven } from '../../store/settings/accounts.ts'
import { password, withApp } from '../harness/boot.ts'
import { Issuer } from '../harness/issuer.ts'
import { type Screen, withBrowser } from './browser.ts'

describe('how one signs in', () => {
  const issuer = new Issuer()
  const variables: Variables = {}
  before(async () => {
    await issuer.start((uri) => uri.endsWith('/api/v1/auth/google/callback'))
    const { clientId, clientSecret } = issuer.settings
    Object.assign(variables, {
      GOOGLE_CLIENT_ID: clientId,
      GOOGLE_CLIENT_SECRET: clientSecret,
      GOOGLE_ISSUER: issuer.url,
    })
  })
  const app = withApp(variables)
  after(() => issuer.stop())
  const on = withBrowser(app)

  /** Passkeys are bound to a name: this machine's is localhost. */
  const named = (path: string) => app.url.replace('127.0.0.1', 'localhost') + path
  /** A device that has its owner's finger on it. */
  async function withFinger({ context, page }: Screen) {
    const cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
    } as const
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
    })
  }
  const codeOf = (secret: string, ahead = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret.replace(/\s/g, '')) }).generate({ timestamp: Date.now() + ahead })
  const signOut = async (screen: Screen) => {
    await screen.page.getByRole('button', { name: /online$/ }).click()
    await screen.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await screen.signedOut()
  }
  const byPassword = async ({ page }: Screen, name: string) => {
    await page.getByLabel('E-mail').fill(`${name}@clinic.test`)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  const isIn = ({ page }: Screen) => page.getByText('Live', { exact: true }).waitFor()

  it('by an app, by a recovery code, and by a passkey of a real authenticator', async () => {
    await app.business.member('eva')
    const screen = await on.blank({ bypassCSP: true })
    const { page } = screen
    await withFinger(screen)
    await page.goto(named('/sign-in?to=/settings/account'))
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
    await screen.shot('sign-in-wide')
    expect(await screen.axe()).to.deep.equal([])
    await byPassword(screen, 'eva')

    await page.getByRole('button', { name: 'Set up an authenticator app' }).click()
    await page.getByRole('img', { name: 'The picture for the authenticator app' }).waitFor()
    const secret = (await page.locator('code').first().textContent()) ?? ''
    await screen.shot('security-app')
    expect(await screen.axe()).to.deep.equal([])
    await page.getByLabel('Code').fill(codeOf(secret))
    await page.getByRole('button', { name: 'The app shows this code' }).click()
    const codes = page.locator('ol code')
    await codes.first().waitFor()
    const recovery = (await codes.first().textContent()) ?? ''
    expect(await codes.count()).to.equal(10)
    await page.getByRole('button', { name: 'I have put them aside' }).click()
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    const row = page.getByRole('listitem').filter({ hasText: 'not used yet' })
    await row.getByRole('button', { name: /^Rename: / }).click()
    await page.getByLabel('Its name').fill('The blue laptop')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The blue laptop', { exact: true }).waitFor()
    await screen.shot('security-wide')
    expect(await screen.axe()).to.deep.equal([])

    await signOut(screen)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await isIn(screen)

    await signOut(screen)
    await byPassword(screen, 'eva')
    await page.getByRole('heading', { name: 'Your authenticator app' }).waitFor()
    await page.getByLabel('Code').fill(codeOf(secret, -90_000))
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').getByText('This is not right, or was used already.').waitFor()
    await page.getByRole('button', { name: 'Use a recovery code' }).click()
    await page.getByLabel('Recovery code').fill(recovery.toLowerCase())
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await isIn(screen)
  })

  it('on a narrow screen, where the second step is a passkey, and one shows again that it is oneself', async () => {
    const member = await app.business.member('finn')
    const narrow = await on.blank({ width: 360, height: 740, scheme: 'dark', bypassCSP: true })
    const { page } = narrow
    await withFinger(narrow)
    await page.goto(named('/sign-in?to=/settings/account'))
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
    await narrow.shot('sign-in-narrow')
    expect(await narrow.overflow()).to.equal(false)
    await byPassword(narrow, 'finn')
    await page.getByRole('button', { name: 'Add a passkey' }).waitFor()
    const lately = { memberId: member.id }
    const longAgo = { $set: { provenAt: new Date(Date.now() - 11 * 60_000) } }
    await app.careline.storage.store.platform('sessions').updateMany(lately, longAgo)
    await page.reload()
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    const proof = page.getByRole('group', { name: 'Show that it is you' })
    await proof.getByLabel('My password').fill(password)
    await proof.scrollIntoViewIfNeeded()
    await narrow.shot('security-proof-narrow')
    expect(await narrow.axe()).to.deep.equal([])
    expect(await narrow.overflow()).to.equal(false)
    await proof.getByRole('button', { name: 'It is me' }).click()
    await page.getByText('Put these recovery codes aside.').waitFor()
    await page.getByText('Put these recovery codes aside.').scrollIntoViewIfNeeded()
    await narrow.shot('security-codes-narrow')
    expect(await narrow.axe()).to.deep.equal([])
    await page.evaluate(() => localStorage.clear())
    await page.goto(named('/sign-in'))
    await byPassword(narrow, 'finn')
    await page.getByRole('heading', { name: 'Your passkey' }).waitFor()
    await narrow.shot('second-factor-narrow')
    expect(await narrow.axe()).to.deep.equal([])
    await page.getByRole('button', { name: 'Use my passkey' }).click()
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  })

  it('by Google, which was linked before or has verified the address', async () => {
    const { accountId } = await app.business.member('gus')
    await markEmailProven(app.careline.storage.store, accountId, Date.now())
    issuer.is({ sub: 'g-gus', email: 'gus@clinic.test', isVerified: true })
    const screen = await on.blank()
    await screen.go('/sign-in?to=/settings/account')
    await screen.page.getByRole('link', { name: 'Sign in with Google' }).click()
    await screen.page.getByText('gus@clinic.test').first().waitFor()
    await screen.page.getByRole('button', { name: 'Unlink Google' }).click()
    await screen.page.getByRole('link', { name: 'Link Google' }).click()
    await screen.page.getByRole('button', { name: 'Unlink Google' }).waitFor()
    expect(new URL(screen.page.url()).search).to.equal('')

    issuer.is(null)
    const other = await on.blank()
    await other.go('/sign-in')
    await other.page.getByRole('link', { name: 'Sign in with Google' }).click()
    await other.page.getByRole('alert').getByText('Google was not allowed to say who you are.').waitFor()
    await other.page.getByRole('button', { name: 'Another way' }).click()
    await other.signedOut()
  })
})
