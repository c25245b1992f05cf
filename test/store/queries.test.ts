import { expect } from 'chai'
import { restingEventId } from '../../store/documents.ts'
import type { Filter, FindOptions } from '../../store/connection.ts'
import { eventsAfter, inOrder } from '../../store/events.ts'
import type { TenantName } from '../../store/models/index.ts'
import { latestFirst } from '../../store/queries/decisions.ts'
import { conversationFields } from '../../kernel/filter-fields.ts'
import type { Filter as AskedFilter } from '../../kernel/filter.ts'
import { mongoFilter } from '../../kernel/filter-terms.ts'
import { oldestFirst } from '../../store/settings/tag-moves.ts'
import { askedOf } from '../../store/queries/inbox-lists.ts'
import { latestFirst as newestFirst } from '../../store/settings/resources.ts'
import { dayFilter, heldFilter as heldFilterOf } from '../../store/queries/channel-days.ts'
import { refFilter } from '../../store/queries/messages.ts'
import { heldFilter, inQueue, waitingFilter } from '../../store/queries/queue.ts'
import { dueFilter, untoldFilter } from '../../store/settings/privacy-requests.ts'
import { withApp } from '../harness/boot.ts'

describe('named queries', () => {
  const app = withApp()

  it('refuse to run without a workspace', () => {
    expect(() => app.careline.storage.store.of('')).to.throw('a query needs its workspace')
  })

  it('page through all conversations, each once, newest first, also when some moved meanwhile', async () => {
    const api = await app.business.as('owner')
    for (let n = 0; n < 25; n++) app.business.person(`Pager ${n}`).sends('hello')
    await app.settled()
    const seen: string[] = []
    let cursor: string | null | undefined
    do {
      const page = await api.conversations.list({ status: 'open', limit: 10, ...(cursor && { cursor }) })
      seen.push(...page.items.map(({ conversationId }) => conversationId))
      cursor = page.nextCursor
    } while (cursor)
    expect(seen).to.have.length(25)
    expect(new Set(seen).size).to.equal(25)
    const refused = await api.conversations.list({ cursor: 'bm9uc2Vuc2U' }).catch((error: unknown) => error)
    expect(refused).to.include({ code: 'invalid_cursor', status: 422 })
  })

  it('replay a stream in its order, and nothing of another whose name begins with its own', async () => {
    const { store, events, rest } = app.careline.storage
    const { id: workspaceId } = app.business.workspace
    const insert = (stream: string, seq: number) => {
      const sealed = rest.seal({ workspaceId, at: `events/${stream}:${seq}` }, { seq })
      const _id = restingEventId(stream, seq)
      const event = { _id, stream, seq, type: 'user.changed', at: new Date(), data: sealed }
      return store.of(workspaceId).insert('events', event)
    }
    await rest.ready(workspaceId)
    for (const seq of [8, 9, 10, 11, 99, 100, 101]) await insert('user:seven', seq)
    await insert('user:seven:b', 300)
    expect(await events.head(workspaceId, 'user:seven')).to.equal(101)
    const replayed = await events.after(workspaceId, 'user:seven', 8)
    expect(replayed?.map(({ seq }) => seq)).to.deep.equal([9, 10, 11, 99, 100, 101])
    expect(replayed?.[0]).to.include({ _id: 'user:seven:9', type: 'user.changed' })
    expect(await events.after(workspaceId, 'user:seven', 6), 'older than what is kept').to.equal(undefined)
  })

  const states = {
    all: [
      { field: 'sla', is: 'one_of', value: ['due_soon', 'breached'] },
      { field: 'window', is: 'is', value: 'closing' },
      { field: 'language', is: 'starts_with', value: 'de' },
    ],
  }
  const channels = [{ id: 'wa', kind: 'whatsapp' }]
  const ofStates = mongoFilter(states as AskedFilter, { now: 0, zone: 'UTC', fields: conversationFields, channels })
  const served: [string, TenantName, Filter, FindOptions][] = [
    ['the open list', 'conversations', { status: 'open' }, { sort: { lastMessageAt: -1, _id: -1 } }],
    ['my list', 'conversations', { status: 'open', assigneeId: 'a' }, { sort: { lastMessageAt: -1, _id: -1 } }],
    ['a thread', 'messages', { conversationId: 'c', n: { $lt: 9 } }, { sort: { n: -1 } }],
    ['by provider id', 'messages', { channelId: 'c', providerId: 'p' }, {}],
    ['by provider id, of any channel', 'messages', refFilter(['c', 'd'], 'p'), {}],
    ['a day of a channel', 'messages', dayFilter('c', { from: 0, to: 9 }), { sort: { at: -1 } }],
    ['what was kept from it', 'decisions', heldFilterOf('c', { from: 0, to: 9 }), {}],
    ['its days', 'channel_days', { channelId: 'c', day: { $in: ['2026-11-21'] } }, {}],
    ['deliveries', 'webhook_deliveries', { endpointId: 'e', n: { $lt: 9 } }, { sort: { n: -1 } }],
    ['failed ones', 'webhook_deliveries', { endpointId: 'e', status: 'failed' }, { sort: { n: -1 } }],
    ['a span', 'webhook_deliveries', { endpointId: 'e', n: { $gt: 9 }, replays: null }, { sort: { n: 1 } }],
    ['the caught', 'caught_webhooks', { endpointId: 'e' }, { sort: { _id: -1 } }],
    ['the endpoints', 'webhook_endpoints', {}, { sort: newestFirst }],
    ['the views', 'inbox_views', {}, { sort: newestFirst }],
    ['what somebody brought', 'files', { by: 'u', createdAt: { $gt: new Date(0) } }, { sort: { createdAt: 1 } }],
    ['the segments', 'segments', {}, { sort: newestFirst }],
    ['remarks', 'remarks', { kind: 'person', recordId: 'u' }, { sort: newestFirst }],
    ['a stream', 'events', eventsAfter('s', 4), inOrder(1)],
    ['the queue', 'conversations', waitingFilter, inQueue],
    ['what somebody holds', 'conversations', heldFilter('a'), inQueue],
    ...(['latest', 'waiting'] as const).map((order): [string, TenantName, Filter, FindOptions] => {
      const { filter, options } = askedOf({ where: { tags: 'vip' }, order }, 'open')
      return [`a view, ${order}`, 'conversations', filter, options]
    }),
    [
      'a view of promises and windows',
      'conversations',
      askedOf({ where: ofStates, order: 'latest' }, 'open').filter,
      askedOf({ where: ofStates, order: 'latest' }, 'open').options,
    ],
    ['who has a tag', 'conversations', { tags: 'vip' }, {}],
    ['what tag is next', 'tag_moves', {}, { sort: oldestFirst }],
    ['decisions', 'decisions', { kind: 'roster', id: 'w1' }, { sort: latestFirst }],
    ['what somebody consented to', 'consents', { userId: 'u', _id: { $lt: 'c' } }, { sort: { _id: -1 } }],
    ['the suppressed', 'suppressions', { at: { $lte: new Date(0) } }, { sort: { at: -1, _id: -1 } }],
    ['why', 'decisions', { kind: 'user', id: 'u', at: { $gte: new Date(0) } }, { sort: { at: -1, _id: -1 } }],
    ['what people ask for by the law', 'privacy_requests', { status: 'open' }, { sort: { _id: -1 } }],
    ['what nobody was told of', 'privacy_requests', untoldFilter, { sort: { _id: 1 } }],
    ['what is due soon', 'privacy_requests', dueFilter(0), { sort: { _id: 1 } }],
    ['what one of them asks for', 'privacy_requests', { userId: 'u' }, { sort: { _id: -1 } }],
    ['who was merged with somebody', 'merges', { winnerId: 'u' }, { sort: { at: -1 } }],
    ['with whom somebody was merged', 'merges', { loserId: 'u' }, { sort: { at: -1 } }],
    ['which Slack user somebody is', 'slack_links', { memberId: 'm' }, {}],
    ['a head', 'events', eventsAfter('s', 0), inOrder(-1)],
  ]
  // An event's id begins with its stream; and of those who wait, whom the queue's index has alone, there are few.
  const elsewhere = (name: string, field: string) =>
    field === 'stream' || (name === 'what somebody holds' && field === 'assigneeId')
  for (const [name, collection, filter, options] of served)
    it(`have an index for ${name}`, async () => {
      const plan = JSON.stringify(await app.careline.storage.store.of('w1').explain(collection, filter, options))
      expect(plan).to.include('IXSCAN')
      expect(plan).not.to.include('COLLSCAN')
      expect(plan).not.to.include('"SORT"')
      // What is asked for by its value is looked up by it, and not looked for among what the index has of others.
      const keys = [...plan.matchAll(/"keyPattern":(\{[^}]*\})/g)].flatMap(([, keys = '']) =>
        Object.keys(JSON.parse(keys)),
      )
      const fields = Object.entries(filter).flatMap(([field, value]) => (typeof value === 'string' ? [field] : []))
      expect(keys).to.include.members(fields.filter((field) => !elsewhere(name, field)))
    })
})
