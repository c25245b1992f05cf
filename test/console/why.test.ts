import { expect } from 'chai'
import { conversation } from '../../actors/conversation/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

describe('what may be said, as it is shown', () => {
  const app = withApp()
  const on = withBrowser(app)

  it('says why of a message and of a silence, and lets people choose by a link', async () => {
    const { business } = app
    const api = await business.as('owner')
    const person = business.person('Amina Benali')
    person.sends('Hello')
    await app.settled()
    const [line] = (await api.conversations.list({ status: 'open' })).items
    const [conversationId, userId] = [line?.conversationId ?? '', line?.conversation.userId ?? '']
    const spring = { content: { kind: 'text', text: 'Spring is here' }, class: 'marketing' }
    const refused = await api.http.post(`/conversations/${conversationId}/messages`, spring).then(
      () => '',
      ({ code }: { code: string }) => code,
    )
    expect(refused).to.equal('consent_missing')
    person.sends('STOP')
    await app.settled()

    const inbox = await on.staff('owner', `/inbox/${conversationId}`, { bypassCSP: true })
    const { page } = inbox
    await page.getByRole('log').getByText('STOP', { exact: true }).waitFor()
    await page.keyboard.press('w')
    const drawer = page.getByRole('dialog', { name: 'What happened with Amina Benali' })
    await drawer.getByText('Not sent: they never consented to marketing messages by WhatsApp.').waitFor()
    await drawer.getByText('Read as STOP by WhatsApp, and dealt with at once.').waitFor()
    await drawer.getByTitle('Rule guard.consent@1').click()
    expect(await inbox.axe()).to.deep.equal([])
    await inbox.shot('why')
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    // Without keys: from the menu; and of what a machine may not say, beside it in the thread.
    await app.careline.system
      .workspace(business.workspace.id, principal('automation', 'ai'))
      .at(conversation, conversationId)
      .propose({ text: 'Shall I help?', sawRev: 0 })
    const held = page.getByRole('log').locator('[data-what=held_back]')
    await held.getByRole('button', { name: 'Why this message' }).click()
    const ofHeld = page.getByRole('dialog', { name: 'Why this message' })
    await ofHeld.getByText('A machine’s answer was held back: machines may do nothing here.').waitFor()
    await inbox.shot('why-held-back')
    await page.keyboard.press('Escape')
    await ofHeld.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Put off, priority, tags and more' }).click()
    await page.getByRole('button', { name: 'What was decided and what happened' }).click()
    await drawer.getByText('Read as STOP by WhatsApp, and dealt with at once.').waitFor()
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    const asks = page.getByRole('button', { name: 'Why this message' })
    const ofAnswer = asks.nth(-2)
    await ofAnswer.focus()
    await ofAnswer.click()
    await page.getByRole('dialog', { name: 'Why this message' }).getByText('A machine wrote.').waitFor()

    const place = { workspaceId: business.workspace.id, userId, channel: 'whatsapp', purpose: 'operational' } as const
    const link = new URL(await app.careline.preferences.linkOf(place)).pathname
    const own = await on.blank({ width: 360, height: 740, scheme: 'dark', bypassCSP: true })
    await own.go(link)
    await own.page.getByText('clinic writes to you as you choose here.').waitFor()
    expect(await own.axe()).to.deep.equal([])
    expect(await own.overflow()).to.equal(false)
    await own.shot('preferences-narrow-dark')
    await own.page
      .getByRole('group', { name: 'WhatsApp' })
      .getByLabel(/^Offers and news/)
      .check()
    await own.page.getByRole('button', { name: 'Save what I chose' }).click()
    await own.page.getByText('Saved.').waitFor()
    const { items } = await api.http.get<{ items: object[] }>(`/users/${userId}/consents`)
    expect(JSON.stringify(items)).to.match(/"marketing","state":"granted","method":"preferences"/)

    const rules = await on.staff('owner', '/settings/business', { bypassCSP: true })
    const contact = rules.page.getByRole('region', { name: 'When people are written to' })
    await contact.getByLabel(/^It is quiet from/).fill('20:30')
    await contact.getByRole('button', { name: 'Save' }).click()
    await contact.getByText('Saved.').waitFor()
    expect((await api.business.now()).settings.contact).to.include({ quietFrom: '20:30', quietTo: '08:00' })
    await contact.scrollIntoViewIfNeeded()
    await rules.shot('contact-rules')
    expect([...inbox.faults, ...own.faults, ...rules.faults]).to.deep.equal([])
  })
})
