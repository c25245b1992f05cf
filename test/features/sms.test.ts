import { expect } from 'chai'
import { recordsOf } from '../../client/records.ts'
import { type Business, withApp } from '../harness/boot.ts'
import { textPhones } from '../harness/text-phones.ts'
import { until } from '../harness/until.ts'

describe('SMS as a channel of the inbox', () => {
  const app = withApp()
  let cafe: Business
  let channelId: string
  const number = '+15005550100'
  let people = 0
  const freshPerson = () => `+49151${String(60_000_000 + ++people)}`

  before(async () => {
    cafe = await app.open('cafe', { isSandbox: true })
    const owner = await cafe.as('owner')
    const made = await owner.connections.connect({
      ...{ kind: 'sms', provider: 'twilio', name: 'Texts', from: number, simulate: true },
    })
    channelId = made.id
    expect(made.madeUp).to.deep.equal(['accountSid', 'authToken'])
  })
  const settled = async () => {
    await app.settled()
    await app.careline.twilioSimulator?.settled()
    await app.settled()
  }
  const phones = textPhones(app)
  const writes = async (from: string, text: string, files: string[] = []) => {
    const said = await phones('/messages', { from, to: number, text, ...(files.length > 0 && { files }) })
    await settled()
    return said
  }
  const conversations = async () => (await (await cafe.as('owner')).conversations.list()).items
  const of = async (phone: string) => (await conversations()).find(({ conversation }) => conversation.contact === phone)
  const thread = async (id: string) => (await (await cafe.as('owner')).conversations.messages(id)).items

  it('is written to, and answers', async () => {
    const phone = freshPerson()
    expect((await writes(phone, 'Is there a table?')).status).to.equal(200)
    const found = await of(phone)
    expect(found?.conversation).to.include({ channelId, windowExpiresAt: null, unread: 1 })
    const staff = await cafe.as('owner')
    const { messageId } = await staff.conversations.send(found?.conversationId ?? '', {
      content: { kind: 'text', text: 'At eight.' },
    })
    await settled()
    const [last] = (await thread(found?.conversationId ?? '')).filter(({ _id }) => _id === messageId)
    expect(last).to.include({ status: 'delivered', channelId })
    const { texts } = await phones('')
    expect(texts[0]).to.include({ to: phone, from: number, text: 'At eight.', status: 'delivered' })
  })

  const waysTo = async (id: string) => (await (await cafe.as('owner')).conversations.ways(id)).items

  it('carries files both ways', async () => {
    const phone = freshPerson()
    const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    await writes(phone, 'Look', [`data:image/png;base64,${dot}`])
    const found = await of(phone)
    const [picture] = await thread(found?.conversationId ?? '')
    expect(picture?.content).to.include({ kind: 'image', caption: 'Look', mime: 'image/png' })
    const { fileId } = picture?.content as { fileId: string }
    expect(fileId).to.match(/^fil_/)
    const staff = await cafe.as('owner')
    const content = { kind: 'image' as const, mime: 'image/png', fileId, caption: 'And back' }
    await staff.conversations.send(found?.conversationId ?? '', { content })
    await settled()
    const { texts } = await phones('')
    expect(texts[0]).to.include({ text: 'And back', to: phone, status: 'delivered' })
    expect(texts[0].files).to.deep.equal([`data:image/png;base64,${dot}`])
  })

  it('says why one was not delivered, in the provider’s words', async () => {
    const phone = freshPerson()
    await writes(phone, 'Hello')
    const found = await of(phone)
    const staff = await cafe.as('owner')
    await phones('/faults', { failLater: { code: 30007, times: 1 } })
    const { messageId } = await staff.conversations.send(found?.conversationId ?? '', {
      content: { kind: 'text', text: 'Buy now' },
    })
    await settled()
    expect((await staff.messages.get(messageId)).error).to.include({ code: 'filtered', providerCode: 30007 })
    await phones('/faults', { refuse: { code: 21612, times: 1 } })
    const { messageId: other } = await staff.conversations.send(found?.conversationId ?? '', {
      content: { kind: 'text', text: 'Hello?' },
    })
    await settled()
    expect((await staff.messages.get(other)).error).to.include({ code: 'unroutable', providerCode: 21612 })
    await settled()
  })

  it('and WhatsApp are one thread, and either way is open', async () => {
    const maria = cafe.person('Maria')
    const phone = `+${maria.waId}`
    // Both at once, and neither knows of the other.
    maria.sends({ kind: 'text', text: 'By WhatsApp' })
    await phones('/messages', { from: phone, to: number, text: 'By SMS' })
    await settled()
    const hers = (await conversations()).filter(({ conversation }) => conversation.contact === phone)
    expect(hers).to.have.length(1)
    const id = hers[0]?.conversationId ?? ''
    expect((await thread(id)).map(({ content }) => 'text' in content && content.text)).to.have.members([
      'By WhatsApp',
      'By SMS',
    ])
    const ways = await waysTo(id)
    expect(ways.map(({ kind, address }) => [kind, address])).to.deep.equal([
      ['whatsapp', maria.waId],
      ['sms', phone],
    ])
    await writes(phone, 'Here again')
    expect((await waysTo(id)).find(({ isUsual }) => isUsual)?.kind).to.equal('sms')
    const staff = await cafe.as('owner')
    const { messageId } = await staff.conversations.send(id, {
      content: { kind: 'text', text: 'There' },
      channelId: cafe.channel.id,
    })
    await settled()
    expect(await staff.messages.get(messageId)).to.include({ channelId: cafe.channel.id, status: 'delivered' })
  })

  it('reaches who has only ever written by WhatsApp', async () => {
    const nils = cafe.person('Nils')
    nils.sends({ kind: 'text', text: 'Hello' })
    await settled()
    const found = await of(`+${nils.waId}`)
    expect((await waysTo(found?.conversationId ?? '')).map(({ kind }) => kind)).to.deep.equal(['whatsapp', 'sms'])
    const staff = await cafe.as('owner')
    const { messageId } = await staff.conversations.send(found?.conversationId ?? '', {
      ...{ content: { kind: 'text' as const, text: 'By SMS then' }, channelId },
    })
    await settled()
    expect(await staff.messages.get(messageId)).to.include({ channelId, status: 'delivered' })
  })

  it('ends with STOP, which the provider answers, and begins with START', async () => {
    const phone = freshPerson()
    await writes(phone, 'Hello')
    await writes(phone, 'STOP')
    const found = await of(phone)
    const id = found?.conversationId ?? ''
    const bySms = async () => (await waysTo(id)).find(({ kind }) => kind === 'sms')
    expect((await bySms())?.whyNot).to.equal('stopped')
    expect(
      (await thread(id)).filter(({ direction }) => direction === 'out'),
      'Twilio has answered',
    ).to.have.length(0)
    await writes(phone, 'START')
    expect((await bySms())?.whyNot).to.equal(null)
  })

  it('carries what WhatsApp refuses for good, where the business wants that', async () => {
    const kim = cafe.person('Kim')
    kim.sends({ kind: 'text', text: 'Hello' })
    await settled()
    const id = (await of(`+${kim.waId}`))?.conversationId ?? ''
    const staff = await cafe.as('owner')
    const settings = app.careline.settings
    const change = { 'settings.fallsBackToSms': true }
    await app.careline.storage.store.platform('workspaces').updateOne({ _id: cafe.workspace.id }, { $set: change })
    await settings.changed(cafe.workspace.id)
    app.simulator.setFaults(app.simulator.channel({ channelId: cafe.channel.id }), {
      failLater: { code: 131026, times: 1 },
    })
    const screen = await cafe.screen('owner')
    const thread = screen.stream('conversation', id)
    await thread.ready()
    const { messageId } = await staff.conversations.send(id, { content: { kind: 'text', text: 'Either way' } })
    await settled()
    const shown = () => thread.state()?.messages.find(({ _id }) => _id === messageId)
    await until(() => shown()?.status === 'delivered')
    expect(shown(), 'whoever looks on sees which way it went').to.include({ channelId })
    const message = await staff.messages.get(messageId)
    expect(message).to.include({ channelId, status: 'delivered' })
    expect(message.fellBack).to.include({ channelId: cafe.channel.id })
    const { texts } = await phones('')
    expect(texts.filter(({ text }: any) => text === 'Either way')).to.have.length(1)
  })

  it('is how the business writes first: to somebody who was entered, or to a number that nobody is known by', async () => {
    const owner = await cafe.as('owner')
    const records = recordsOf(owner.http)
    const phone = freshPerson()
    const { userId } = await records.enter({ name: 'Ida', identities: [{ kind: 'phone', value: phone }] })
    const before = await owner.conversations.list({ limit: 100 })
    const { conversationId } = await records.openConversation(userId)
    expect(await records.openConversation(userId)).to.deep.equal({ conversationId })
    expect((await owner.conversations.get(conversationId)).name).to.equal('Ida')
    expect((await owner.conversations.list({ limit: 100 })).items, 'nothing was said yet').to.have.length(
      before.items.length,
    )
    await owner.conversations.send(conversationId, { content: { kind: 'text', text: 'Your table is ready' } })
    await settled()
    expect((await phones('')).texts[0]).to.include({ to: phone, text: 'Your table is ready', status: 'delivered' })
    expect((await of(phone))?.conversation).to.include({ status: 'open', unread: 0, channelId: null })

    const write = (value: string, text: string) =>
      owner.http.post<{ conversationId: string }>('/messages', {
        ...{ to: { kind: 'phone', value }, name: 'Ove', content: { kind: 'text', text }, class: 'conversational' },
      })
    const other = freshPerson()
    const [one, two] = await Promise.all([write(other, 'First'), write(other, 'Second')])
    expect(one.conversationId).to.equal(two.conversationId)
    await settled()
    expect((await of(other))?.conversation).to.include({ name: 'Ove', status: 'open' })
    expect((await thread(one.conversationId)).map(({ status }) => status)).to.deep.equal(['delivered', 'delivered'])
    await writes(other, 'Thanks')
    expect((await of(other))?.conversation).to.include({ unread: 1, channelId })
  })

  it('goes nowhere first where somebody said STOP', async () => {
    const phone = freshPerson()
    const owner = await cafe.as('owner')
    await owner.http.post('/suppressions', { places: [{ channel: 'sms', address: phone }] })
    const refused = await owner.http
      .post('/messages', { to: { kind: 'phone', value: phone }, content: { kind: 'text', text: 'Hello' } })
      .catch((error: unknown) => error)
    expect(refused).to.include({ code: 'address_suppressed' })
    const { userId } = await recordsOf(owner.http).enter({ identities: [{ kind: 'phone', value: phone }] })
    const { conversationId } = await recordsOf(owner.http).openConversation(userId)
    await settled()
    const again = await owner.conversations
      .send(conversationId, { content: { kind: 'text', text: 'Hello' } })
      .catch((error: unknown) => error)
    expect(again, 'it is no answer').to.include({ code: 'address_suppressed' })
  })

  it('takes six at once from somebody new, into one conversation', async () => {
    const phone = freshPerson()
    const six = ['1', '2', '3', '4', '5', '6']
    await Promise.all(six.map((text) => phones('/messages', { from: phone, to: number, text })))
    await settled()
    const theirs = (await conversations()).filter(({ conversation }) => conversation.contact === phone)
    expect(theirs).to.have.length(1)
    const said = (await thread(theirs[0]?.conversationId ?? '')).map(({ content }) => 'text' in content && content.text)
    expect(said).to.have.members(six)
  })
})
