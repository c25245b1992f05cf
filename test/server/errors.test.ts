import { expect } from 'chai'
import { SimulatedLetters } from '../../store/simulated-letters.ts'
import { Tallies } from '../../store/tallies.ts'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

const secret = 'Amina Benali, +49 151 2345678'

describe('errors that nobody expected', () => {
  const app = withApp()
  const tokens: Record<string, string> = {}
  before(async () => {
    await app.business.member('ann')
    const other = await app.open('elsewhere')
    for (const [name, business] of [
      ['owner', app.business],
      ['ann', app.business],
      ['stranger', other],
    ] as const) {
      const member = business.members[name === 'stranger' ? 'owner' : name]
      tokens[name] = (await app.careline.auth.openFor(business.workspace.id, member?.id ?? '')).accessToken
    }
  })

  async function ask(who: string, method: string, path: string, body?: object) {
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${tokens[who]}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json() }
  }
  async function errors(search = '', who = 'owner') {
    await app.careline.watch.flush()
    return (await ask(who, 'GET', `/admin/errors?${search}`)).body.items as any[]
  }
  /** A fault of ours in the middle of a request, and what its caller is told. */
  async function fault(name = 'TypeError') {
    const { store } = app.careline.storage
    const { of } = store
    store.of = (workspaceId: string) => {
      const error = Object.assign(new Error(secret), { name })
      if (workspaceId === app.business.workspace.id) throw error
      return of.call(store, workspaceId)
    }
    try {
      return await ask('owner', 'GET', '/remarks')
    } finally {
      store.of = of
    }
  }
  const letters = async () => {
    await app.settled()
    const sent = await new SimulatedLetters(app.careline.storage.store).latest(200)
    return sent.filter(({ text }) => text.includes('/operations/errors')).map(({ subject }) => subject)
  }

  it('are found by the id that their caller was told, with their place and nothing that was said', async () => {
    const { status, body } = await fault('FirstError')
    expect(status).to.equal(500)
    const [error] = await errors(`errorId=${body.errorId}`)
    expect(error).to.deep.include({
      source: 'request failed',
      name: 'FirstError',
      status: 'open',
      count: 1,
      message: null,
    })
    expect(error.lastContext).to.include({ route: '/api/v1/remarks', method: 'GET', requestId: body.requestId })
    expect(
      JSON.stringify(await app.careline.storage.store.of(app.business.workspace.id).find('error_logs', {})),
    ).not.to.contain('Amina')
    expect(await errors('', 'stranger')).to.deep.equal([])
    expect((await ask('ann', 'GET', '/admin/errors')).status).to.equal(403)
  })

  it('are counted by kind, and told to the admins once', async () => {
    const before = (await letters()).length
    for (let n = 0; n < 3; n++) await fault('OftenError')
    await app.careline.watch.flush()
    await fault('OftenError')
    const [error] = (await errors()).filter(({ name }) => name === 'OftenError')
    expect(error).to.include({ count: 4 })
    expect(Date.parse(error.firstAt)).to.be.at.most(Date.parse(error.lastAt))
    const sent = await letters()
    expect(sent.length - before).to.equal(1)
    expect(sent[0]).to.equal('A new kind of error (clinic)')
  })

  it('come back when they come again after they were resolved, not when they are ignored', async () => {
    await fault('AgainError')
    const [error] = (await errors()).filter(({ name }) => name === 'AgainError')
    const path = `/admin/errors/${error.id}`
    const resolved = await ask('owner', 'PATCH', path, {
      status: 'resolved',
      assigneeId: app.business.members['ann']?.id,
    })
    expect(resolved.body).to.include({ status: 'resolved', assigneeId: app.business.members['ann']?.id })
    expect((await errors('status=open')).map(({ id }) => id)).not.to.include(error.id)
    await fault('AgainError')
    const [again] = (await errors('status=open')).filter(({ id }) => id === error.id)
    expect(again.reopenedAt).to.be.a('string')
    expect((await letters())[0]).to.equal('An error came again after it had been resolved (clinic)')
    await ask('owner', 'PATCH', path, { status: 'ignored' })
    const before = (await letters()).length
    await fault('AgainError')
    expect((await errors('status=ignored'))[0]).to.include({ id: error.id, count: 3 })
    expect((await letters()).length).to.equal(before)
    const wrong = await ask('owner', 'PATCH', path, { assigneeId: 'mem_nobody' })
    expect([wrong.status, wrong.body.code]).to.deep.equal([422, 'unknown_member'])
    expect((await ask('stranger', 'PATCH', path, { status: 'open' })).status).to.equal(404)
  })

  it('are told of once more when they come too often', async () => {
    const { errors: book } = app.careline.watch
    const before = (await letters()).length
    for (let n = 0; n < 150; n++)
      book.capture({ name: 'SpikeError', stack: '' }, { source: 'test', workspaceId: app.business.workspace.id })
    await app.careline.watch.flush()
    book.capture({ name: 'SpikeError', stack: '' }, { source: 'test', workspaceId: app.business.workspace.id })
    await app.careline.watch.flush()
    book.capture({ name: 'SpikeError', stack: '' }, { source: 'test', workspaceId: app.business.workspace.id })
    const [error] = (await errors()).filter(({ name }) => name === 'SpikeError')
    expect(error.count).to.equal(152)
    expect((await letters()).slice(0, (await letters()).length - before)).to.deep.equal([
      'One kind of error comes unusually often (clinic)',
      'A new kind of error (clinic)',
    ])
  })

  it('that are of no workspace are told to the operators; a day’s letters are counted for all processes', async () => {
    const { care, watch, storage } = app.careline
    await care.operators.add({ email: 'root@careline.test', name: 'Root' })
    watch.errors.capture({ name: 'ScheduleError', stack: '' }, { source: 'schedule failed' })
    await watch.flush()
    await app.settled()
    const sent = (await new SimulatedLetters(storage.store).latest(200)).filter(({ to }) => to === 'root@careline.test')
    expect(sent.map(({ subject }) => subject)).to.deep.equal(['A new kind of error (Careline)'])
    expect(sent[0]?.text).to.match(/\/platform\?error=erl_/)

    const tallies = new Tallies(storage.store)
    const day = 24 * 60 * 60_000
    const counted = `error_letters/${app.business.workspace.id}`
    await tallies.add(counted, day, Date.now(), 100) // Another process has written so many.
    const before = (await letters()).length
    await fault('QuietError')
    await watch.flush()
    expect((await letters()).length - before).to.equal(0)
    await tallies.add(counted, day, Date.now(), -101)
    await fault('LoudError')
    await watch.flush()
    expect((await letters()).length - before).to.equal(1)
  })

  it('are told by apps, so many a minute, and shown live', async () => {
    const screen = await app.business.screen('owner')
    const heard: any[] = []
    const inbox = screen.open(`inbox:${app.business.workspace.id}`)
    inbox.subscribe(({ signal }) => void (signal?.type === 'settings.changed' && heard.push(signal.data)))
    await inbox.ready()
    const stack = `TypeError: ${secret}\n    at render (https://care.test/assets/inbox-Ab12_d-9.js:1:23)`
    const tell = () =>
      ask('ann', 'POST', '/errors', { name: 'TypeError', stack, page: `/inbox?q=${secret}`, release: '0.1.0' })
    const { status, body } = await tell()
    expect(status).to.equal(202)
    const [error] = await errors(`errorId=${body.errorId}`)
    expect(error).to.deep.include({ source: 'client', name: 'TypeError', place: 'render assets/inbox.js' })
    expect(error.lastContext).to.deep.equal({
      page: '/inbox',
      release: '0.1.0',
      memberId: app.business.members['ann']?.id,
    })
    await until(() => heard.some(({ resource, id }) => resource === 'errors' && id === error.id))
    const all = await Promise.all(Array.from({ length: 25 }, tell))
    expect(all.filter((one) => one.status === 429)).to.have.length(6)
    expect(all.find((one) => one.status === 429)?.body.code).to.equal('too_many_errors')
    const tooLong = await ask('ann', 'POST', '/errors', { name: 'TypeError', stack: 'x'.repeat(8_001) })
    expect(tooLong.status).to.equal(422)
  })

  it('of an actor are those of its workspace', async () => {
    const { store } = app.careline.storage
    const { collection } = store
    store.collection = (name) => {
      if (name === 'users') throw Object.assign(new Error(secret), { name: 'LoadError' })
      return collection.call(store, name)
    }
    try {
      await ask('owner', 'GET', '/users/usr_somebody')
    } finally {
      store.collection = collection
    }
    const [error] = (await errors()).filter(({ name }) => name === 'LoadError')
    expect(error.source).to.equal('actor fault')
    expect(error.lastContext).to.deep.equal({ kind: 'user', id: 'usr_somebody', actorMessage: 'load' })
  })
})
