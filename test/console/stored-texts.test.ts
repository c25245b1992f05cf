import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

const evil = '<img src=x onerror=hacked=1><script>hacked=1</script>'

describe('texts that strangers and colleagues chose', () => {
  const app = withApp()
  const on = withBrowser(app)

  it('are shown as they are, and run nowhere', async () => {
    const api = await app.business.as('owner')
    await app.business.member('Mallory')
    const person = app.business.person(evil)
    person.sends(evil)
    await app.settled()
    const [line] = (await api.conversations.list()).items
    const { conversationId = '', conversation } = line ?? {}
    await api.conversations.note(conversationId, evil)
    const mallory = app.business.members['Mallory']?.id ?? ''
    await api.members.change(mallory, { name: evil })
    await api.access.makeKey({ name: evil, scopes: ['members.read'] })
    await api.http.post('/teams', { name: evil })
    await api.http.post('/services', { name: evil, durationMin: 60, priceMinor: 1, currency: 'EUR' })
    await api.http.post('/webhook-endpoints', { name: evil, events: ['user.changed'] })
    await api.http.post('/remarks', { kind: 'person', recordId: conversation?.userId, text: evil })
    await app.settled()

    // Without the policy, which would hide what went wrong.
    const { page } = await on.staff('owner', `/inbox/${conversationId}`, { bypassCSP: true })
    const settings = ['team', 'keys', 'teams', 'webhooks'].map((name) => `/settings/${name}`)
    const paths = [
      `/inbox/${conversationId}`,
      ...settings,
      '/operations/audit',
      `/operations/actors/conversation/${conversationId}`,
    ]
    for (const path of paths) {
      await page.goto(app.url + path)
      await page
        .getByRole('main')
        .getByText(path.includes('/operations/') ? /\w/ : 'onerror')
        .first()
        .waitFor()
      const found = await page.evaluate(() => ({
        hacked: (globalThis as { hacked?: unknown }).hacked,
        images: document.querySelectorAll('img[src="x"]').length,
        links: [...document.querySelectorAll('a')].filter(({ href }) => href.startsWith('javascript:')).length,
      }))
      expect(found, path).to.deep.equal({ hacked: undefined, images: 0, links: 0 })
    }
  })
})
