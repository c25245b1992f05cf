import { expect } from 'chai'
import { z } from 'zod'
import { Resources } from '../../store/settings/resources.ts'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

describe('remarks, and settings that are declared once', () => {
  const app = withApp()
  let userId = ''
  let strangerId = ''
  const tokens: Record<string, string> = {}
  before(async () => {
    const { business } = app
    for (const name of ['ann', 'ben']) await business.member(name)
    const other = await app.open('elsewhere')
    strangerId = other.members['owner']?.id ?? ''
    business.person('Lena Vogt').sends('Hello')
    await app.settled()
    for (const [name, { workspace, members }] of [
      ['owner', business],
      ['ann', business],
      ['ben', business],
      ['stranger', other],
    ] as const) {
      const { accessToken } = await app.careline.auth.openFor(
        workspace.id,
        members[name === 'stranger' ? 'owner' : name]?.id ?? '',
      )
      tokens[name] = accessToken
    }
    const { items } = await (await business.as('owner')).conversations.list()
    userId = items[0]?.conversation.userId ?? ''
  })

  async function ask(who: string, method: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens[who]}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const said = await answer.text()
    return { status: answer.status, body: said === '' ? undefined : JSON.parse(said) }
  }
  const make = (text: string, who = 'ann', headers = {}) =>
    ask(who, 'POST', '/remarks', { kind: 'person', recordId: userId, text }, headers)

  it('are left on a record, read there by every colleague, and sealed at rest', async () => {
    const { status, body } = await make('Prefers the morning.')
    expect(status).to.equal(201)
    expect(body).to.include({ kind: 'person', recordId: userId, text: 'Prefers the morning.', isPinned: false, rev: 1 })
    const { body: page } = await ask('ben', 'GET', `/remarks?kind=person&recordId=${userId}`)
    expect(page.items).to.deep.equal([body])
    const stored = await app.careline.storage.store.of(app.business.workspace.id).one('remarks', { _id: body.id })
    expect(JSON.stringify(stored)).not.to.contain('morning')
  })

  it('are changed and deleted by who made them, and by nobody else', async () => {
    const { body } = await make('A slip of the pen.')
    const refused = await ask('ben', 'PATCH', `/remarks/${body.id}`, { text: 'Mine now' })
    expect([refused.status, refused.body.code]).to.deep.equal([403, 'not_yours'])
    expect((await ask('ben', 'DELETE', `/remarks/${body.id}`)).status).to.equal(403)
    const changed = await ask('ann', 'PATCH', `/remarks/${body.id}`, { isPinned: true })
    expect(changed.body).to.deep.include({ text: 'A slip of the pen.', isPinned: true, rev: 2 })
    const again = await ask('ann', 'PATCH', `/remarks/${body.id}`, { text: 'Corrected.' })
    expect(again.body, 'what is not named has no default').to.include({ text: 'Corrected.', isPinned: true })
    expect((await ask('ann', 'DELETE', `/remarks/${body.id}`)).status).to.equal(204)
    expect((await ask('ann', 'GET', `/remarks/${body.id}`)).status).to.equal(404)
  })

  it('know no record of another workspace, and are not known there', async () => {
    const refused = await make('Not mine', 'stranger')
    expect([refused.status, refused.body.code]).to.deep.equal([404, 'not_found'])
    const { body } = await make('Ours.')
    for (const [method, change] of [['GET'], ['PATCH', { text: 'x' }], ['DELETE']] as const)
      expect((await ask('stranger', method, `/remarks/${body.id}`, change)).status, method).to.equal(404)
    const { body: page } = await ask('stranger', 'GET', '/remarks')
    expect(page.items).to.deep.equal([])
    const moved = await ask('ann', 'PATCH', `/remarks/${body.id}`, { recordId: 'usr_other' })
    expect([moved.status, moved.body.code]).to.deep.equal([409, 'remark_stays'])
  })

  it('refuse whoever has not seen the last change, and change nothing then', async () => {
    const { body } = await make('First.')
    const path = `/remarks/${body.id}`
    const change = (text: string, seen: string) => ask('ann', 'PATCH', path, { text }, { 'if-match': seen })
    expect((await change('Second.', '"1"')).body).to.include({ text: 'Second.', rev: 2 })
    const late = await change('Too late.', '1')
    expect([late.status, late.body.code]).to.deep.equal([412, 'stale_revision'])
    expect((await ask('ann', 'DELETE', path, undefined, { 'if-match': '"1"' })).status).to.equal(412)
    const wrong = await change('x', 'yesterday')
    expect([wrong.status, wrong.body.code]).to.deep.equal([400, 'invalid_if_match'])
    expect((await ask('ann', 'GET', path)).body).to.include({ text: 'Second.', rev: 2 })
    expect((await change('Second.', '2')).body, 'nothing to change').to.include({ rev: 2 })
    const many = await Promise.all(
      Array.from({ length: 6 }, (_, n) => ask('ann', 'PATCH', path, { text: `At once ${n}` }, { 'if-match': '2' })),
    )
    expect(many.map(({ status }) => status).sort()).to.deep.equal([200, 412, 412, 412, 412, 412])
  })

  it('are changed by one of two who saw the same, also where both looked before either wrote', async () => {
    const { body } = await make('Seen by two.')
    const { store, rest } = app.careline.storage
    const kept = new Resources({ store, rest }, { collection: 'remarks', fields: z.object({ isPinned: z.boolean() }) })
    const workspaceId = app.business.workspace.id
    const seen = (await kept.byId(workspaceId, body.id)) as NonNullable<Awaited<ReturnType<typeof kept.byId>>>
    const how = { by: 'mem_x', now: Date.now() }
    expect(await kept.change(workspaceId, seen, { isPinned: true }, how)).to.include({ rev: 2 })
    expect(await kept.change(workspaceId, seen, { isPinned: false }, how)).to.equal(undefined)
    expect(await kept.remove(workspaceId, seen, { ...how, isKept: false })).to.equal(false)
    expect(await kept.byId(workspaceId, body.id)).to.include({ rev: 2, isPinned: true })
  })

  it('are made once by a request that is sent again', async () => {
    const key = { 'idempotency-key': 'remark-once' }
    const [first, second] = [await make('Once.', 'ann', key), await make('Once.', 'ann', key)]
    expect(second.body.id).to.equal(first.body.id)
  })

  it('come a page at a time, each once', async () => {
    const before = (await ask('ann', 'GET', '/remarks?limit=100')).body.items.length as number
    for (let n = 0; n < 7; n++) await make(`Page ${n}`)
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await ask('ann', 'GET', `/remarks?limit=3${cursor && `&cursor=${cursor}`}`)
      // The latest first; within one millisecond by their ids, so that no page begins in the middle of them.
      seen.push(...body.items.map(({ id, createdAt }: Record<string, string>) => `${createdAt}/${id}`))
      cursor = body.nextCursor ?? ''
    } while (cursor)
    expect(new Set(seen).size).to.equal(before + 7)
    expect(seen).to.deep.equal(seen.toSorted().reverse())
  })

  it('are told to every console that is open, and to none of another workspace', async () => {
    const ben = await app.business.screen('ben')
    const heard: unknown[] = []
    const inbox = ben.open(`inbox:${app.business.workspace.id}`)
    inbox.subscribe(({ signal }) => void (signal?.type === 'settings.changed' && heard.push(signal.data)))
    await inbox.ready()
    await ask('stranger', 'POST', '/remarks', { kind: 'member', recordId: strangerId, text: 'Elsewhere.' })
    const { body } = await make('Live.')
    await until(() => heard.length === 1)
    expect(heard).to.deep.equal([{ resource: 'remarks', id: body.id, rev: 1 }])
  })
})
