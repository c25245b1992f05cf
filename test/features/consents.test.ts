import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

describe('what may be said, and why it was not', () => {
  const app = withApp()

  const known = async (name: string) => {
    const { business } = app
    const api = await business.as('owner')
    const person = business.person(name)
    person.sends('Hello')
    await app.settled()
    const { items } = await api.conversations.list({ status: 'open' })
    const line = items.find(({ conversation }) => conversation.name === name)
    const [conversationId, userId] = [line?.conversationId ?? '', line?.conversation.userId ?? '']
    const token = (await api.token()) ?? ''
    const ask = async (method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
      const answer = await fetch(`${app.url}/api/v1${path}`, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: await answer.json().catch((): any => undefined) }
    }
    return { person, conversationId, userId, ask }
  }
  const spring = { content: { kind: 'text', text: 'Spring is here' }, class: 'marketing' }
  const yes = {
    changes: [{ channel: 'whatsapp', purpose: 'marketing', state: 'granted' }],
    proof: { method: 'verbal', text: 'Yes, send me your offers.', textVersion: '3' },
  }

  it('is answered in one call, in order and in words', async () => {
    const { conversationId, userId, ask } = await known('Wilma')
    const refused = await ask('POST', `/conversations/${conversationId}/messages`, spring)
    expect(refused).to.deep.include({ status: 409 })
    expect(refused.body.code).to.equal('consent_missing')
    await app.settled()
    const { status, body } = await ask('GET', `/users/${userId}/why`)
    expect(status).to.equal(200)
    const decisions = body.items.filter(({ type }: any) => type === 'decision')
    expect(decisions.map(({ name, outcome }: any) => [name, outcome])).to.deep.equal([['guard.consent@1', 'refused']])
    expect(decisions[0].says).to.equal('Not sent: they never consented to marketing messages by WhatsApp.')
    expect(body.items.map(({ says }: any) => says)).to.include('They wrote (text).')
    expect(JSON.stringify(body)).not.to.include('Spring is here')

    const messageId = decisions[0].messageId
    const alone = await ask('GET', `/users/${userId}/why?messageId=${messageId}`)
    expect(alone.body.items.map(({ name }: any) => name)).to.deep.equal(['guard.consent@1'])
    expect(
      (await ask('GET', `/users/${userId}/why?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z`)).status,
    ).to.equal(422)
    expect((await ask('GET', '/users/usr_nobody/why')).status).to.equal(404)
  })

  it('keeps what they said with its proof, and one click ends it, without a page', async () => {
    const { conversationId, userId, ask } = await known('Xaver')
    expect((await ask('PUT', `/users/${userId}/consents`, { ...yes, proof: { method: 'verbal' } })).body.code).to.equal(
      'proof_missing',
    )
    expect((await ask('PUT', `/users/${userId}/consents`, yes)).status).to.equal(200)
    await app.settled()

    const { preferences } = app.careline
    const place = { workspaceId: app.business.workspace.id, userId, channel: 'whatsapp', purpose: 'marketing' } as const
    const link = await preferences.linkOf(place)
    const path = new URL(link).pathname
    const page = await fetch(`${app.url}${path}`, { headers: { accept: 'text/html' } })
    expect(page.headers.get('content-type')).to.match(/^text\/html/)
    const shown = await (await fetch(`${app.url}/api/v1${path}`)).json()
    expect(shown.choices).to.deep.include({ channel: 'whatsapp', purpose: 'marketing', isOn: true })
    const spoken = async (accepts: string) => {
      const asked = await fetch(`${app.url}/api/v1${path}`, { headers: { 'accept-language': accepts } })
      return (await asked.json()).locale
    }
    expect(await spoken('xx, fr-CA;q=0.8, en;q=0.5'), 'their browser’s').to.equal('fr')
    await ask('PATCH', `/users/${userId}`, { locale: 'hi-IN' })
    expect(await spoken('fr'), 'their own').to.equal('hi')
    expect((await preferences.footOf(place)).says).to.equal('सदस्यता समाप्त करें')

    const click = {
      method: 'POST',
      body: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }
    for (const _ of [1, 2]) {
      const done = await fetch(`${app.url}${path}`, { ...click, redirect: 'error' })
      expect([done.status, await done.json()]).to.deep.equal([200, { isUnsubscribed: true }])
    }
    await app.settled()
    expect((await ask('POST', `/conversations/${conversationId}/messages`, spring)).body.code).to.equal(
      'consent_missing',
    )

    const history = (await ask('GET', `/users/${userId}/consents/history`)).body.items
    expect(history.map(({ state, proof, by }: any) => [state, proof.method, by.role])).to.deep.equal([
      ['revoked', 'link', 'person'],
      ['granted', 'verbal', 'owner'],
    ])
    expect(history[1].proof).to.include({ text: 'Yes, send me your offers.', textVersion: '3' })

    const choices = [{ channel: 'whatsapp', purpose: 'marketing', isOn: true }]
    const chosen = await fetch(`${app.url}/api/v1${path}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ choices, text: 'Offers and news' }),
    })
    expect((await chosen.json()).choices).to.deep.include(choices[0])
    for (const broken of [
      `${path}x`,
      path.replace('marketing', 'operational'),
      '/unsubscribe/a~b~c~d~e',
      path.replace(userId, 'usr_other'),
    ])
      expect((await fetch(`${app.url}/api/v1${broken}`)).status, broken).to.equal(404)
  })

  it('puts a question, hears its answer live, and the words that mean something', async () => {
    const { person, conversationId, userId, ask } = await known('Zora')
    const screen = await app.business.screen('owner')
    const thread = screen.open(`conversation:${conversationId}`)
    await thread.ready()
    const asked = await ask('POST', `/conversations/${conversationId}/questions`, {
      for: { kind: 'booking', ref: 'bk_1' },
      text: 'When does it suit you?',
      choices: [
        { id: 'mon', title: 'Monday' },
        { id: 'tue', title: 'Tuesday' },
      ],
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    })
    expect(asked.body).to.deep.include({ isAsked: true, why: null })
    await until(() => thread.state()?.question?.questionId === asked.body.questionId)
    await until(() => person.chat().messages.at(-1)?.content.kind === 'buttons')
    person.sends('2')
    await until(() => thread.state()?.question === null)
    person.sends('done for today')
    await app.settled()
    const { items } = (await ask('GET', `/users/${userId}/why`)).body
    expect(items.map(({ says }: any) => says)).to.include.members([
      'They were asked, with choices.',
      'Read as the answer “tue” to what was asked (booking).',
      'They said done.',
      'Read as the word “done”.',
    ])
  })

  it('takes addresses out whoever has them, and keeps of them a hash alone', async () => {
    const { person, userId, ask } = await known('Yara')
    const place = { channel: 'whatsapp', address: `+${person.waId}` }
    const stranger = { channel: 'email', address: 'Who@Example.com' }
    const added = await ask('POST', '/suppressions', { places: [place, stranger] })
    expect(added.body).to.deep.equal({ added: 2, known: 1 })
    await app.settled()
    expect(
      (await ask('GET', `/users/${userId}/consents`)).body.suppressed.map(({ reason }: any) => reason),
    ).to.deep.equal(['manual'])
    const checked = await ask('POST', '/suppressions/check', {
      places: [
        { channel: 'email', address: 'who@example.com ' },
        { channel: 'sms', address: '+4930123' },
      ],
    })
    expect(checked.body.items).to.have.length(1)
    const list = (await ask('GET', '/suppressions?limit=1')).body
    expect(list.items).to.have.length(1)
    const rest = (await ask('GET', `/suppressions?cursor=${list.nextCursor}`)).body
    expect([...list.items, ...rest.items].map(({ channel }: any) => channel)).to.have.members(['whatsapp', 'email'])
    const kept = await app.careline.storage.store.of(app.business.workspace.id).find('suppressions', {})
    expect(JSON.stringify(kept)).not.to.match(/example|4915/i)

    expect((await ask('POST', '/suppressions/lift', place)).body).to.deep.equal({ isLifted: true })
    await app.settled()
    expect((await ask('GET', `/users/${userId}/consents`)).body.suppressed).to.deep.equal([])
    person.sends('STOP')
    await app.settled()
    expect(person.chat().messages.at(-1)?.content).to.deep.include({
      kind: 'text',
      text: 'You will get no more messages from us here. Reply START to get them again.',
    })
    expect((await ask('POST', '/suppressions/lift', place)).body.code).to.equal('own_act_needed')
  })
})
