import type { Page } from 'playwright-core'
import type { Guide } from './guide.ts'

const log = (page: Page) => page.getByRole('log')
const answer = (page: Page, name: string) => page.getByRole('textbox', { name: `Answer to ${name}` })

async function says(page: Page, label: string, text: string) {
  await page.getByLabel(label).fill(text)
  await page.getByLabel(label).press('Enter')
}

async function answers(page: Page, name: string, text: string) {
  await answer(page, name).fill(text)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await log(page).getByText(text).waitFor()
}

/** Somebody who looks after people and never saw a server: clicks, reads what is written, uses the phones. */
export async function carer(guide: Guide) {
  const inbox = await guide.window('inbox')
  await guide.step('opens the first page', inbox, async () => {
    await inbox.goto(guide.address('Console'))
    await inbox.getByRole('heading', { name: /Try the demo/ }).waitFor()
  })
  const phones = await guide.opened('phones', inbox, () =>
    inbox.getByRole('link', { name: /phones of its clients/ }).click(),
  )
  await guide.step('sees the phones beside it', phones, () =>
    phones
      .getByRole('button', { name: /Open the chat/ })
      .first()
      .waitFor(),
  )
  await guide.step('comes in as one of the staff by a press', inbox, async () => {
    await inbox.getByRole('button', { name: /Ana Petrov/ }).click()
    await inbox.getByText('Live', { exact: true }).waitFor()
    await inbox.getByRole('link', { name: /Grace Okafor/ }).waitFor()
  })
  await withWhatsApp(guide, { inbox, phones })
  await withFaults(guide, { inbox, phones })
  await withOtherWays(guide, { inbox, phones })
  await withTheApp(guide, { inbox, phones })
  await withSlack(guide, { inbox, phones })
  await elsewhere(guide, inbox)
}

interface Windows {
  inbox: Page
  phones: Page
}

async function withWhatsApp(guide: Guide, { inbox, phones }: Windows) {
  await guide.step('opens a chat on a phone', phones, async () => {
    await phones
      .getByRole('button', { name: /Open the chat/ })
      .first()
      .click()
    await phones.getByLabel('Message as Grace Okafor').waitFor()
  })
  await guide.step('types on the phone, and sees it in the inbox', inbox, async () => {
    await says(phones, 'Message as Grace Okafor', 'I am at the door.')
    await inbox.getByRole('link', { name: /Grace Okafor.*I am at the door\./s }).waitFor()
  })
  await guide.step('opens the conversation', inbox, async () => {
    await inbox.getByRole('link', { name: /Grace Okafor/ }).click()
    await log(inbox).getByText('I am at the door.').waitFor()
  })
  await guide.step('is seen writing', phones, async () => {
    await answer(inbox, 'Grace Okafor').pressSequentially('One moment')
    await phones.getByRole('status').getByText('typing').waitFor()
  })
  await guide.step('answers, and the ticks go to read', inbox, async () => {
    await answers(inbox, 'Grace Okafor', 'One moment, I open it for you.')
    await phones.getByText('One moment, I open it for you.').first().waitFor()
    await log(inbox).getByTitle('Read').last().waitFor()
  })
  await guide.step('gets a picture from the phone', inbox, async () => {
    await phones.getByLabel('Attach as Grace Okafor').click()
    await phones.getByRole('button', { name: 'Photo', exact: true }).click()
    await log(inbox).getByRole('img', { name: 'This is the form' }).waitFor()
  })
  await guide.step('asks why something happened', inbox, async () => {
    await answer(inbox, 'Grace Okafor').press('Escape')
    await inbox.keyboard.press('w')
    await inbox
      .getByRole('dialog', { name: /What happened with Grace Okafor/ })
      .getByText('They read it.')
      .first()
      .waitFor()
  })
  await inbox.keyboard.press('Escape')
}

async function withFaults(guide: Guide, { inbox, phones }: Windows) {
  const failed = log(inbox).getByRole('group', { name: 'Not delivered' })
  await guide.step('breaks WhatsApp, and sees why it fails', inbox, async () => {
    await phones.getByRole('button', { name: 'Refuse', exact: true }).click()
    await phones.getByText('WhatsApp refuses what is sent.').waitFor()
    await answers(inbox, 'Grace Okafor', 'Room 2 is on the left.')
    await failed.getByText(/\(131026\)/).waitFor()
  })
  await guide.step('mends it, and tries again', inbox, async () => {
    await phones.getByRole('button', { name: 'Mend everything' }).click()
    await phones.getByText('Everything works.').waitFor()
    await failed.getByRole('button', { name: 'Try again' }).click()
    await failed.waitFor({ state: 'detached' })
    await phones.getByText('Room 2 is on the left.').first().waitFor()
  })
}

