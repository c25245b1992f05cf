import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { withBrowser, type Screen } from './browser.ts'

describe('phone and inbox, side by side', () => {
  const app = withApp()
  const on = withBrowser(app)

  /** Somebody who has just written, and the id of their conversation. */
  async function somebody(name: string, text = 'Hello') {
    const person = app.business.person(name)
    person.sends(text)
    await app.settled()
    const api = await app.business.as('owner')
    const { items } = await api.conversations.list()
    const conversationId = items.find(({ conversation }) => conversation.name === name)?.conversationId ?? ''
    return { person, conversationId, api }
  }

  const log = ({ page }: Screen) => page.getByRole('log')
  const answer = ({ page }: Screen, name: string) => page.getByRole('textbox', { name: `Answer to ${name}` })
  /** Says it as the person on the screen would. */
  async function say(screen: Screen, name: string, text: string) {
    await answer(screen, name).fill(text)
    await answer(screen, name).press('Enter')
  }

  it('shows what somebody unknown types on the phone, with mark, title and sound, and without a reload', async () => {
    const person = app.business.person('Noor Haddad')
    const inbox = await on.staff('owner', '/inbox')
    await inbox.page.getByText('Live', { exact: true }).waitFor()
    await inbox.page.mouse.click(700, 500)
    await inbox.page.evaluate(() => {
      const seen = globalThis as any
      seen.rang = 0
      document.addEventListener('careline:rang', () => seen.rang++)
      seen.stayed = true
    })
    const phones = await on.phones([person.waId])
    await phones.page.getByRole('button', { name: /Open the chat/ }).click()
    await phones.page.getByLabel('Message as Noor Haddad').fill('Is the appointment tomorrow online?')
    await phones.page.getByLabel('Message as Noor Haddad').press('Enter')

    const row = inbox.page.getByRole('link', { name: /Noor Haddad.*Is the appointment tomorrow online\?.*1 unread/s })
    await row.waitFor()
    await inbox.page.waitForFunction(() => (globalThis as any).rang === 1)
    expect(await inbox.page.title()).to.match(/^\(1\) Inbox · Careline$/)
    expect(await inbox.page.evaluate(() => (globalThis as any).stayed)).to.equal(true)

    await row.click()
    await log(inbox).getByText('Is the appointment tomorrow online?').waitFor()
    await row.getByText('1 unread').waitFor({ state: 'detached' })
    await phones.page.getByRole('listitem').getByTitle('Read').waitFor()
  })

  it('answers, and the tick goes sent, delivered, read as the phone receives and opens it', async () => {
    const { person, conversationId } = await somebody('Ines Moreau')
    person.goes('offline')
    const inbox = await on.staff('owner', `/inbox/${conversationId}`)
    await say(inbox, 'Ines Moreau', 'Yes, the link comes an hour before.')
    await log(inbox).getByTitle('Sent').waitFor()
    person.goes('online')
    await log(inbox).getByTitle('Delivered').waitFor()
    const phones = await on.phones([person.waId])
    await phones.page.getByRole('button', { name: /Open the chat/ }).click()
    await phones.page.getByText('Yes, the link comes an hour before.').waitFor()
    await log(inbox).getByTitle('Read').waitFor()
    expect(await log(inbox).getByText('Yes, the link comes an hour before.').count()).to.equal(1)
  })

  it('shows on each side that the other one writes', async () => {
    const { person, conversationId } = await somebody('Kofi Mensah')
    person.opens()
    const inbox = await on.staff('owner', `/inbox/${conversationId}`)
    const phones = await on.phones([person.waId])
    await phones.page.getByLabel('Message as Kofi Mensah').pressSequentially('One moment')
    await log(inbox).getByText('is writing').waitFor()
    await phones.page.getByLabel('Message as Kofi Mensah').press('Enter')
    await log(inbox).getByText('is writing').waitFor({ state: 'detached' })
    await answer(inbox, 'Kofi Mensah').pressSequentially('Of course')
    await phones.page.getByRole('status').getByText('typing').waitFor()
  })

  it('shows a second screen the same, who looks, and who answers', async () => {
    const { conversationId } = await somebody('Farah Siddiqui')
    const first = await on.staff('owner', `/inbox/${conversationId}`)
    const second = await on.staff('ravi', `/inbox/${conversationId}`)
    await first.page.getByText('ravi is looking too').waitFor()
    await second.page.getByText('owner is looking too').waitFor()
    await answer(second, 'Farah Siddiqui').pressSequentially('I am on it')
    await first.page.getByText('ravi is answering').waitFor()
    await answer(second, 'Farah Siddiqui').press('Enter')
    await log(first).getByText('I am on it').waitFor()

    await first.page.keyboard.press('n')
    await first.page.getByRole('textbox', { name: 'Note' }).fill('Her sister calls at four.')
    await first.page.getByRole('button', { name: 'Add note' }).click()
    await log(second).getByText('Her sister calls at four.').waitFor()
    await log(second).getByText('Note by owner, seen by staff only').waitFor()

    await first.page.getByRole('button', { name: 'Assign' }).click()
    await first.page.getByRole('menuitem', { name: 'ravi' }).click()
    await second.page.getByRole('button', { name: 'Assigned to You' }).waitFor()
    await second.page.keyboard.press('Escape')
    await second.page.keyboard.press('Escape')
    await first.page.close()
  })

  it('tells the provider’s own reason when it refuses, and tries again', async () => {
    const { person, conversationId } = await somebody('Leon Brandt')
    const phones = await on.phones([person.waId])
    const inbox = await on.staff('owner', `/inbox/${conversationId}`)
    await phones.page.getByRole('button', { name: 'Refuse', exact: true }).click()
    await phones.page.getByText('WhatsApp refuses what is sent.').waitFor()
    await say(inbox, 'Leon Brandt', 'Your receipt is ready.')
    const failed = log(inbox).getByRole('group', { name: 'Not delivered' })
    await failed.getByText(/\(131026\)/).waitFor()
    await inbox.page.getByRole('link', { name: /Leon Brandt.*Not delivered/s }).waitFor()
    await inbox.shot('failed')

    await phones.page.getByRole('button', { name: 'Mend everything' }).click()
    await phones.page.getByText('Everything works.').waitFor()
    await failed.getByRole('button', { name: 'Try again' }).click()
    await failed.waitFor({ state: 'detached' })
    await log(inbox).getByTitle('Delivered').waitFor()
    expect(person.chat().messages.filter(({ by }) => by === 'business')).to.have.length(1)
  })

  it('shows everything once while webhooks come twice, in disorder, and late', async () => {
    const { person, conversationId } = await somebody('Sofia Rossi')
    const phones = await on.phones([person.waId])
    const inbox = await on.staff('owner', `/inbox/${conversationId}`)
    await phones.page.getByRole('button', { name: 'Tell twice' }).click()
    await phones.page.getByRole('button', { name: 'Tell in disorder' }).click()
    await phones.page.getByRole('button', { name: 'Open the chat' }).click()
    await say(inbox, 'Sofia Rossi', 'We are here until six.')
    await log(inbox).getByTitle('Read').waitFor()
    for (const text of ['one', 'two', 'three']) {
      await phones.page.getByLabel('Message as Sofia Rossi').fill(text)
      await phones.page.getByLabel('Message as Sofia Rossi').press('Enter')
    }
    for (const text of ['one', 'two', 'three']) await log(inbox).getByText(text, { exact: true }).waitFor()
    await phones.page.getByRole('button', { name: 'Hold webhooks' }).click()
    await phones.page.getByLabel('Message as Sofia Rossi').fill('held')
    await phones.page.getByLabel('Message as Sofia Rossi').press('Enter')
    await phones.page.getByText('to be let go').waitFor()
    expect(await log(inbox).getByText('held', { exact: true }).count()).to.equal(0)
    await phones.page.getByRole('button', { name: 'Mend everything' }).click()
    await log(inbox).getByText('held', { exact: true }).waitFor()
    for (const text of ['one', 'two', 'three', 'held', 'We are here until six.'])
      expect(await log(inbox).getByText(text, { exact: true }).count(), text).to.equal(1)
  })

  it('goes on composing while it is offline, and sends what waits once the line is back', async () => {
    const { person, conversationId } = await somebody('Wen Zhang')
    const inbox = await on.staff('owner', `/inbox/${conversationId}`)
    await inbox.page.getByText('Live', { exact: true }).waitFor()
    await log(inbox).waitFor()
    await inbox.context.setOffline(true)
    // Chromium leaves an open WebSocket alone when a window goes offline: the server's side is cut.
    app.careline.gateway.goaway('closing')
    await inbox.page.getByText('Offline', { exact: true }).waitFor()
    await say(inbox, 'Wen Zhang', 'This was written without a line.')
    await log(inbox).getByText('waits here').waitFor()
    await inbox.page.getByText('Offline, 1 answer waits here').waitFor()
    await inbox.page.getByText('No connection. What you write waits here').waitFor()
    await inbox.shot('offline')

    person.sends('Meanwhile I write, too.')
    await app.settled()
    await inbox.context.setOffline(false)
    await inbox.page.getByText('Live', { exact: true }).waitFor()
    await log(inbox).getByText('Meanwhile I write, too.').waitFor()
    await log(inbox).getByTitle('Delivered').waitFor()
    expect(await log(inbox).getByText('This was written without a line.').count()).to.equal(1)
    expect(person.chat().messages.filter(({ by }) => by === 'business')).to.have.length(1)
  })
})
