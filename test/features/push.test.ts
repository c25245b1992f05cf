import { expect } from 'chai'
import { push } from '../../actors/push/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import { connect } from '../../client/connect.ts'
import type { OwnApi } from '../../client/own.ts'
import { showing } from '../../client/receipts.ts'
import type { SimulatedNotice } from '../../providers/push/simulator/shelf.ts'
import { appPeople, type SignedIn } from '../harness/app-people.ts'
import { type Business, withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

describe('telephones are told of what comes while the app is closed', () => {
  const app = withApp()
  let cafe: Business
  let channelId: string
  before(async () => {
    cafe = await app.open('harbour', { isSandbox: true })
    const owner = await cafe.as('owner')
    await owner.connections.connect({ kind: 'sms', provider: 'twilio', name: 'Texts', from: '+15005550111' })
    channelId = (await owner.connections.connect({ kind: 'app', provider: 'app', name: 'App', simulate: true })).id
    await owner.admin.freezeClock()
  })
  const { settled, signedIn } = appPeople(app, 'harbour', () => cafe)

  const phoneAsks = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${app.url}/simulator/push/devices${path}`, {
      method,
      headers: { authorization: `Bearer ${app.careline.secrets.phoneKey}` },
      ...(body && { body: JSON.stringify(body) }),
    })
    expect(answer.ok, path).to.equal(true)
    return (await answer.json()) as { token: string; address: string; notices: SimulatedNotice[] }
  }
  /** A telephone of theirs with the app on it; answers what is on its lock screen. */
  const phoneOf = async (api: OwnApi, service: 'fcm' | 'webpush' = 'fcm') => {
    const { token, address } = await phoneAsks('POST', '', { business: cafe.workspace.id, service })
    await api.devices.describe({ name: service, platform: 'android', push: { service, token: address } })
    return { token, notices: async () => (await phoneAsks('GET', `/${token}/notices`)).notices }
  }
  const later = async (seconds: number) => {
    const staff = await cafe.as('owner')
    const { now } = await staff.admin.clock()
    await staff.admin.moveClock(new Date(Date.parse(now) + seconds * 1_000).toISOString())
    await settled()
  }
  const said = async ({ conversationId }: SignedIn, text: string) => {
    const staff = await cafe.as('owner')
    const { messageId } = await staff.conversations.send(conversationId, {
      content: { kind: 'text', text },
      channelId,
    })
    await settled()
    return messageId
  }
  const whyOf = async (userId: string, messageId: string) => {
    const staff = await cafe.as('owner')
    const { items } = await staff.http.get<{ items: { name: string; outcome: string; says: string }[] }>(
      `/users/${userId}/why?messageId=${messageId}`,
    )
    return items.filter(({ name }) => name === 'push@1').map(({ outcome, says }) => [outcome, says])
  }

  it('once, without its words, when nothing shows it within a few seconds', async () => {
    const mina = await signedIn('Mina')
    const phone = await phoneOf(mina.api)
    const messageId = await said(mina, 'Your results are here')
    expect(await phone.notices(), 'not at once').to.deep.equal([])
    await later(5)
    await until(async () => (await phone.notices()).length === 1)
    const [notice] = await phone.notices()
    const shown = { title: 'harbour', body: 'You have a new message.', badge: 1, times: 1 }
    expect(notice).to.deep.include({ ...shown, data: { messageId, conversationId: mina.conversationId } })
    expect(JSON.stringify(notice)).to.not.include('results')
    await later(600)
    expect((await phone.notices()).map(({ times }) => times)).to.deep.equal([1])
    expect(await whyOf(mina.user.id, messageId)).to.deep.equal([
      ['told', 'Their telephone was told of it (1 of 1 devices).'],
    ])
  })

  it('with its words where the business wants that, in a browser as well', async () => {
    const staff = await cafe.as('owner')
    await staff.http.patch(`/integrations/${channelId}`, { pushText: 'shown' })
    const otto = await signedIn('Otto')
    const phone = await phoneOf(otto.api, 'webpush')
    await said(otto, 'Table for two, at eight')
    await later(5)
    await until(async () => (await phone.notices()).length === 1)
    expect((await phone.notices())[0]).to.deep.include({ body: 'Table for two, at eight' })
    await staff.http.patch(`/integrations/${channelId}`, { pushText: '' })
  })

  it('not where the app shows it, and not where they have read it', async () => {
    const nora = await signedIn('Nora')
    const phone = await phoneOf(nora.api)
    const client = connect({ url: app.url, token: () => nora.api.token() })
    app.clients.add(client)
    const mine = client.stream('conversation.own', nora.conversationId)
    await mine.ready()
    showing(client, mine)
    const first = await said(nora, 'One')
    await until(() => mine.state()?.messages.at(-1)?._id === first)
    const { system } = app.careline
    const at = system.workspace(cafe.workspace.id, principal('system', 'test')).at(push, nora.user.id)
    await until(async () => (await at.view()).waiting === 0)
    await later(5)
    expect(await phone.notices()).to.deep.equal([])
    expect(await whyOf(nora.user.id, first)).to.deep.equal([])
    client.close()
    const second = await said(nora, 'Two')
    await nora.api.read(1_000)
    await settled()
    await later(5)
    expect(await phone.notices()).to.deep.equal([])
    expect((await whyOf(nora.user.id, second)).map(([outcome]) => outcome)).to.deep.equal(['read'])
  })

  it('a telephone from which the app is gone is let go of, and what cannot be told goes as a text', async () => {
    const staff = await cafe.as('owner')
    const change = { $set: { 'settings.fallsBackToSms': true } }
    await app.careline.storage.store.platform('workspaces').updateOne({ _id: cafe.workspace.id }, change)
    await app.careline.settings.changed(cafe.workspace.id)
    const lena = await signedIn('Lena')
    const phone = await phoneOf(lena.api)
    await phoneAsks('DELETE', `/${phone.token}`)
    const messageId = await said(lena, 'The doctor is late')
    await later(5)
    await settled()
    const { items } = await lena.api.devices.list()
    expect(items.map(({ hasPush }) => hasPush)).to.deep.equal([false])
    expect((await whyOf(lena.user.id, messageId)).map(([outcome]) => outcome)).to.deep.equal(['unreached'])
    await until(async () => (await staff.messages.get(messageId)).channelId !== channelId)
    const sent = await staff.messages.get(messageId)
    expect(sent.fellBack).to.deep.include({ channelId, code: 'unregistered' })
  })

  it('says to whoever manages it which services work, and tells somebody’s devices that it does', async () => {
    const staff = await cafe.as('owner')
    const ida = await signedIn('Ida')
    const phone = await phoneOf(ida.api)
    const tested = await staff.http.post<any>(`/channels/${channelId}/push/test`, { userId: ida.user.id })
    expect(tested.services).to.deep.equal([
      { service: 'fcm', isSetUp: true, isRight: true, why: null },
      { service: 'apns', isSetUp: false, isRight: null, why: null },
      { service: 'webpush', isSetUp: true, isRight: true, why: null },
    ])
    expect(tested.devices).to.deep.equal([{ name: 'fcm', service: 'fcm', outcome: 'accepted', why: null }])
    expect((await phone.notices())[0]).to.deep.include({ body: 'This is a test.' })
    const { services } = await staff.http.get<any>(`/channels/${channelId}/push`)
    expect(services[0]).to.deep.include({ service: 'fcm', isSetUp: true, failing: null })
    expect(services[0].takenAt).to.be.a('string')
    const { publicKey } = await ida.api.http.get<{ publicKey: string }>('/me/push-key')
    expect(publicKey).to.have.lengthOf(87)
    const shown = JSON.stringify(await staff.connections.channel(channelId))
    expect(shown).to.not.include('PRIVATE KEY')
  })
})
