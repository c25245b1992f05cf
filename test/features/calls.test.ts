import { expect } from 'chai'
import type { Api } from '../../client/api.ts'
import { callsOf } from '../../client/calls.ts'
import type { Content } from '../../client/wire.ts'
import { keepPhone } from '../../store/settings/phones.ts'
import { type Business, withApp } from '../harness/boot.ts'
import { textPhones } from '../harness/text-phones.ts'
import { until } from '../harness/until.ts'

describe('telephone calls in the inbox', () => {
  const app = withApp()
  let cafe: Business
  let owner: Api
  let channelId: string
  const number = '+15005550200'
  const desk = '+4915199000001'
  let people = 0
  const freshPerson = () => `+49152${String(60_000_000 + ++people)}`
  // A hum of a fiftieth of a second: enough to be taken for sound.
  const hum = `data:audio/mpeg;base64,${Buffer.concat([Buffer.from('fff340c4', 'hex'), Buffer.alloc(208)]).toString('base64')}`

  before(async () => {
    cafe = await app.open('calling', { isSandbox: true })
    owner = await cafe.as('owner')
    const made = await owner.connections.connect({
      ...{ kind: 'sms', provider: 'twilio', name: 'Line', from: number, simulate: true },
    })
    channelId = made.id
    await keepPhone(app.careline.storage.store, cafe.members['owner']?.accountId ?? '', desk, Date.now())
  })
  afterEach(() => phones('/faults', { calls: null }))
  const settled = async () => {
    await app.careline.twilioSimulator?.settled()
    await app.settled()
  }
  const phones = textPhones(app)
  const calls = async (from: string, says?: string) => {
    const called = await phones('/calls', { from, to: number, ...(says && { says }) })
    await settled()
    return called
  }
  const lineOf = async (phone: string) => {
    const { items } = await owner.conversations.list()
    return items.find(({ conversation }) => conversation.contact === phone)
  }
  const idOf = async (phone: string) => (await lineOf(phone))?.conversationId ?? ''
  const thread = async (id: string) => (await owner.conversations.messages(id)).items
  const callIn = async (id: string) =>
    (await thread(id)).flatMap(({ content }) => (content.kind === 'call' ? [content] : []))
  const calling = () => callsOf(owner.http)
  const setLine = async (change: object) => {
    const own = calling()
    await own.setLine(channelId, { ...(await own.line(channelId)), ...change })
  }
  const becomes = (id: string, wanted: Partial<Extract<Content, { kind: 'call' }>>) =>
    until(async () => {
      const last = (await callIn(id)).at(-1)
      return last && Object.entries(wanted).every(([key, value]) => last[key as 'status'] === value)
    })

  it('that nobody takes are missed, wait for an answer, and say what the business chose', async () => {
    await setLine({ greeting: 'Hello & welcome to <Café>.', recordingNotice: 'We record.' })
    const phone = freshPerson()
    const { status, hears, left } = await calls(phone)
    expect([status, left]).to.deep.equal([200, false])
    expect(hears.slice(0, 2)).to.deep.equal(['Hello & welcome to <Café>.', 'We record.'])
    const line = await until(() => lineOf(phone))
    await becomes(line.conversationId, { status: 'missed' })
    const { conversation, last } = await until(() => lineOf(phone))
    expect(conversation).to.include({ unread: 1, status: 'open' })
    expect(conversation.waitingSince).to.be.a('string')
    expect(last).to.include({ kind: 'call', text: 'Missed call', direction: 'in' })
  })

  it('bring what was said after the tone as a voice message, which Twilio then keeps no longer', async () => {
    const phone = freshPerson()
    const { id: sid, left } = await calls(phone, hum)
    expect(left).to.equal(true)
    const id = await until(() => idOf(phone))
    const voice = await until(async () =>
      (await thread(id)).find(({ content }) => content.kind === 'voice' && content.fileId !== undefined),
    )
    const [call] = await thread(id)
    expect(voice.replyTo, 'it belongs to the call').to.equal(call?._id)
    const { account, token } = await accountOf()
    const kept = () =>
      fetch(`${app.url}/simulator/twilio/2010-04-01/Accounts/${account}/Recordings/RE${sid.slice(2)}.json`, {
        headers: { authorization: `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}` },
      })
    await until(async () => (await kept()).status === 404)
  })

  const accountOf = async () => {
    const open = await app.careline.channels.opened(channelId)
    return { account: open?.fields['accountSid'] ?? '', token: open?.secrets['authToken'] ?? '' }
  }

  it('are put through to a telephone of the business first, and then nobody waits', async () => {
    await setLine({ putThroughTo: desk })
    const phone = freshPerson()
    expect((await calls(phone)).hears).to.deep.equal([])
    const id = await until(() => idOf(phone))
    await becomes(id, { status: 'completed', seconds: 42 })
    await until(async () => (await lineOf(phone))?.conversation.waitingSince === null)
    await phones('/faults', { calls: { staff: 'no-answer', person: 'answered' } })
    const other = freshPerson()
    expect((await calls(other)).hears).to.have.length.above(0)
    await becomes(await until(() => idOf(other)), { status: 'missed' })
    await setLine({ putThroughTo: '' })
  })

  it('without a number are greeted, asked for nothing, and kept from nobody’s thread', async () => {
    const before = (await owner.conversations.list()).items.length
    const { status, left, hears } = await calls('+266696687', hum)
    expect([status, left]).to.deep.equal([200, false])
    expect(hears.join(' ')).to.include('not shown')
    expect((await owner.conversations.list()).items).to.have.length(before)
  })

  it('go to one thread with what the same person writes', async () => {
    const phone = freshPerson()
    await phones('/messages', { from: phone, to: number, text: 'Hello' })
    await settled()
    await calls(phone)
    expect((await thread(await idOf(phone))).map(({ content }) => content.kind)).to.deep.equal(['text', 'call'])
  })

  it('of the staff ring their own telephone, then the person’s, and neither sees the other’s number', async () => {
    const phone = freshPerson()
    await calls(phone)
    const id = await idOf(phone)
    const thread = (await cafe.screen('owner')).open(`conversation:${id}`)
    await thread.ready()
    const { messageId } = await calling().call(id)
    // As a screen sees it that is open.
    await until(() => {
      const shown = thread.state()?.messages.find(({ _id }) => _id === messageId)?.content
      return shown?.kind === 'call' && shown.status === 'completed' && shown.seconds === 42
    })
    await becomes(id, { status: 'completed', seconds: 42 })
    const message = thread.state()?.messages.find(({ _id }) => _id === messageId)
    expect(message).to.include({ direction: 'out', channelId })
    expect((await lineOf(phone))?.conversation.waitingSince).to.equal(null)
    const { texts } = await phones('')
    const legs = texts.filter(({ call }: { call?: object }) => call).slice(0, 2)
    expect(legs.map(({ from, to }: { from: string; to: string }) => [from, to])).to.deep.equal([
      [number, phone],
      [number, desk],
    ])
  })

  it('of the staff end as the telephones say', async () => {
    const phone = freshPerson()
    await calls(phone)
    const id = await idOf(phone)
    await phones('/faults', { calls: { staff: 'answered', person: 'busy' } })
    await calling().call(id)
    await becomes(id, { status: 'busy' })
    await settled()
    await phones('/faults', { calls: { staff: 'no-answer', person: 'answered' } })
    await calling().call(id)
    await becomes(id, { status: 'cancelled' })
    await phones('/faults', { refuse: { code: 21215, times: 1 } })
    await calling().call(id)
    await becomes(id, { status: 'failed', why: 'The account may not call this country.' })
    expect((await lineOf(phone))?.conversation.waitingSince, 'nobody was reached').to.be.a('string')
  })

  it('are hung up', async () => {
    const phone = freshPerson()
    await calls(phone)
    const id = await idOf(phone)
    await phones('/faults', { calls: { staff: 'answered', person: 'holds' } })
    const { messageId } = await calling().call(id)
    await becomes(id, { status: 'in_progress' })
    const twice = await calling()
      .call(id)
      .catch((error: unknown) => error)
    expect(twice).to.include({ code: 'call_underway' })
    await calling().hangUp(id, messageId)
    await becomes(id, { status: 'completed' })
    await settled()
    const again = await calling()
      .hangUp(id, messageId)
      .catch((error: unknown) => error)
    expect(again).to.include({ code: 'call_over' })
  })

  it('are made once, whether or not Twilio’s answer comes', async () => {
    const phone = freshPerson()
    await calls(phone)
    const id = await idOf(phone)
    await phones('/faults', { dropAnswer: { times: 1 } })
    await calling().call(id)
    await becomes(id, { status: 'completed' })
    await settled()
    const { texts } = await phones('')
    expect(texts.filter(({ to, call }: { to: string; call?: object }) => call && to === phone)).to.have.length(1)
  })

  it('are made by who has a telephone of their own', async () => {
    const phone = freshPerson()
    await calls(phone)
    const refused = await callsOf((await cafe.as('nora')).http)
      .call(await idOf(phone))
      .catch((error: unknown) => error)
    expect(refused).to.include({ code: 'no_own_number' })
  })

  it('are not made to who is blocked, which is told why', async () => {
    const phone = freshPerson()
    await calls(phone)
    const found = await lineOf(phone)
    const { userId } = found?.conversation ?? { userId: '' }
    await owner.http.post(`/users/${userId}/block`, {})
    await settled()
    const refused = await calling()
      .call(found?.conversationId ?? '')
      .catch((error: unknown) => error)
    expect(refused).to.include({ code: 'person_blocked' })
    const why = await owner.http.get<{ items: { rule: string }[] }>(`/users/${userId}/why`)
    expect(JSON.stringify(why)).to.include('call.blocked')
  })
})
