import { expect } from 'chai'
import { actors } from '../../actors/index.ts'
import { initial as initialRoster } from '../../actors/roster/state.ts'
import type { Write } from '../../actors/runtime/persistence.ts'
import type { Entry } from '../../actors/runtime/turn.ts'
import { MongoPersistence } from '../../store/commit.ts'
import { Store } from '../../store/connection.ts'
import { ActorDocuments } from '../../store/documents.ts'
import { Resealing } from '../../store/reseal.ts'
import { Rest } from '../../store/rest.ts'
import { bytesOf, Vault } from '../../store/vault.ts'
import { type FreshDatabase, freshDatabase } from '../harness/database.ts'

describe('store: an actor and what it hands out, at rest', () => {
  const workspaceId = 'ws_1'
  const address = { workspaceId, kind: 'channel', id: 'ch_1' }
  const owner = 'act_1'
  let database: FreshDatabase
  let store: Store
  let vault: Vault
  let rest: Rest
  let documents: ActorDocuments
  let persistence: MongoPersistence
  beforeEach(async () => {
    database = await freshDatabase()
    store = await Store.open(database.uri)
    vault = new Vault(store, Buffer.alloc(32, 7))
    rest = new Rest(vault)
    documents = new ActorDocuments(rest, actors)
    persistence = new MongoPersistence(store, rest, documents)
    await vault.ready(workspaceId)
  })
  afterEach(async () => {
    await store.close()
    await database.close()
  })

  const write = (more: Partial<Write>): Write => ({
    ...{ address, owner, rev: 0, state: {}, before: undefined, isAwaited: true, told: 0, now: 0, recentKept: 0 },
    ...{ seq: new Map(), reminders: new Map(), seen: new Map(), forgotten: [], recent: [], rows: [], events: [] },
    ...{ entries: [], done: [], decisions: [], due: undefined, recentSince: undefined, outAt: undefined },
    ...{ version: undefined, marks: undefined, recordNumber: undefined },
    ...more,
  })
  const text = 'May I come an hour later on Thursday?'
  const to = '4915110000175'
  const deliver = (n: number): Entry => {
    const input = { messageId: 'msg_1', conversationId: 'c_1', to, content: { kind: 'text', text } }
    return { n, type: 'effect', effect: 'deliver', key: 'msg_1', input } as unknown as Entry
  }
  const withdraw = (n: number): Entry => {
    const input = { messageId: 'msg_1', at: 1_000 }
    const receiver = { workspaceId, kind: 'conversation', id: 'c_1' }
    return {
      n,
      type: 'tell',
      to: receiver,
      message: 'withdraw',
      input,
      by: { kind: 'system', id: 'x' },
    } as unknown as Entry
  }
  const raw = () => store.collection('channel_actors').findOne({ _id: address.id }) as Promise<Record<string, any>>
  const entriesOf = async () => [...((await persistence.claim(address, owner))?.document.out.values() ?? [])]

  it('an input is one piece, sealed where any of it is sensitive, and comes back as it was', async () => {
    await persistence.commit(write({ entries: [deliver(5), withdraw(6)], told: 6 }))
    const { out } = (await raw())['actor']
    expect(Buffer.from(bytesOf(out[5].input)).toString('latin1')).not.to.include('Thursday')
    expect(JSON.parse(out[6].input)).to.deep.equal({ messageId: 'msg_1', at: 1_000 })
    expect(await entriesOf()).to.deep.equal([deliver(5), withdraw(6)])
  })

  it('an input that was moved to another entry is refused', async () => {
    await persistence.commit(write({ entries: [deliver(5)], told: 5 }))
    await store
      .collection('channel_actors')
      .updateOne({ _id: address.id }, { $rename: { 'actor.out.5': 'actor.out.6' } })
    const error = await persistence.claim(address, owner).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(Error)
  })

  it('an input that an earlier release wrote field by field is read as well', async () => {
    await persistence.commit(write({ entries: [deliver(5)], told: 5 }))
    const schema = actors.find(({ contract }) => contract.kind === 'channel')?.contract.effects['deliver']?.input
    const input = rest.encode(schema as never, deliver(5).input, { workspaceId, at: 'channel_actors/ch_1' })
    expect(JSON.stringify(input)).not.to.include(to)
    await store.collection('channel_actors').updateOne({ _id: address.id }, { $set: { 'actor.out.5.input': input } })
    expect(await entriesOf()).to.deep.equal([deliver(5)])
  })

  it('a list that is written whole is one piece, and a migration reads it, packed or in parts', async () => {
    const roster = { ...address, kind: 'roster', id: workspaceId }
    const wish = { conversationId: 'c_1', since: 1_000, teamId: null, tags: ['vip'], not: null, why: 'off' }
    const state = { ...initialRoster, queue: [wish] }
    await persistence.commit(write({ address: roster, state, version: 2 }))
    const rosters = store.collection('rosters')
    const found = async () => (await persistence.claim(roster, owner))?.document.state
    expect((await rosters.findOne({ _id: workspaceId }))?.['queue']).to.deep.equal({
      'packed/json': JSON.stringify([wish]),
    })
    expect(await found()).to.deep.equal(state)
    await rosters.updateOne({ _id: workspaceId }, { $set: { 'actor.v': 1 } })
    expect(await found(), 'by a later version').to.deep.equal(state)
    await rosters.updateOne({ _id: workspaceId }, { $set: { queue: [{ ...wish, since: new Date(wish.since) }] } })
    expect(await found(), 'from an earlier release').to.deep.equal(state)
  })

  it('what is sealed of an input is found when the keys change', async () => {
    await persistence.commit(write({ entries: [deliver(5)], told: 5 }))
    const row = await vault.rows.of(workspaceId)
    if (!row) throw new Error('the workspace has keys')
    await vault.rows.publish(row, vault.masters, 0)
    const published = await vault.rows.of(workspaceId)
    if (published) await vault.rows.advance(published, 'sealing', 0)
    await vault.refresh()
    expect(vault.currentOf(workspaceId)).to.equal(2)
    const tally = await new Resealing(store, vault, workspaceId).pass({ from: null, at: async () => undefined })
    expect(tally).to.deep.equal({ resealed: 1, stuck: [], missed: 0 })
    expect(await entriesOf()).to.deep.equal([deliver(5)])
  })
})