async function withOtherWays(guide: Guide, { inbox, phones }: Windows) {
  await guide.step('reads an SMS in the same thread, and answers by SMS', inbox, async () => {
    await inbox.getByRole('link', { name: /Liam Chen/ }).click()
    await log(inbox)
      .getByText(/No internet at the airport/)
      .waitFor()
    await answers(inbox, 'Liam Chen', 'We are open until six on Tuesday.')
  })
  await guide.step('finds it among the texts', phones, async () => {
    await phones.getByRole('link', { name: 'SMS', exact: true }).click()
    await phones.getByText('We are open until six on Tuesday.').waitFor()
  })
  await guide.step('answers a mail', inbox, async () => {
    await inbox.getByRole('link', { name: /Maya Fraser/ }).click()
    await log(inbox).getByText('The form of my insurance').first().waitFor()
    await answers(inbox, 'Maya Fraser', 'The invoice comes by post, too.')
  })
  await guide.step('finds it among the mails, and answers as the client', phones, async () => {
    await phones.getByRole('link', { name: 'Mail', exact: true }).click()
    const mail = phones.getByRole('listitem').filter({ hasText: 'The invoice comes by post, too.' })
    await mail.getByRole('button', { name: 'Answer' }).click()
    await phones.getByLabel('Words').fill('By post is fine.')
    await phones.getByRole('button', { name: 'Send', exact: true }).click()
    await log(inbox).getByText('By post is fine.').waitFor()
  })
}

async function withTheApp(guide: Guide, { inbox, phones }: Windows) {
  const phone = phones.getByRole('region', { name: 'Phone 1', exact: true })
  await guide.step('signs in to the app on a phone', phones, async () => {
    await phones.getByRole('link', { name: 'The app', exact: true }).click()
    await phone.getByLabel('Number or e-mail').fill('+90 555 000 0318')
    await phone.getByRole('button', { name: 'Send me a code', exact: true }).click()
    await phone.getByRole('button', { name: /^Messages/ }).click()
    await phone.getByRole('button', { name: 'Sign in', exact: true }).click()
    await phone.getByText(/uygulamadan/).waitFor()
  })
  await guide.step('writes without a network: it waits', phones, async () => {
    await phones.getByRole('switch', { name: 'Phone 1 is online' }).click()
    await says(phones, 'Message on phone 1', 'Tünelden yazıyorum')
    await phone.getByText('Waits to be sent').waitFor()
  })
  await guide.step('is back, and it arrives once', inbox, async () => {
    await phones.getByRole('switch', { name: 'Phone 1 is online' }).click()
    await phone.getByText('Waits to be sent').waitFor({ state: 'detached' })
    await inbox.getByRole('link', { name: /Emre Yıldız/ }).click()
    await log(inbox).getByText('Tünelden yazıyorum').waitFor()
  })
}

async function withSlack(guide: Guide, { inbox, phones }: Windows) {
  await guide.step('takes somebody from Slack', phones, async () => {
    await phones.getByRole('link', { name: 'Slack', exact: true }).click()
    await phones.getByLabel('Buttons are pressed by').selectOption({ label: 'Ana Petrov' })
    const message = phones.getByRole('listitem').filter({ hasText: 'Amina Wanjiru' }).last()
    await message.getByRole('button', { name: 'Take', exact: true }).click()
    await phones.getByText('looks after it').first().waitFor()
  })
  await guide.step('and has them in the inbox', inbox, async () => {
    await inbox.getByRole('link', { name: /Amina Wanjiru.*You/s }).waitFor()
  })
}

/** The other pages of the rail, and the same inbox on a telephone in the dark. */
async function elsewhere(guide: Guide, inbox: Page) {
  for (const [name, heading] of [
    ['People', 'People'],
    ['Mentions', 'Mentions'],
    ['Settings', 'Ana Petrov'],
  ] as const)
    await guide.step(`looks at ${name}`, inbox, async () => {
      await inbox.getByRole('navigation').getByRole('link', { name }).first().click()
      await inbox.getByRole('heading', { name: heading, level: 1 }).waitFor()
    })
  const narrow = await guide.window('narrow', { width: 360, height: 740, scheme: 'dark' })
  await guide.step('comes in on a telephone', narrow, async () => {
    await narrow.goto(guide.address('Console'))
    await narrow.getByRole('button', { name: /Ngozi/ }).click()
    await narrow.getByRole('link', { name: /Maya Fraser/ }).click()
    await log(narrow).getByText('By post is fine.').waitFor()
  })
}
