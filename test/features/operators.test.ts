import { expect } from 'chai'
import { conversation } from '../../actors/conversation/contract.ts'
import { conversationActor } from '../../actors/conversation/actor.ts'
import { principal } from '../../actors/runtime/system.ts'
import { user } from '../../actors/user/contract.ts'
import { withApp } from '../harness/boot.ts'
import { FakeClock } from '../harness/clock.ts'

const clock = new FakeClock()
const hour = 60 * 60_000

describe('operators look into actors, and mend what could not be delivered', () => {
  const app = withApp({}, clock)
  const renamed = conversationActor.on.renamed
  afterEach(() => (conversationActor.on.renamed = renamed))

  const call = async (method: 'GET' | 'POST', path: string, body?: unknown, who = 'owner') => {
    const api = await app.business.as(who)
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${await api.token()}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const at = (id = app.business.workspace.id) => app.careline.system.workspace(id, principal('staff', 'mem_x'))

  /** Somebody's new name cannot be told to their conversation. */
  async function letter(name: string, words = 'broken on purpose') {
    conversationActor.on.renamed = () => {
      throw new Error(words)
    }
    await at().at(user, userId).update({ name })
    clock.settle = () => app.careline.system.settled()
    await clock.advance(60_000)
    return (await call('GET', '/admin/dead-letters?status=open')).body.items[0]
  }
  let userId: string
  let conversationId: string
  before(async () => {
    const person = app.business.person('Pat')
    person.sends({ kind: 'text', text: 'a secret wish' })
    await app.settled()
    const lines = app.careline.system.inspect()
    userId = lines.find(({ kind }) => kind === 'user')?.id ?? ''
    conversationId = lines.find(({ kind }) => kind === 'conversation')?.id ?? ''
  })

  it('shows an actor: its state without what is sensitive, and its last messages with cause and duration', async () => {
    const { status, body } = await call('GET', `/admin/actors/conversation/${conversationId}`)
    expect(status).to.equal(200)
    expect(JSON.stringify(body)).not.to.match(/a secret wish|49151/)
    expect(body.state).to.include({ status: 'open', unread: 1, name: '•••' })
    expect(body).to.include({ kind: 'conversation', id: conversationId, unavailable: null })
    const received = body.last.find(({ message }: { message: string }) => message === 'receive')
    expect(received).to.include({ outcome: 'done', by: `provider/${app.business.channel.id}`, cause: null, code: null })
    expect(received.ms).to.be.within(0, 5_000)
    const { body: other } = await call('GET', `/admin/actors/user/${userId}`)
    expect(other.last.map(({ cause }: { cause: string }) => cause)).to.include(`conversation/${conversationId}`)
  })

  it('shows one that is at rest, and that there is none', async () => {
    await at()
      .at(user, 'usr_rests')
      .meet({
        identity: { kind: 'wa_id', value: '1' },
        claim: 'x',
        name: 'Hidden',
        timezone: null,
      })
    await app.settled()
    const { body } = await call('GET', '/admin/actors/user/usr_rests')
    expect(body).to.include({ rev: 2 }) // They were met, and what that brought about was done.
    expect(JSON.stringify(body)).not.to.include('Hidden')
    expect((await call('GET', '/admin/actors/user/usr_nobody')).status).to.equal(404)
    expect((await call('GET', '/admin/actors/nothing/usr_nobody')).status).to.equal(404)
  })

  it('lists actors page by page, and sums them up', async () => {
    const { body: first } = await call('GET', '/admin/actors?limit=2')
    const { body: second } = await call('GET', `/admin/actors?limit=100&cursor=${first.nextCursor}`)
    const ids = [...first.items, ...second.items].map(({ kind, id }) => `${kind}/${id}`)
    expect(new Set(ids).size).to.equal(ids.length)
    expect(ids).to.include(`conversation/${conversationId}`)
    const { body: found } = await call('GET', `/admin/actors?kind=user&find=${userId.slice(-8)}`)
    expect(found.items.map(({ id }: { id: string }) => id)).to.deep.equal([userId])
    const { body } = await call('GET', '/admin/actors/overview')
    expect(body).to.deep.include({ isClustered: false, shards: { total: 0, unowned: 0 } })
    expect(body.kinds.map(({ kind }: { kind: string }) => kind)).to.include.members(['conversation', 'user', 'inbox'])
    expect(body.counters.turns).to.be.greaterThan(3)
    expect(body.slowest[0].ms).to.be.at.least(body.slowest.at(-1).ms)
  })

  it('replays a letter once, as a new command', async () => {
    const found = await letter('Patricia')
    expect(found).to.deep.include({ message: 'renamed', status: 'open', reason: null })
    expect(found.error.message).to.equal('broken on purpose')
    const { body: opened } = await call('GET', `/admin/dead-letters/${found.id}`)
    expect(opened.input).to.deep.equal({ name: '•••' })
    const again = await call('POST', `/admin/dead-letters/${found.id}/replay`)
    expect([again.status, again.body.code]).to.deep.equal([409, 'replay_failed'])
    conversationActor.on.renamed = renamed
    const { status, body } = await call('POST', `/admin/dead-letters/${found.id}/replay`)
    expect([status, body.status]).to.deep.equal([200, 'replayed'])
    expect(await at().at(conversation, conversationId).view()).to.include({ name: 'Patricia' })
    expect((await call('POST', `/admin/dead-letters/${found.id}/replay`)).body.code).to.equal('letter_settled')
    expect((await call('POST', `/admin/dead-letters/${found.id}/drop`, { reason: 'x' })).body.code).to.equal(
      'letter_settled',
    )
  })

  it('drops a letter with a reason, and a decision says who did', async () => {
    const found = await letter('Pia')
    expect((await call('POST', `/admin/dead-letters/${found.id}/drop`, {})).status).to.equal(422)
    const { body } = await call('POST', `/admin/dead-letters/${found.id}/drop`, { reason: 'The name is wrong anyway.' })
    expect(body).to.include({ status: 'dropped', reason: 'The name is wrong anyway.' })
    const { body: page } = await call('GET', '/admin/dead-letters?status=dropped')
    expect(page.items[0]).to.include({ id: found.id, reason: 'The name is wrong anyway.' })
    const { store } = app.careline.storage
    const decision = await store.of(app.business.workspace.id).one('decisions', { causationId: found.id })
    expect(decision).to.deep.include({ rule: 'dead_letter@1', outcome: 'dropped' })
    const rested = JSON.stringify(await store.collection('dead_letters').findOne({ _id: found.id }))
    expect(rested).not.to.match(/Pia|wrong anyway/)
  })

  it('is dealt with by one of those who try at the same time', async () => {
    const found = await letter('Pam')
    const { deadLetters } = app.careline.storage
    const kept = await deadLetters.byId(app.business.workspace.id, found.id)
    if (!kept) throw new Error('it is gone')
    const drop = (by: string) =>
      deadLetters.settle(app.business.workspace.id, kept, { status: 'dropped', reason: null, by, now: clock.now() })
    expect((await Promise.all(['ana', 'ben', 'cem'].map(drop))).filter(Boolean)).to.have.length(1)
  })

  it('is for admins of this business alone', async () => {
    const found = await letter('Paz')
    const other = await app.open('other')
    const token = await (await other.as('owner')).token()
    for (const path of ['', '/replay', '/drop']) {
      const answer = await fetch(`${app.url}/api/v1/admin/dead-letters/${found.id}${path}`, {
        method: path ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(path && { body: '{"reason":"x"}' }),
      })
      expect(answer.status, path).to.equal(404)
    }
    expect((await call('GET', '/admin/dead-letters', undefined, 'sam')).status).to.equal(403)
    expect((await call('GET', `/admin/actors/user/${userId}`, undefined, 'sam')).status).to.equal(403)
    expect((await call('POST', '/admin/clock/freeze', undefined, 'sam')).status).to.equal(403)
  })
})

describe('the clock of a workspace', () => {
  const app = withApp()
  const call = async (method: 'GET' | 'POST', path = '', body?: unknown) => {
    const api = await app.business.as('owner')
    const answer = await fetch(`${app.url}/api/v1/admin/clock${path}`, {
      method,
      headers: { authorization: `Bearer ${await api.token()}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json() }
  }

  it('is everybody’s outside a sandbox', async () => {
    expect((await call('GET')).body).to.include({ isSandbox: false, isFrozen: false, aheadMs: 0 })
    for (const [path, body] of [['/freeze'], ['/release'], ['/next'], ['/real'], ['/step', { ms: 1 }]] as const)
      expect((await call('POST', path, body)).body.code, path).to.equal('not_a_sandbox')
  })

  it('stands still, is moved, and goes on; every process follows', async () => {
    app.business = await app.open('sandbox', { isSandbox: true })
    const { body: frozen } = await call('POST', '/freeze')
    expect(frozen).to.include({ isFrozen: true })
    expect((await call('GET')).body.now).to.equal(frozen.now)
    const { body: later } = await call('POST', '/step', { ms: hour })
    expect(Date.parse(later.now) - Date.parse(frozen.now)).to.equal(hour)
    const morning = new Date(Date.parse(later.now) + 5 * hour).toISOString()
    expect((await call('POST', '/step', { to: morning })).body.now).to.equal(morning)
    expect((await call('POST', '/step', { to: frozen.now })).body.code).to.equal('clock_goes_forward')
    expect((await call('POST', '/step', {})).status).to.equal(422)
    const { body: released } = await call('POST', '/release')
    expect(released.isFrozen).to.equal(false)
    expect(released.aheadMs).to.be.within(5 * hour, 7 * hour)
    const { id } = app.business.workspace
    const kept = await app.careline.storage.store.collection('workspaces').findOne({ _id: id })
    expect(kept?.['clock']).to.deep.include({ frozenAt: null })
    await app.careline.storage.store
      .collection('workspaces')
      .updateOne({ _id: id }, { $set: { clock: { offsetMs: -hour, frozenAt: null } } })
    await app.careline.settings.refresh()
    expect((await call('GET')).body.aheadMs).to.be.within(-hour - 5_000, -hour + 5_000)
    expect((await call('POST', '/real')).body).to.deep.include({ aheadMs: 0, isFrozen: false })
    await call('POST', '/step', { ms: hour })
    expect((await call('POST', '/real')).body).to.deep.include({ aheadMs: 0, isFrozen: false })
  })

  it('lets what is waited for happen on the way, at its own moment, and gives what people do the same time', async () => {
    app.business = await app.open('sandbox2', { isSandbox: true })
    const { body: frozen } = await call('POST', '/freeze')
    const person = app.business.person('Ana')
    person.sends({ kind: 'text', text: 'hello' })
    await app.settled()
    // The provider does not say what became of our answer: an hour later would be too late to ask.
    const faulty = app.simulator.channel({ channelId: app.business.channel.id })
    app.simulator.setFaults(faulty, { refuse: { code: 131_000, times: 1 } })
    const owner = await app.business.as('owner')
    const id = (await owner.conversations.list({ limit: 10 })).items[0]?.conversationId ?? ''
    await owner.conversations.send(id, { content: { kind: 'text', text: 'an answer' } })
    await app.settled()
    const { upcoming } = (await call('GET')).body
    // Days later they have been silent for so long that their engagement falls.
    expect(upcoming.map(({ kind, message }: Record<string, string>) => `${kind}.${message}`)).to.deep.equal([
      'channel.pump',
      'user.fade',
    ])
    const { body: next } = await call('POST', '/next')
    expect(next).to.deep.include({ isFrozen: true, upcoming: upcoming.slice(1), now: upcoming[0].at })
    const before = Date.parse(frozen.now)
    await call('POST', '/step', { to: new Date(before + 48 * hour).toISOString() })
    person.sends({ kind: 'text', text: 'after two days' })
    await app.settled()
    const api = await app.business.as('owner')
    const { items } = await api.conversations.list({ limit: 10 })
    const line = items[0]
    expect(Date.parse(line?.conversation.lastMessageAt ?? '')).to.equal(before + 48 * hour)
    expect(Date.parse(line?.conversation.windowExpiresAt ?? '')).to.equal(before + 72 * hour)
  })
})
