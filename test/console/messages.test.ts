import { expect } from 'chai'
import { sampleImage } from '../../providers/whatsapp/simulator/samples.ts'
import { templatesOf } from '../../client/templates.ts'
import { TemplateWords } from '../../kernel/template.ts'
import { withApp } from '../harness/boot.ts'
import { withBrowser, type Screen } from './browser.ts'
import { pastClock } from './scene.ts'

describe('what a conversation shows', () => {
  const time = pastClock()
  const app = withApp({}, time.clock)
  const on = withBrowser(app)

  async function somebody(name: string, ...texts: string[]) {
    const person = app.business.person(name)
    for (const text of texts.length > 0 ? texts : ['Hello']) person.sends(text)
    await app.settled()
    const api = await app.business.as('owner')
    const { items } = await api.conversations.list({ limit: 100 })
    const conversationId = items.find(({ conversation }) => conversation.name === name)?.conversationId ?? ''
    return { person, conversationId, api }
  }
  const log = ({ page }: Screen) => page.getByRole('log')

  it('shows each kind of message for what it is', async () => {
    const { person, conversationId, api } = await somebody('Amina', 'See <b>this</b>: https://example.org/a?b=1. Good?')
    const screen = await on.staff('owner', `/inbox/${conversationId}`)
    const { page } = screen
    const thread = page.getByRole('log')
    const link = thread.getByRole('link', { name: 'https://example.org/a?b=1' })
    expect(await link.getAttribute('href')).to.equal('https://example.org/a?b=1')
    expect(await link.getAttribute('rel')).to.contain('noreferrer')
    await thread.getByText('See <b>this</b>:').waitFor()

    const { id } = person.sends({ kind: 'image', sample: 'image', caption: 'My form' })
    person.sends({ kind: 'voice', sample: 'voice' })
    person.sends({ kind: 'document', sample: 'document' })
    person.sends({ kind: 'location', latitude: 33.5731, longitude: -7.5898, name: 'Café Clock' })
    person.sends({ kind: 'contacts', contacts: [{ name: 'Dr. Haddad', phones: ['+212 5 22 00 11 22'] }] })
    person.sends({ kind: 'sticker', sample: 'image' })
    person.sends({ kind: 'unsupported', what: 'poll' })
    await thread.getByRole('img', { name: 'My form' }).waitFor()
    await page.waitForFunction(() =>
      [...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0),
    )
    await thread.getByRole('button', { name: 'Play: Voice message' }).waitFor()
    await thread.getByText('0:02').waitFor()
    const where = thread.getByRole('slider', { name: 'Where the sound stands: Voice message' })
    await where.scrollIntoViewIfNeeded()
    // Somebody speaks: some of it is loud, some is not.
    const wave = thread.locator('path[data-heard]')
    await wave.waitFor({ state: 'attached' })
    const tops = [...((await wave.getAttribute('d')) ?? '').matchAll(/M[\d.]+ ([\d.]+)V/g)].map(([, top]) =>
      Number(top),
    )
    expect(tops).to.have.length(42)
    expect([Math.min(...tops) < 0.1, Math.max(...tops) > 0.9]).to.deep.equal([true, true])
    await screen.shot('voice')
    await thread.getByRole('link', { name: /sample\.pdf/ }).waitFor()
    const map = await thread.getByRole('link', { name: 'Open the map' }).getAttribute('href')
    expect(map).to.match(/^https:\/\/www\.openstreetmap\.org\/\?mlat=33\.5731&mlon=-7\.5898/)
    await thread.getByText('+212 5 22 00 11 22').waitFor()
    await thread.getByText(/WhatsApp cannot show this to us/).waitFor()

    await thread.getByRole('button', { name: 'Look at the photo: My form' }).click()
    await page.getByRole('dialog', { name: 'My form' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(page.url()).to.contain(conversationId)

    await api.conversations.send(conversationId, {
      content: { kind: 'buttons', text: 'Which one?', buttons: [{ id: 'thu', title: 'Thursday' }] },
    })
    await thread.getByRole('list', { name: 'Offered buttons' }).getByText('Thursday').waitFor()
    await api.conversations.send(conversationId, {
      content: {
        kind: 'list',
        text: 'Or these',
        button: 'Times',
        rows: [{ id: 'fri', title: 'Friday', description: '19:00' }],
      },
    })
    await thread.getByRole('list', { name: 'Offered list' }).getByText('Friday').waitFor()
    await app.settled()
    expect(person.chat().messages.some((one) => one.id === id)).to.equal(true)
    expect(screen.faults).to.deep.equal([])
  })

  it('shows what is done on the phone: tapped, reacted, replied, edited, withdrawn', async () => {
    const { person, conversationId, api } = await somebody('Priya', 'Is it at ten?')
    await api.conversations.send(conversationId, {
      content: { kind: 'buttons', text: 'At eleven. Is that fine?', buttons: [{ id: 'y', title: 'Yes, fine' }] },
    })
    await app.settled()
    const inbox = await on.staff('owner', `/inbox/${conversationId}`)
    const { page } = await on.phones([person.waId])
    await page.getByRole('button', { name: /Open the chat/ }).click()
    await page.getByRole('button', { name: 'Yes, fine' }).click()
    await log(inbox).getByText('Tapped a button').waitFor()
    await log(inbox).getByText('Yes, fine').last().waitFor()

    const choose = async (words: string, what: string) => {
      await page.getByRole('button', { name: `What to do with “${words}` }).click()
      await page.getByRole('button', { name: what, exact: true }).click()
    }
    await choose('At eleven', 'React with ❤️')
    await log(inbox).getByTitle('They reacted with ❤️').waitFor()
    await choose('At eleven', 'Reply')
    await page.getByLabel('Message as Priya').fill('Can it be noon?')
    await page.getByLabel('Message as Priya').press('Enter')
    await log(inbox).getByText('Can it be noon?').waitFor()
    await log(inbox).getByText('In reply to').last().waitFor()
    await choose('Can it be noon?', 'Edit')
    await page.getByLabel('Message as Priya').fill('Can it be one?')
    await page.getByLabel('Message as Priya').press('Enter')
    await log(inbox).getByText('Can it be one?').waitFor()
    await log(inbox).getByText('edited').waitFor()
    await choose('Can it be one?', 'Delete')
    await log(inbox).getByText('Withdrawn by the sender').waitFor()
    expect(await log(inbox).getByText('Can it be').count()).to.equal(0)
  })

  it('forgets in the list, too, what was withdrawn', async () => {
    const { person, conversationId } = await somebody('Nadia', 'Good morning')
    const { id } = person.sends('This was for somebody else')
    await app.settled()
    const { page } = await on.staff('owner', `/inbox/${conversationId}`)
    await page.getByRole('link', { name: /Nadia.*This was for somebody else/s }).waitFor()
    person.sends({ kind: 'delete', to: id })
    await page.getByRole('log').getByText('Withdrawn by the sender').waitFor()
    await page.getByText('This was for somebody else').waitFor({ state: 'detached' })
  })

  it('sends files, and answers one message among many', async () => {
    const { person, conversationId } = await somebody('Mateo', 'How do I get there?', 'And when?')
    const inbox = await on.staff('owner', `/inbox/${conversationId}`)
    const bubble = log(inbox).getByText('How do I get there?')
    await bubble.hover()
    await log(inbox).getByRole('button', { name: 'Reply to this message' }).first().click()
    await inbox.page.getByText('Reply to How do I get there?').waitFor()
    await inbox.page
      .getByLabel('Files to attach')
      .setInputFiles({ name: 'way.png', mimeType: 'image/png', buffer: sampleImage() })
    await inbox.page.getByRole('list', { name: 'Attached' }).getByText('way.png').waitFor()
    await inbox.page.getByRole('textbox', { name: 'Answer to Mateo' }).fill('By the blue door')
    await inbox.page.getByRole('button', { name: 'Send', exact: true }).click()
    await log(inbox).getByRole('img', { name: 'By the blue door' }).waitFor()
    await log(inbox).getByTitle('Delivered').waitFor()
    const got = person.chat().messages.at(-1)
    expect(got?.content).to.include({ kind: 'image', caption: 'By the blue door' })
    expect(got?.replyTo).to.equal(person.chat().messages[0]?.id)

    const refused = { name: 'run.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from('MZ') }
    await inbox.page.getByLabel('Files to attach').setInputFiles(refused)
    await inbox.page.getByRole('alert').getByText('Files of this type are not taken.').waitFor()
    inbox.faults.splice(0) // The browser tells of the refused upload, as it should.

    const share = inbox.page.getByRole('button', { name: 'Share a contact or a place' })
    await share.click()
    await inbox.page.getByLabel('Who', { exact: true }).fill('Dr. Haddad')
    await inbox.page.getByLabel('Number', { exact: true }).fill('+212 5 22 00 11 22')
    await inbox.page.getByRole('button', { name: 'Send the contact' }).click()
    await log(inbox).getByText('+212 5 22 00 11 22').waitFor()
    await share.click()
    await inbox.page.getByLabel('What it is called').fill('Café Clock')
    await inbox.page
      .getByLabel('Link to a map, or coordinates')
      .fill('https://www.openstreetmap.org/?mlat=33.5731&mlon=-7.5898')
    await inbox.shot('share')
    await inbox.page.getByRole('button', { name: 'Send the place' }).click()
    await log(inbox).getByRole('link', { name: 'Open the map' }).waitFor()
    await app.settled()
    const kinds = person.chat().messages.flatMap(({ content, by }) => (by === 'business' ? [content.kind] : []))
    expect(kinds).to.deep.equal(['image', 'contacts', 'location'])
    expect(inbox.faults).to.deep.equal([])
  })

  it('records a voice note, which can be listened to, and says why where it cannot', async () => {
    const { person, conversationId } = await somebody('Ingrid', 'Please call me')
    const inbox = await on.staff('owner', `/inbox/${conversationId}`)
    const { page } = inbox
    const microphone = page.getByRole('button', { name: 'Record a voice note' })
    const note = page.getByRole('region', { name: 'Voice note', exact: true })
    await microphone.click()
    await note.getByText('0:01', { exact: false }).first().waitFor()
    await inbox.shot('voice-recording')
    // The key that stops is under the finger, and the next one sends.
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Play: Your voice note' }).waitFor()
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label')?.startsWith('Answer to'))
    await page.getByRole('button', { name: 'Send', exact: true }).and(page.locator(':enabled')).waitFor()
    await page.keyboard.press('Enter')
    await log(inbox).getByRole('button', { name: 'Play: Voice message' }).waitFor()
    await log(inbox).getByTitle('Delivered').waitFor()
    const [said] = person.chat().messages.slice(-1)
    expect(said?.content).to.include({ kind: 'voice', mime: 'audio/ogg' })
    const bytes = app.simulator.ledger.media((said?.content as { mediaId: string }).mediaId)?.bytes ?? new Uint8Array()
    expect(Buffer.from(bytes.subarray(0, 4)).toString()).to.equal('OggS')
    expect(Buffer.from(bytes).indexOf('OpusHead\x01\x01'), 'of one channel').to.be.greaterThan(0)

    await microphone.click()
    await note.getByRole('button', { name: 'Discard' }).click()
    await note.waitFor({ state: 'detached' })
    expect(await page.getByRole('list', { name: 'Attached' }).count()).to.equal(0)
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('No.', 'NotAllowedError'))
    })
    await microphone.click()
    await note.getByRole('alert').getByText('The browser keeps the microphone from this page.').waitFor()
  })

  it('loads what is older while one scrolls up, and keeps the place', async () => {
    const { api, conversationId } = await somebody('Elif', ...Array.from({ length: 70 }, (_, n) => `message ${n + 1}.`))
    for (let n = 71; n <= 130; n++) await api.conversations.note(conversationId, `message ${n}.`)
    const inbox = await on.staff('owner', `/inbox/${conversationId}`)
    const thread = log(inbox)
    await thread.getByText('message 130.').waitFor()
    expect(await thread.getByText('message 80.').count()).to.equal(0)
    const first = thread.getByText('message 81.')
    await first.scrollIntoViewIfNeeded()
    const before = await first.boundingBox()
    await thread.getByText('message 31.').waitFor({ state: 'attached' })
    const after = await first.boundingBox()
    expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0))).to.be.lessThan(4)
    await thread.evaluate((box) => box.scrollTo(0, 0))
    await thread.getByText('message 1.', { exact: true }).waitFor({ state: 'attached' })
    await thread.evaluate((box) => box.scrollTo(0, 0))
    await thread.getByText('The conversation with Elif begins here').waitFor()

    await app.business.app.settled()
    await inbox.page.getByRole('button', { name: 'To the end' }).click()
    await thread.getByText('message 130.').waitFor()
  })

  it('says that the window has closed, and why; notes go on', async () => {
    time.back(25 * 60)
    const { conversationId, api } = await somebody('Hannah', 'I write tomorrow')
    time.back(0)
    const picture = await api.files.upload(sampleImage(), { mime: 'image/png', name: 'room.png', purpose: 'template' })
    const header = { format: 'image', handle: '', file: { ...picture, fileName: 'room.png' } } as const
    const words = TemplateWords.parse({ header, body: 'This is the room where we meet.' })
    const about = { name: 'our_room', language: 'en', category: 'utility' } as const
    const own = templatesOf(api.http)
    await own.submit((await own.make({ ...about, channelId: app.business.channel.id, words })).id)
    const placed = TemplateWords.parse({ header: { format: 'location' }, body: 'This is where we meet.' })
    const way = { ...about, name: 'our_way', channelId: app.business.channel.id, words: placed }
    await own.submit((await own.make(way)).id)
    await app.settled()
    const inbox = await on.staff('owner', `/inbox/${conversationId}`)
    await inbox.page.getByText('Free text is not possible now.').first().waitFor()
    await inbox.page.getByText(/24 hours after the last message of Hannah/).waitFor()
    // A day that is named or called yesterday: shortly after midnight it is the one before.
    await log(inbox)
      .getByText(/^(Yesterday|[A-Z][a-z]+day \d+ [A-Z][a-z]+)$/)
      .waitFor()
    // What can go instead is read from WhatsApp, filled in for her, and completed.
    await inbox.page.getByLabel('A template can go instead').selectOption({ label: 'appointment reminder (en)' })
    await inbox.page.getByRole('textbox', { name: /^Place 1/ }).fill('Hannah')
    await inbox.page.getByRole('textbox', { name: /^Place 2/ }).fill('Friday')
    await inbox.shot('window-closed')
    await inbox.page.keyboard.press('Enter')
    await log(inbox).getByText('Hello Hannah, your appointment is on Friday.').waitFor()
    // Its own picture goes, where nobody chooses another.
    await inbox.page.getByLabel('A template can go instead').selectOption({ label: 'our room (en)' })
    await inbox.page.getByText('Chosen: room.png').waitFor()
    await inbox.page.getByRole('button', { name: 'Send the template' }).click()
    await log(inbox).getByText('This is the room where we meet.').waitFor()
    await log(inbox).getByRole('img').last().waitFor()
    await inbox.shot('template-picture')
    // A place is another one each time.
    await inbox.page.getByLabel('A template can go instead').selectOption({ label: 'our way (en)' })
    await inbox.page.getByLabel('What the place is called').fill('The clinic')
    await inbox.page.getByLabel('Its address').fill('Marienplatz 1')
    await inbox.page.getByLabel('Link to a map, or coordinates').fill('48.1371, 11.5754')
    await inbox.shot('template-place')
    await inbox.page.getByRole('button', { name: 'Send the template' }).click()
    await log(inbox).getByText('This is where we meet.').waitFor()
    await log(inbox).getByText('Marienplatz 1').waitFor()
    await inbox.page.getByRole('button', { name: 'Write a note' }).click()
    await inbox.page.getByRole('textbox', { name: 'Note' }).fill('Wait for her.')
    await inbox.page.keyboard.press('Enter')
    await log(inbox).getByText('Wait for her.').waitFor()
  })

  it('knows the person: another name, and the way machines speak again', async () => {
    const { conversationId, api } = await somebody('Jon', 'Hi')
    await api.conversations.send(conversationId, { content: { kind: 'text', text: 'Hello Jon' } })
    const inbox = await on.staff('owner', `/inbox/${conversationId}`)
    await inbox.page.getByText(/Automation is silent until/).waitFor()
    await inbox.page.getByRole('button', { name: 'Resume' }).click()
    await inbox.page.getByText(/Automation is silent until/).waitFor({ state: 'detached' })
    const pane = inbox.page.getByRole('complementary', { name: 'About Jon' })
    await pane.getByText('First seen').waitFor()
    await pane.getByRole('button', { name: 'Change the name of Jon' }).click()
    await pane.getByRole('textbox', { name: 'Name' }).fill('Jonas Lund')
    await pane.getByRole('button', { name: 'Save' }).click()
    await inbox.page.getByRole('heading', { level: 1, name: 'Jonas Lund' }).waitFor()
    await inbox.page
      .getByRole('link', { name: /Jonas Lund/ })
      .first()
      .waitFor()
  })
})
