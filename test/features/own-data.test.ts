import { expect } from 'chai'
import { appPeople, refusal, type SignedIn } from '../harness/app-people.ts'
import { type Business, withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

describe('what is kept of somebody, and what they may ask', () => {
  const app = withApp()
  let cafe: Business
  let otto: SignedIn
  const { post, get, lastText, signedIn } = appPeople(app, 'harbour', () => cafe)
  before(async () => {
    cafe = await app.open('harbour', { isSandbox: true })
    const owner = await cafe.as('owner')
    await owner.connections.connect({ kind: 'app', provider: 'app', name: 'App' })
    otto = await signedIn('Otto')
  })

  it('says at first who they are, and chooses what comes to them', async () => {
    const quinn = await signedIn('Quinn')
    const told = { name: 'Another name', timezone: 'Asia/Kolkata', locale: 'hi' }
    expect(await quinn.api.onboard(told)).to.include({ name: 'Quinn', timezone: 'Asia/Kolkata', locale: 'hi' })
    expect((await get('/users/me', quinn.accessToken)).body).to.deep.equal(await quinn.api.me())
    const { choices } = await quinn.api.choices()
    const news = choices.find(({ channel, purpose }) => channel === 'whatsapp' && purpose === 'marketing')
    expect(news?.isOn).to.equal(false)
    const after = await quinn.api.choose([{ ...news!, isOn: true }], 'What the harbour may send me')
    expect(after.choices).to.deep.include({ ...news, isOn: true })
    const { items } = await (
      await cafe.as('owner')
    ).http.get<{ items: { proof: object; by: object }[] }>(`/users/${quinn.user.id}/consents/history`)
    expect(items[0]).to.deep.include({ by: { role: 'person', id: quinn.user.id } })
    expect(items[0]?.proof).to.include({ method: 'preferences', text: 'What the harbour may send me' })
  })

  it('takes along what is kept of them, without what staff wrote for one another', async () => {
    const rita = await signedIn('Rita')
    const staff = await cafe.as('owner')
    await staff.http.post('/remarks', { kind: 'person', recordId: rita.user.id, text: 'Pays late' })
    const { id } = await rita.api.export()
    expect((await rita.api.export()).id, 'once an hour').to.equal(id)
    const { url } = await until(() => rita.api.exportLink(id).catch(() => undefined))
    const bundle = await (await fetch(new URL(url, app.url))).text()
    expect(bundle).to.include('I am Rita').and.include('"kind":"profile"').and.not.include('Pays late')
    expect(await refusal(otto.api.exportLink(id)), 'another’s').to.equal('not_found')
  })

  it('asks to be erased, and hears what becomes of it', async () => {
    const tilda = await signedIn('Tilda')
    const staff = await cafe.as('owner')
    const open = async () =>
      (await staff.http.get<{ items: any[] }>('/privacy/erasure-requests?status=open')).items.filter(
        ({ userId }) => userId === tilda.user.id,
      )
    await tilda.api.eraseMe()
    await tilda.api.eraseMe()
    const [asked, ...more] = await open()
    expect(more).to.deep.equal([])
    expect(Date.parse(asked.dueAt) - Date.parse(asked.askedAt)).to.equal(30 * 24 * 60 * 60_000)
    expect(await refusal(otto.api.requests.withdraw(asked.id)), 'another’s').to.equal('not_found')
    await tilda.api.requests.withdraw(asked.id)
    await tilda.api.eraseMe()
    const [again] = await open()
    expect(await refusal(staff.http.post(`/privacy/requests/${again.id}/done`, {}))).to.equal('not_erased')
    await staff.http.post(`/privacy/requests/${again.id}/refuse`, { reason: 'kept_by_law' })
    const seen = (await tilda.api.requests.list()).items.map(({ status, reason }) => [status, reason])
    expect(seen).to.deep.equal([
      ['refused', 'kept_by_law'],
      ['withdrawn', null],
    ])
    // Without the app, by a code to the number: and what is done is done.
    await app.careline.storage.store.platform('tallies').deleteMany({})
    const number = { workspace: 'harbour', phone: `+${tilda.person.waId}` }
    expect((await post('/privacy/requests', number)).status).to.equal(202)
    const code = /^\d{6}/.exec((await lastText(number.phone))?.text ?? '')?.[0]
    const wrong = code === '000000' ? '111111' : '000000'
    const verify = (typed = '') => post('/privacy/requests/verify', { ...number, kind: 'erasure', code: typed })
    expect((await verify(wrong)).body.code).to.equal('code_invalid')
    const shown = await verify(code)
    expect([shown.status, shown.body.via, shown.body.workspaceId]).to.deep.equal([201, 'code', undefined])
    await staff.http.post(`/users/${tilda.user.id}/erase`, { name: 'Tilda' })
    const all = await staff.http.get<{ items: any[] }>('/privacy/erasure-requests')
    expect(all.items.find(({ id }) => id === shown.body.id)?.status).to.equal('done')
  })

  it('tells those who may answer, once at first and once before its time is over, and nobody else', async () => {
    const ulla = await signedIn('Ulla')
    const shelf = () => app.careline.storage.store.platform('simulated_letters').find({}).toArray()
    const lettersOf = async () =>
      (await shelf())
        .filter(({ subject }) => /erased|answered by/.test(String(subject)))
        .map(({ to, subject }) => [to, subject])
    const before = (await lettersOf()).length
    await ulla.api.eraseMe()
    await ulla.api.eraseMe()
    await until(async () => (await lettersOf()).length > before)
    const screen = await cafe.screen('owner')
    const mine = screen.stream('attention', cafe.members['owner']?.id ?? '')
    await mine.ready()
    const calls = () => (mine.state()?.calls ?? []).filter(({ by }) => by === ulla.user.id).map(({ why }) => why)
    await until(() => calls().length === 1)
    const news = app.careline.care.privacyNews
    await news.tell(cafe.workspace.id)
    expect(calls()).to.deep.equal(['privacy_requested'])
    const requests = app.careline.storage.store.collection('privacy_requests')
    const soon = new Date(Date.now() + 6 * 24 * 60 * 60_000)
    await requests.updateOne({ userId: ulla.user.id, status: 'open' }, { $set: { dueAt: soon } })
    await news.tell(cafe.workspace.id)
    await news.tell(cafe.workspace.id)
    await until(() => calls().length === 2)
    expect(calls()).to.deep.equal(['privacy_due', 'privacy_requested'])
    await until(async () => (await lettersOf()).length === before + 2)
    const told = (await lettersOf()).slice(before)
    expect(told.map(([to]) => to)).to.deep.equal(['owner@harbour.test', 'owner@harbour.test'])
    expect(told.map(([, subject]) => subject)).to.have.members([
      'Somebody asks harbour to be erased',
      `A request of harbour has to be answered by ${soon.toISOString().slice(0, 10)}`,
    ])
    const desk = await cafe.screen('desk')
    const theirs = desk.stream('attention', cafe.members['desk']?.id ?? '')
    await theirs.ready()
    expect(theirs.state()?.calls).to.deep.equal([])
  })
})
