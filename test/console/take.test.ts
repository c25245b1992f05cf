import type { WebSocketRoute } from 'playwright-core'
import { withApp } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

describe('taking a conversation', () => {
  const app = withApp()
  const on = withBrowser(app)
  before(async () => {
    await app.business.member('Ravi Menon')
    for (const name of ['Grace Okonkwo', 'Tomás Arrieta']) {
      app.business.person(name).sends(`I am ${name}`)
      await app.settled()
    }
  })

  it('is one press, and who comes second is told who was first', async () => {
    const { page } = await on.staff('owner', '/inbox')
    // From now on the page hears nothing until it is told so: it does not see what a colleague does.
    let held: (string | Buffer)[] | undefined
    let line: WebSocketRoute | undefined
    await page.routeWebSocket(/socket\.io/, (route) => {
      line = route
      const server = route.connectToServer()
      route.onMessage((message) => server.send(message))
      server.onMessage((message) => {
        if (held) held.push(message)
        else route.send(message)
      })
    })
    await page.reload()
    await page.getByRole('link', { name: /Grace Okonkwo/ }).click()
    await page.getByRole('button', { name: 'Take' }).click()
    await page.getByRole('button', { name: 'Assigned to You' }).waitFor()

    await page.getByRole('link', { name: /Tomás Arrieta/ }).click()
    const take = page.getByRole('button', { name: 'Take' })
    await take.waitFor()
    held = []
    const api = await app.business.as('Ravi Menon')
    const { items } = await api.conversations.list({ limit: 100 })
    const theirs = items.find(({ conversation }) => conversation.name === 'Tomás Arrieta')
    await api.conversations.take(theirs?.conversationId ?? '')
    await take.click()
    const late = held
    held = undefined
    for (const message of late) line?.send(message)
    await page.getByRole('alert').getByText('Ravi Menon was first.').waitFor()
    await page.getByRole('button', { name: 'Assigned to Ravi Menon' }).waitFor()
    await take.waitFor({ state: 'detached' })
  })
})
