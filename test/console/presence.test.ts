import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

describe('colleagues', () => {
  const app = withApp()
  const on = withBrowser(app)

  it('see who is there and how they are, where they hand a conversation on and where they look at it together', async () => {
    await app.business.member('Ravi Menon')
    await app.business.member('Lena Hoffmann')
    app.business.person('Noor Haddad').sends('Hello')
    await app.settled()
    const { items } = await (await app.business.as('owner')).conversations.list()
    const path = `/inbox/${items[0]?.conversationId}`
    const ravi = await on.staff('Ravi Menon', path, { bypassCSP: true })
    await ravi.page.getByText('Live', { exact: true }).waitFor()
    await ravi.page.getByRole('button', { name: 'Ravi Menon: online' }).click()
    const menu = ravi.page.getByRole('menu')
    expect(await menu.getByRole('menuitemradio', { name: 'Online' }).getAttribute('aria-checked')).to.equal('true')
    await ravi.shot('presence-own')
    await menu.getByRole('menuitemradio', { name: 'Busy' }).click()
    await ravi.page.getByRole('button', { name: 'Ravi Menon: busy' }).waitFor()
    expect(await ravi.axe()).to.deep.equal([])

    const owner = await on.staff('owner', path, { scheme: 'dark', bypassCSP: true })
    await owner.page.getByText('Ravi Menon is looking too').waitFor()
    await owner.page.getByRole('button', { name: 'Assign', exact: true }).click()
    const list = owner.page.getByRole('menu')
    await list.getByRole('menuitem', { name: 'Ravi Menon busy' }).waitFor()
    await list.getByRole('menuitem', { name: 'Lena Hoffmann offline' }).waitFor()
    await list.getByRole('menuitem', { name: /you\) online$/ }).waitFor()
    await owner.shot('presence-assign')

    // A reload is another connection, and he is as he said.
    await ravi.page.reload()
    await ravi.page.getByRole('button', { name: 'Ravi Menon: busy' }).waitFor()
    await list.getByRole('menuitem', { name: 'Ravi Menon busy' }).waitFor()
    await ravi.page.getByRole('button', { name: 'Ravi Menon: busy' }).click()
    await ravi.page.getByRole('menuitemradio', { name: 'Away' }).click()
    await list.getByRole('menuitem', { name: 'Ravi Menon away' }).waitFor()

    const narrow = await on.staff('Lena Hoffmann', '/inbox', { width: 360, height: 740 })
    await narrow.page.getByRole('button', { name: 'Lena Hoffmann: online' }).click()
    await narrow.page.getByRole('menuitemradio', { name: 'Busy' }).waitFor()
    expect(await narrow.overflow()).to.equal(false)
    await narrow.shot('presence-narrow')
    await list.getByRole('menuitem', { name: 'Lena Hoffmann online' }).waitFor()
  })
})
