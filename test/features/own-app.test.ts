import { expect } from 'chai'
import { connect } from '../../client/connect.ts'
import { Persons } from '../../server/auth/persons.ts'
import { endPersonSessions } from '../../store/settings/person-sessions.ts'
import { appPeople, refusal, type SignedIn } from '../harness/app-people.ts'
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
  const { settled, post, get, lastText, signedIn, codeFor, live } = appPeople(app, 'harbour', () => cafe)
  const png = Buffer.from('89504e470d0a1a0a', 'hex')

  let mina: SignedIn
  let otto: SignedIn
  before(async () => {
    mina = await signedIn('Mina')
    otto = await signedIn('Otto')
  })

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
    expect(seen.contact, 'as staff know her').to.equal(`+${nora.person.waId}`)
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

  it('takes files of their own, and opens those of their conversation to them alone', async () => {
    const file = await mina.api.upload(png, { mime: 'image/png', name: 'knee.png' })
    const { messageId } = await mina.api.write({
      content: { kind: 'document', mime: 'application/pdf', fileId: file.fileId, caption: 'Since Monday' },
    })
    await settled()
    const staff = await cafe.as('owner')
    const { content } = await staff.messages.get(messageId)
    // What it is was looked at when it came: nobody is told otherwise.
    const seen = { kind: 'image', mime: 'image/png', fileName: 'knee.png', sizeBytes: 8, caption: 'Since Monday' }
    expect(content).to.deep.equal({ ...seen, fileId: file.fileId })
    expect((await staff.files.bytes(file.fileId)).size).to.equal(8)
    const { url } = await mina.api.link(messageId, file.fileId)
    expect(Buffer.from(await (await fetch(app.url + url)).arrayBuffer())).to.deep.equal(png)

    const ours = await staff.files.upload(png, { mime: 'image/png', name: 'ours.png' })
    const image = (fileId: string) => ({ content: { kind: 'image' as const, mime: 'image/png', fileId } })
    expect(await refusal(otto.api.write(image(file.fileId))), 'hers').to.equal('file_missing')
    expect(await refusal(otto.api.write(image(ours.fileId))), 'the staff’s').to.equal('file_missing')
    expect(await refusal(otto.api.link(messageId, file.fileId))).to.equal('not_found')
    expect(await refusal(mina.api.link(messageId, ours.fileId))).to.equal('not_found')
    expect(await refusal(otto.api.http.get(`/me/files/${file.fileId}`))).to.equal('not_found')
    expect(await refusal(otto.api.http.post(`/me/files/${file.fileId}/complete`, {}))).to.equal('not_found')
    expect(await refusal(mina.api.upload(png, { mime: 'image/svg+xml', name: 'a.svg' }))).to.equal(
      'file_type_unsupported',
    )
    const sent = await staff.conversations.send(mina.conversationId, image(ours.fileId))
    await settled()
    expect((await mina.api.link(sent.messageId, ours.fileId)).url).to.match(/^\/f\//)
  })

  it('answers what was offered by one tap, and nothing that was not', async () => {
    const staff = await cafe.as('owner')
    const buttons = [
      { id: 'tue', title: 'Tuesday' },
      { id: 'wed', title: 'Wednesday' },
    ]
    const content = { kind: 'buttons' as const, text: 'When?', buttons }
    const { messageId } = await staff.conversations.send(mina.conversationId, { content })
    await settled()
    const choice = (id: string) => ({ content: { kind: 'choice' as const, messageId, id } })
    expect(await refusal(mina.api.write(choice('sun')))).to.equal('no_such_choice')
    expect(await refusal(otto.api.write(choice('tue'))), 'of another’s conversation').to.equal('no_such_choice')
    const said = await mina.api.write(choice('wed'))
    const answer = await staff.messages.get(said.messageId)
    expect(answer.content).to.deep.equal({ kind: 'answer', of: 'button', id: 'wed', title: 'Wednesday' })
    expect(answer.replyTo).to.equal(messageId)
    const bare = { kind: 'answer', of: 'button', id: 'rate:x:5', title: 'x' }
    expect(await refusal(mina.api.write({ content: bare as never }))).to.equal('invalid_request')
  })

  it('shows that somebody writes and who has seen what, both ways, and not who', async () => {
    const [hers, desk] = [live(async () => otto.accessToken), await cafe.screen('owner')]
    const mine = hers.stream('conversation.own', otto.conversationId)
    const theirs = desk.stream('conversation', otto.conversationId)
    await Promise.all([mine.ready(), theirs.ready()])
    const before = mine.state()?.unseen ?? 0
    expect(mine.signals()).to.deep.equal({ typing: false })
    desk.typing(otto.conversationId, true)
    await until(() => mine.signals().typing)
    desk.typing(otto.conversationId, false)
    await until(() => !mine.signals().typing)
    hers.typing(otto.conversationId, true)
    await until(() => theirs.signals().typing.some(({ id, role }) => id === otto.user.id && role === 'person'))
    await hers.command('own_message.send', { content: { kind: 'text', text: 'And?' } })
    await until(() => mine.state()?.unseen === before + 1)
    await desk.command('message.read', { conversationId: otto.conversationId, upTo: 1_000 })
    await until(() => mine.state()?.unseen === 0)
    expect(JSON.stringify([mine.state(), mine.signals()])).to.not.include(cafe.members['owner']?.id)
  })

  it('says where they are signed in, and signs out there', async () => {
    const ida = await signedIn('Ida')
    const { devices } = ida.api
    const push = { service: 'fcm' as const, token: 'a token of hers' }
    await devices.describe({ name: 'Ida’s phone', platform: 'ios', appVersion: '4.2', push })
    const tablet = await codeFor(ida.person)
    const { items } = await tablet.devices.list()
    const shown = items.map(({ device, hasPush, isCurrent }) => ({ name: device.name, hasPush, isCurrent }))
    expect(shown).to.have.deep.members([
      { name: 'Ida’s phone', hasPush: true, isCurrent: false },
      { name: '', hasPush: false, isCurrent: true },
    ])
    const kept = await app.careline.storage.store.platform('person_sessions').find({ userId: ida.user.id }).toArray()
    expect(JSON.stringify(kept), 'sealed').to.not.include(push.token)
    const phone = items.find(({ isCurrent }) => !isCurrent)?.id ?? ''
    expect(await refusal(otto.api.devices.end(phone)), 'another’s').to.equal('not_found')
    const line = live(async () => ida.accessToken)
    await until(() => line.status().state === 'live')
    await tablet.devices.endAll({ keepsThis: true })
    await until(() => line.status().state === 'signed_out')
    expect(await refusal(ida.api.me())).to.equal('refresh_invalid')
    expect((await tablet.devices.list()).items).to.have.length(1)
  })

  it('is in the language that they choose', async () => {
    expect(await mina.api.change({ locale: 'nl', timezone: 'Europe/Amsterdam' })).to.deep.equal({
      ...{ id: mina.user.id, name: 'Mina', locale: 'nl', timezone: 'Europe/Amsterdam' },
    })
    await settled()
    const staff = await cafe.as('owner')
    await staff.conversations.setStatus(mina.conversationId, 'resolved')
    await staff.http.post(`/conversations/${mina.conversationId}/csat`, {})
    await settled()
    const asked = (await mina.api.messages()).items.at(-1)
    const content = asked?.content
    if (content?.kind !== 'list') throw new Error('asked in another way')
    expect(content).to.include({ button: 'Kiezen', text: 'Hoe tevreden bent u over hoe wij u hebben geholpen?' })
    const [best] = content.rows
    await mina.api.write({ content: { kind: 'choice', messageId: asked?._id ?? '', id: best?.id ?? '' } })
    await settled()
    const { items } = await staff.http.get<{ items: { rating: { score: number } | null }[] }>(
      `/conversations/${mina.conversationId}/episodes`,
    )
    expect(items.map(({ rating }) => rating?.score)).to.include(5)
  })

  it('is a realm of its own', async () => {
    const staff = await post('/auth/people/refresh', { refreshToken: 'nonsense' })
    expect(staff.body.code).to.equal('refresh_invalid')
    for (const path of ['/conversations', `/conversations/${mina.conversationId}`, '/auth/me', '/integrations'])
      expect((await get(path, mina.accessToken)).status, path).to.equal(401)
    const owner = await cafe.as('owner')
    expect((await get('/me/conversation', await owner.token())).status).to.equal(401)
    const client = connect({ url: app.url, token: async () => mina.accessToken })
    app.clients.add(client)
    for (const name of [`conversation.own:${otto.conversationId}`, `conversation:${mina.conversationId}`] as const) {
      const stream = client.open(name)
      await until(() => stream.error() !== undefined)
    }
  })

  it('ends a sign-in whose token has two holders', async () => {
    const rosa = await signedIn('Rosa')
    const renew = async (refreshToken: string) => post('/auth/people/refresh', { refreshToken })
    const next = await renew(rosa.refreshToken)
    expect(next.status).to.equal(200)
    expect((await get('/me/conversation', next.body.accessToken)).status).to.equal(200)
    expect((await renew(rosa.refreshToken)).status, 'two tabs, within 20 s').to.equal(200)
    const sessions = app.careline.storage.store.platform('person_sessions')
    await sessions.updateMany({ rotatedAt: { $ne: null } }, { $set: { rotatedAt: new Date(Date.now() - 20_001) } })
    expect((await renew(rosa.refreshToken)).body.code).to.equal('refresh_invalid')
    expect((await renew(next.body.refreshToken)).body.code, 'whoever has it').to.equal('refresh_invalid')
    expect((await get('/me/conversation', next.body.accessToken)).status).to.equal(401)
  })

  it('ends where they sign out', async () => {
    const sven = await signedIn('Sven')
    await post('/auth/people/logout', { refreshToken: sven.refreshToken })
    expect((await get('/me/conversation', sven.accessToken)).status).to.equal(401)
    expect((await post('/auth/people/refresh', { refreshToken: sven.refreshToken })).status).to.equal(401)
  })

  it('ends within five seconds where another process has ended it, however often they ask', async () => {
    const tove = await signedIn('Tove')
    const { storage, auth } = app.careline
    let ahead = 0
    const parts = { store: storage.store, tokens: auth.tokens, now: () => Date.now() + ahead }
    const elsewhere = new Persons(parts as never)
    await elsewhere.authenticate(tove.accessToken)
    await endPersonSessions(storage.store, cafe.workspace.id, tove.user.id, Date.now())
    for (ahead = 0; ahead < 5_000; ahead += 1_000) await elsewhere.authenticate(tove.accessToken)
    expect(await refusal(elsewhere.authenticate(tove.accessToken))).to.equal('unauthorized')
  })

  it('is closed at once to whoever is blocked, its sockets too, until they are let in again', async () => {
    const vera = await signedIn('Vera')
    const staff = await cafe.as('owner')
    const line = live(async () => vera.accessToken)
    await until(() => line.status().state === 'live')
    await staff.http.post(`/users/${vera.user.id}/block`, { reason: 'rude' })
    await until(() => line.status().state === 'signed_out')
    expect((await get('/me/conversation', vera.accessToken)).status).to.equal(401)
    expect(await refusal(vera.api.http.refresh(vera.api.session()!))).to.equal('refresh_invalid')
    expect(await refusal(codeFor(vera.person))).to.equal('code_invalid')
    const atThatMoment = await cafe.appOf(vera.user.id)
    expect((await get('/me', atThatMoment)).status, 'one that was being opened').to.equal(200)
    await staff.http.post(`/users/${vera.user.id}/block`, { reason: 'rude' })
    expect((await get('/me', atThatMoment)).status).to.equal(401)
    await staff.http.post(`/users/${vera.user.id}/unblock`, {})
    expect((await (await codeFor(vera.person)).me()).name).to.equal('Vera')
  })

  it('is closed to whom a merge makes a blocked one', async () => {
    const [kept, rude] = [await signedIn('Kept'), await signedIn('Rude')]
    const staff = await cafe.as('owner')
    await staff.http.post(`/users/${rude.user.id}/block`, { reason: 'rude' })
    await staff.http.post('/users/merge', { winnerId: kept.user.id, loserId: rude.user.id })
    expect(await refusal(kept.api.http.refresh(kept.api.session()!))).to.equal('refresh_invalid')
  })

  it('is signed in to anew by whoever was merged, and parted again', async () => {
    const twin = await signedIn('Twin')
    const staff = await cafe.as('owner')
    const winnerId = mina.user.id
    const two = { winnerId, loserId: twin.user.id }
    const { mergeId } = await staff.http.post<{ mergeId: string }>('/users/merge', two)
    await settled()
    expect(await refusal(twin.api.http.refresh(twin.api.session()!))).to.equal('refresh_invalid')
    const again = await codeFor(twin.person)
    expect(again.session()?.user.id).to.equal(winnerId)
    const said = (await again.messages()).items.map(({ content }) => 'text' in content && content.text)
    expect(said).to.include.members(['I am Mina', 'I am Twin'])
    await staff.http.post(`/users/merge/${mergeId}/undo`, {})
    await settled()
    expect(await refusal(again.http.refresh(again.session()!)), 'what is the other’s is closed').to.equal(
      'refresh_invalid',
    )
    expect((await codeFor(twin.person)).session()?.user.id).to.equal(twin.user.id)
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
