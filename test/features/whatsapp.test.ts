import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Api } from '../../client/api.ts'
import { recordsOf } from '../../client/records.ts'
import { parseWebhook } from '../../providers/whatsapp/webhook.ts'
import { webhookBytesMax } from '../../server/webhooks/whatsapp.ts'
import { withApp } from '../harness/boot.ts'
import { Door, says } from '../harness/door.ts'

interface Sample {
  name: string
  expected: Record<string, any>
  body: unknown
}
const samples = ['pywa', 'netflie'].flatMap(
  (source) => JSON.parse(readFileSync(`test/providers/whatsapp/fixtures/${source}.json`, 'utf8')) as Sample[],
)

describe('what WhatsApp tells, at the door', () => {
  const app = withApp()
  let door: Door
  let api: Api
  before(async () => {
    door = new Door(app.url, app.business.channel)
    api = await app.business.as('owner')
  })

  async function threadOf(contact: string) {
    const { items } = await api.conversations.list({ limit: 100 })
    const mine = items.filter(({ conversation }) => conversation.contact === contact)
    expect(mine, `conversations of ${contact}`).to.have.length(1)
    const { conversationId, conversation } = mine[0] as (typeof mine)[0]
    return { conversation, ...(await api.conversations.messages(conversationId, { limit: 100 })) }
  }

  for (const { name, body, expected } of samples)
    it(`takes Meta's sample ${name}, once`, async () => {
      // Samples share placeholder ids: each gets its own, as Meta's would be.
      const raw = JSON.stringify(body).replaceAll(/"(wamid\.[^"]*)"/g, `"$1.${name}"`)
      const items = parseWebhook(JSON.parse(raw))
      expect(await door.post(raw)).to.have.property('status', 200)
      expect(await door.post(raw)).to.have.property('status', 200)
      await app.settled()
      for (const item of items) {
        const id = `${app.business.channel.id}/${item.eventKey}`
        const kept = await app.careline.storage.store.collection('webhook_events').findOne({ _id: id })
        expect(kept, item.kind).to.include({ status: 'processed', attempts: 0 })
        if (item.kind !== 'message' || item.content.kind === 'reaction') continue
        const known = item.from.waId ?? item.from.userId ?? ''
        const address = /^\d+$/.test(known) ? `+${known}` : known
        const found = (await threadOf(address)).items.filter(({ content }) => content.kind === item.content.kind)
        expect(found, `${item.content.kind} of ${name}`).not.to.be.empty
        if (expected['text']) expect(JSON.stringify(found)).to.include(JSON.stringify(expected['text']))
      }
    })

  it('makes one conversation of six images that come within 300 ms, in their order', async () => {
    const from = { waId: '4915770000001', name: 'Album' }
    const image = (n: number) => ({
      id: `wamid.album${n}`,
      type: 'image',
      image: { id: `none${n}`, mime_type: 'image/png', caption: `${n}` },
    })
    await door.post(door.messages(from, image(1), image(2)))
    for (const n of [3, 4, 5]) await door.post(door.messages(from, image(n)))
    await Promise.all([door.post(door.messages(from, image(5))), door.post(door.messages(from, image(4), image(6)))])
    await app.settled()
    const { items, conversation } = await threadOf('+4915770000001')
    expect(items.map(({ content }) => (content as { caption?: string }).caption)).to.deep.equal([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
    ])
    expect(conversation).to.include({ unread: 6 })
  })

  it('takes what Meta tells together: each person in their order, each message once, and none for another', async () => {
    const people = Array.from({ length: 6 }, (_, nth) => ({ waId: `49157711000${10 + nth}`, name: `Crowd ${nth}` }))
    const texts = ['1', '2', '3', '4']
    const told = texts.flatMap((text) =>
      people.map((from) => door.messages(from, says(`wamid.crowd.${from.waId}.${text}`, text))),
    )
    const nonsense = { id: '1', changes: [{ field: 'messages', value: { messages: [{}] } }] }
    // What Meta repeats may come beside itself.
    const entries = told.flatMap(({ entry }): object[] => entry)
    const body = { ...told[0], entry: [...entries.slice(0, 20), nonsense, ...entries.slice(10)] }
    expect(await door.post(body)).to.include({ status: 200 })
    await app.settled()
    for (const { waId } of people) {
      const { items, conversation } = await threadOf(`+${waId}`)
      expect(
        items.map(({ content }) => 'text' in content && content.text),
        waId,
      ).to.deep.equal(texts)
      expect(conversation).to.include({ unread: 4 })
    }
  })

  it('counts once each of forty messages that a crash before their settling makes the sweep bring again', async () => {
    const texts = Array.from({ length: 40 }, (_, n) => says(`wamid.again.${n}`, `${n}`))
    expect(await door.post(door.messages({ waId: '4915770000040', name: 'Forty' }, ...texts))).to.include({
      status: 200,
    })
    await app.settled()
    const events = app.careline.storage.store.collection('webhook_events')
    const theirs = { _id: { $in: texts.map(({ id }) => `${app.business.channel.id}/${id}`) } }
    await events.updateMany(theirs, { $set: { status: 'received', dueAt: new Date(0) } })
    expect(await app.careline.intake.sweep(100)).to.equal(40)
    await app.settled()
    const { items, conversation } = await threadOf('+4915770000040')
    expect(items.map(({ n }) => n)).to.deep.equal(texts.map((_, n) => n + 1))
    expect(conversation).to.include({ unread: 40 })
    expect(await events.countDocuments({ ...theirs, status: 'processed', attempts: 1 })).to.equal(40)
  })

  it('takes up what it can read beside what nobody can, and tries that again later', async () => {
    await door.post(door.messages({ waId: '4915770000041', name: 'Beside' }, says('wamid.beside', 'and I?')))
    await app.settled()
    const events = app.careline.storage.store.collection('webhook_events')
    const id = `${app.business.channel.id}/wamid.beside`
    const good = (await events.findOne({ _id: id })) ?? expect.fail('it was not kept')
    const left = { status: 'received', attempts: 0, dueAt: new Date(0) }
    // Sealed for another place: it does not open.
    await events.insertOne({ ...good, ...left, _id: `${app.business.channel.id}/wamid.unreadable` })
    await events.updateOne({ _id: id }, { $set: { ...left, dueAt: new Date(1) } })
    expect(await app.careline.intake.sweep(100)).to.equal(2)
    await app.settled()
    expect(await events.findOne({ _id: id })).to.include({ status: 'processed', attempts: 1 })
    const bad = await events.findOne({ _id: `${app.business.channel.id}/wamid.unreadable` })
    expect(bad).to.include({ status: 'received', attempts: 1 })
    await events.deleteOne({ _id: `${app.business.channel.id}/wamid.unreadable` })
  })

  it('knows a person under another spelling of the same number, and keeps what was written', async () => {
    await door.post(door.messages({ waId: '5511987654321', name: 'Bia' }, says('wamid.br1', 'with the ninth digit')))
    await app.settled()
    await door.post(door.messages({ waId: '551187654321', name: 'Bia' }, says('wamid.br2', 'without it')))
    await app.settled()
    const { items } = await api.conversations.list({ limit: 100 })
    expect(items.filter(({ conversation }) => conversation.name === 'Bia')).to.have.length(1)
    expect((await threadOf('+551187654321')).items).to.have.length(2)
  })

  it('joins no two people who have a number each, though one could be the other’s in another spelling', async () => {
    const records = recordsOf(api.http)
    const numbers = { Caio: '5511976543210', Davi: '551176543210' }
    for (const [name, number] of Object.entries(numbers))
      await records.enter({ name, identities: [{ kind: 'phone', value: `+${number}` }] })
    for (const [name, waId] of Object.entries(numbers))
      await door.post(door.messages({ waId, name: 'Whoever' }, says(`wamid.two.${waId}`, `I am ${name}`)))
    await app.settled()
    for (const [name, number] of Object.entries(numbers)) {
      const { conversation, items } = await threadOf(`+${number}`)
      expect(conversation.name).to.equal(name)
      expect(items.map(({ content }) => (content as { text?: string }).text)).to.deep.equal([`I am ${name}`])
    }
  })

  it('edits, takes back and reacts on the message that was meant', async () => {
    const person = app.business.person('Ines')
    const { id } = person.sends('Can I cme tomorow?')
    person.sends('forget this')
    await app.settled()
    const { message } = person.sends({ kind: 'edit', to: id, text: 'Can I come tomorrow?' })
    expect(message.id).to.equal(id)
    const last = person.chat().messages.at(-1)?.id ?? ''
    person.sends({ kind: 'delete', to: last })
    person.sends({ kind: 'reaction', to: id, emoji: '👍' })
    await app.settled()
    const { items } = await threadOf(`+${person.waId}`)
    expect(items[0]).to.deep.include({ content: { kind: 'text', text: 'Can I come tomorrow?' } })
    expect(items[0]?.reactions).to.deep.equal({ person: '👍', staff: null })
    expect(items[0]?.editedAt).to.be.a('string')
    expect(items[1]?.content).to.deep.equal({ kind: 'unsupported', what: 'withdrawn' })
    expect(items[1]?.deletedAt).to.be.a('string')
  })

  it('keeps a file that came in, and gives it to staff alone', async () => {
    const person = app.business.person('Omar')
    person.sends({ kind: 'voice', sample: 'voice' })
    person.sends({ kind: 'image', sample: 'image', caption: 'my knee' })
    person.sends({ kind: 'location', latitude: 33.57, longitude: -7.59, name: 'Casablanca' })
    await app.settled()
    const { items } = await threadOf(`+${person.waId}`)
    const [voice, image, location] = items.map(({ content }) => content) as Record<string, any>[]
    expect(voice).to.include({ kind: 'voice' })
    expect(voice?.['fileId']).to.match(/^fil_/)
    expect(location).to.include({ kind: 'location', name: 'Casablanca', latitude: 33.57 })
    const path = `/api/v1/files/${image?.['fileId']}/link`
    const got = await fetch(app.url + (await api.files.link(image?.['fileId'])).url)
    expect(got.headers.get('content-type')).to.equal('image/png')
    expect(
      Buffer.from(await got.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).to.equal('PNG')
    expect((await fetch(app.url + path)).status).to.equal(401)
    const other = await (await app.open('other')).as('owner')
    const foreign = await fetch(app.url + path, { headers: { authorization: `Bearer ${await other.token()}` } })
    expect(foreign.status).to.equal(404)
  })

  it('changes nothing for a signature that does not fit, a foreign channel, or a body of another shape', async () => {
    const before = await api.conversations.list({ limit: 100 })
    const body = JSON.stringify(door.messages({ waId: '4915770009999', name: 'Eve' }, says('wamid.eve', 'let me in')))
    const answers = await Promise.all([
      door.post(body, { signature: 'sha256=00' }),
      door.post(body, { path: '/webhooks/whatsapp/ch_unknown' }),
      door.post('{"object":'),
      door.post({ object: 'page', entry: [] }),
      door.post({ ...JSON.parse(body), padding: 'x'.repeat(webhookBytesMax) }),
    ])
    expect(answers.map(({ status }) => status)).to.deep.equal([401, 404, 400, 422, 413])
    await app.settled()
    expect(await api.conversations.list({ limit: 100 })).to.deep.equal(before)
  })
})
