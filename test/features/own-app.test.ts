import { expect } from 'chai'
import { connect } from '../../client/connect.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import type { SimulatedText } from '../../providers/twilio/simulator/messages.ts'
import { type Business, withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

describe('the app of the people who are looked after', () => {
  const app = withApp()
  let cafe: Business
  before(async () => {
    cafe = await app.open('harbour', { isSandbox: true })
    const owner = await cafe.as('owner')
    await owner.connections.connect({ kind: 'app', provider: 'app', name: 'App' })
  })
  const settled = async () => {
    await app.settled()
    await app.careline.twilioSimulator?.settled()
    await app.settled()
  }
  const post = async (path: string, body: object, token?: string) => {
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: answer.status === 204 ? {} : await answer.json() }
  }
  const get = async (path: string, token: string) => {
    const answer = await fetch(`${app.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
    return { status: answer.status, body: await answer.json() }
  }
  const lastText = async (to: string) => {
    await settled()
    const headers = { authorization: `Bearer ${app.careline.secrets.phoneKey}` }
    const { texts } = (await (await fetch(`${app.url}/simulator/texts`, { headers })).json()) as {
      texts: SimulatedText[]
    }
    return texts.find((text) => text.to === to)
  }
  /** Somebody who wrote by WhatsApp, and now signs in to the app by a code to that number. */
  const signedIn = async (name: string) => {
    const person = cafe.person(name)
    person.sends({ kind: 'text', text: `I am ${name}` })
    await settled()
    const number = { workspace: 'harbour', phone: `+${person.waId}` }
    expect((await post('/auth/people/otp', number)).status).to.equal(202)
    const code = /^\d{6}/.exec((await lastText(number.phone))?.text ?? '')?.[0]
    const { status, body } = await post('/auth/people/otp/verify', { ...number, code })
    expect(status).to.equal(200)
    await settled()
    return { ...body, person, conversationId: conversationIdOf(body.user.id) } as {
      accessToken: string
      refreshToken: string
      user: { id: string; name: string }
      person: typeof person
      conversationId: string
    }
  }

  it('lets in who is known, by a code to their number, and nobody else', async () => {
    const lena = await signedIn('Lena')
    expect(lena.user.name).to.equal('Lena')
    const stranger = { workspace: 'harbour', phone: '+4915199999999' }
    expect((await post('/auth/people/otp', stranger)).status, 'the same answer').to.equal(202)
    expect(await lastText(stranger.phone), 'and no text').to.equal(undefined)
    expect((await post('/auth/people/otp/verify', { ...stranger, code: '123456' })).body.code).to.equal('code_invalid')
    const elsewhere = { workspace: app.business.workspace.slug, phone: `+${lena.person.waId}` }
    expect((await post('/auth/people/otp', elsewhere)).body.code).to.equal('app_not_connected')
  })

  it('shows them what was said to them, and nothing of the staff’s', async () => {
    const { accessToken: token, conversationId } = await signedIn('Maya')
    const staff = await cafe.as('owner')
    await staff.conversations.note(conversationId, 'She is often late.')
    await staff.conversations.send(conversationId, { content: { kind: 'text', text: 'Welcome' } })
    await settled()
    const { body } = await get('/me/conversation', token)
    expect(body.messages.map(({ content }: any) => content.text)).to.deep.equal(['I am Maya', 'Welcome'])
    const fields = '_id at channelId content deletedAt direction editedAt n reactions replyTo status'
    for (const message of body.messages) expect(Object.keys(message).sort().join(' ')).to.equal(fields)
    const pages = await get('/me/messages?limit=1', token)
    expect(pages.body.items.map(({ content }: any) => content.text)).to.deep.equal(['Welcome'])
    const earlier = await get(`/me/messages?before=${pages.body.nextCursor}`, token)
    expect(earlier.body.items.map(({ content }: any) => content.text)).to.deep.equal(['I am Maya'])
  })

  it('is written in, and read, and both sides see it live', async () => {
    const nora = await signedIn('Nora')
    const client = connect({ url: app.url, token: async () => nora.accessToken })
    app.clients.add(client)
    const mine = client.open(`conversation.own:${nora.conversationId}`)
    const texts = () => mine.state()?.messages.map(({ content }) => 'text' in content && content.text)
    await until(() => texts()?.length === 1)
    const { messageId } = (await client.command('own_message.send', {
      content: { kind: 'text', text: 'From the app' },
    })) as { messageId: string }
    await until(() => texts()?.includes('From the app') === true)
    const staff = await cafe.as('owner')
    const seen = await staff.conversations.get(nora.conversationId)
    expect(seen.unread).to.equal(2)
    const answer = await staff.conversations.send(nora.conversationId, { content: { kind: 'text', text: 'Seen' } })
    await until(() => texts()?.includes('Seen') === true)
    expect(mine.state()?.messages.map(({ _id }) => _id)).to.include(messageId)
    const last = mine.state()?.messages.at(-1)
    await client.command('own_message.read', { upTo: last?.n ?? 0 })
    await settled()
    const { status, channelId } = await staff.messages.get(answer.messageId)
    expect(status, 'by the app, where she wrote last').to.equal('read')
    expect(channelId).to.not.equal(cafe.channel.id)
    await staff.conversations.note(nora.conversationId, 'Nothing for her.')
    await staff.conversations.send(nora.conversationId, { content: { kind: 'text', text: 'Bye' } })
    await until(() => texts()?.includes('Bye') === true)
    expect(texts()).to.not.include('Nothing for her.')
    const { body } = await get('/me/conversation', nora.accessToken)
    await until(() => mine.state()?.messages.at(-1)?.status === 'sent')
    expect(mine.state()?.messages.map(({ _id }) => _id)).to.deep.equal(body.messages.map(({ _id }: any) => _id))
  })

  it('is a realm of its own', async () => {
    const olga = await signedIn('Olga')
    const staff = await post('/auth/people/refresh', { refreshToken: 'nonsense' })
    expect(staff.body.code).to.equal('refresh_invalid')
    for (const path of ['/conversations', `/conversations/${olga.conversationId}`, '/auth/me', '/integrations'])
      expect((await get(path, olga.accessToken)).status, path).to.equal(401)
    const owner = await cafe.as('owner')
    expect((await get('/me/conversation', await owner.token())).status).to.equal(401)
    const client = connect({ url: app.url, token: async () => olga.accessToken })
    app.clients.add(client)
    const other = await signedIn('Paul')
    for (const name of [`conversation.own:${other.conversationId}`, `conversation:${olga.conversationId}`] as const) {
      const stream = client.open(name)
      await until(() => stream.error() !== undefined)
    }
  })

  it('ends a sign-in whose token has two holders', async () => {
    const rosa = await signedIn('Rosa')
    const next = await post('/auth/people/refresh', { refreshToken: rosa.refreshToken })
    expect(next.status).to.equal(200)
    expect((await get('/me/conversation', next.body.accessToken)).status).to.equal(200)
    await post('/auth/people/logout', { refreshToken: next.body.refreshToken })
    expect((await get('/me/conversation', next.body.accessToken)).status).to.equal(401)
    expect((await post('/auth/people/refresh', { refreshToken: next.body.refreshToken })).status).to.equal(401)
  })

  it('ends with whoever is erased, and keeps nothing of what it showed', async () => {
    const gone = await signedIn('Gone')
    const owner = await cafe.as('owner')
    expect((await post(`/users/${gone.user.id}/erase`, { name: 'Gone' }, await owner.token())).status).to.equal(200)
    await app.settled()
    expect((await post('/auth/people/refresh', { refreshToken: gone.refreshToken })).body.code).to.equal(
      'refresh_invalid',
    )
    const kept = await app.careline.storage.store
      .collection('events')
      .find({ stream: `conversation.own:${gone.conversationId}` })
      .toArray()
    expect(kept.length, 'but the last, which says that it is over').to.be.at.most(1)
  })
})
