import { expect } from 'chai'
import { CloudApi } from '../../../providers/whatsapp/cloud-api.ts'
import type { Outgoing } from '../../../kernel/content.ts'
import { samples } from '../../../providers/whatsapp/simulator/samples.ts'
import type { Act } from '../../../providers/whatsapp/simulator/acts.ts'
import { lenaId, standingClock, world } from './world.ts'
import type { World } from './world.ts'

const hello: Outgoing = { kind: 'text', text: 'Hello' }
const day = 24 * 60 * 60_000

describe('WhatsApp: the simulator', () => {
  let here: World
  const open = async (options: Parameters<typeof world>[0] = {}) => (here = await world(options))
  afterEach(() => here.stop())

  const post = async (body: unknown, token = here.channel.token, path = `${here.channel.phoneNumberId}/messages`) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${here.whatsapp.baseUrl}/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }
  const statuses = () =>
    here.heard.items.flatMap((item) => (item.kind === 'status' ? [`${item.opaque ?? ''} ${item.status}`] : []))
  const send = (content: Outgoing = hello, opaque = 'm1') =>
    new CloudApi().send(here.whatsapp, { to: lenaId, content, opaque }) as Promise<any>

  describe('speaks as Meta does', () => {
    beforeEach(async () => {
      await open()
      here.lena.sends('Hi')
    })
    const text = { messaging_product: 'whatsapp', to: lenaId, type: 'text', text: { body: 'Hello' } }
    const interactive = (what: object) => ({ ...text, type: 'interactive', text: undefined, interactive: what })
    const buttons = (list: object[]) =>
      interactive({
        type: 'button',
        body: { text: 'x' },
        action: { buttons: list.map((reply) => ({ type: 'reply', reply })) },
      })
    const list = (rows: object[]) =>
      interactive({ type: 'list', body: { text: 'x' }, action: { button: 'Go', sections: [{ rows }] } })
    const some = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ id: `b${index}`, title: `B${index}` }))

    const wrong: [string, unknown, number][] = [
      ['no product', { ...text, messaging_product: undefined }, 100],
      ['no body at all', null, 100],
      ['an unknown field', { ...text, colour: 'red' }, 100],
      ['an unknown type', { ...text, type: 'hologram' }, 131051],
      ['no type', { ...text, type: undefined }, 131008],
      ['no text', { ...text, text: undefined }, 131008],
      ['an empty text', { ...text, text: { body: '' } }, 131009],
      ['too long a text', { ...text, text: { body: 'x'.repeat(4_097) } }, 131009],
      ['no recipient', { ...text, to: undefined }, 131008],
      ['a recipient in words', { ...text, to: 'Lena' }, 131009],
      ['four buttons', buttons(some(4)), 131009],
      ['a button of 21 characters', buttons([{ id: 'a', title: 'x'.repeat(21) }]), 131009],
      [
        'two buttons of one id',
        buttons([
          { id: 'a', title: 'A' },
          { id: 'a', title: 'B' },
        ]),
        131009,
      ],
      ['eleven rows', list(some(11)), 131009],
      ['a row of 25 characters', list([{ id: 'a', title: 'x'.repeat(25) }]), 131009],
      ['too long an opaque', { ...text, biz_opaque_callback_data: 'x'.repeat(513) }, 131009],
    ]
    for (const [what, body, code] of wrong)
      it(`refuses ${what}: ${code}`, async () => {
        const answer = await post(body)
        expect(answer.body.error).to.include({ code, type: 'OAuthException' })
        expect(answer.body.error.message).to.match(new RegExp(`^\\(#${code}\\)`))
        expect(answer.body.error.error_data).to.include({ messaging_product: 'whatsapp' })
        expect(answer.status).to.equal(400)
      })

    it('answers as Meta answers', async () => {
      const { status, body } = await post({ ...text, to: `+${lenaId}` })
      expect(status).to.equal(200)
      expect(body.contacts).to.deep.equal([{ input: `+${lenaId}`, wa_id: lenaId }])
      expect(Buffer.from(body.messages[0].id.slice('wamid.'.length), 'base64').toString('latin1')).to.include(lenaId)
      expect((await post(buttons(some(3)))).status).to.equal(200)
      expect((await post(list(some(10)))).status).to.equal(200)
    })

    it('tells a wrong token nothing, and keeps what it was asked', async () => {
      for (const path of [`${here.channel.phoneNumberId}/messages`, 'no-such-number/messages', '1', '1/file'])
        expect((await post(text, 'wrong', path)).body.error.code, path).to.equal(190)
      await post(text)
      expect(here.simulator.sent.at(-1)).to.deep.include({ status: 200, body: text })
      expect(here.simulator.sent.map(({ status }) => status)).to.deep.equal([401, 401, 401, 401, 200])
    })
  })

  it('lets the business write freely for 24 hours, and then by template only', async () => {
    const clock = standingClock()
    await open({ clock })
    expect((await send()).error, 'who never wrote').to.include({ code: 'window_closed', action: 'template_needed' })
    here.lena.sends('Hi')
    expect(here.lena.chat().windowEndsAt).to.equal(clock.now() + day)
    clock.advance(day - 1)
    expect((await send()).outcome).to.equal('accepted')
    clock.advance(1)
    expect(here.lena.chat().windowEndsAt).to.equal(null)
    expect((await send()).error).to.include({ code: 'window_closed', providerCode: 131047 })
    const reminder: Outgoing = {
      kind: 'template',
      name: 'appointment_reminder',
      language: 'en',
      parameters: ['Lena', '9:00'],
    }
    expect((await send(reminder)).outcome).to.equal('accepted')
    expect(here.lena.chat().messages.at(-1)?.shown).to.equal('Hello Lena, see you at 9:00.')
    expect(here.lena.chat().messages.at(-1)?.buttons).to.deep.equal(['Confirm', 'Cancel'])
    here.lena.sends({ kind: 'answer', to: here.lena.chat().messages.at(-1)!.id, id: 'Confirm' })
    expect((await send()).outcome, 'she has answered').to.equal('accepted')
  })

  it('ticks as the phone does: sent while it is offline, delivered when it is back, read when the chat is open', async () => {
    await open()
    here.lena.sends('Hi')
    here.lena.goes('offline')
    await send(hello, 'a')
    await here.simulator.settled()
    expect(statuses()).to.deep.equal(['a sent'])
    here.lena.goes('online')
    await here.simulator.settled()
    expect(statuses()).to.deep.equal(['a sent', 'a delivered'])
    expect(here.lena.chat()).to.include({ unread: 1 })
    here.lena.opens()
    await here.simulator.settled()
    expect(statuses()).to.deep.equal(['a sent', 'a delivered', 'a read'])
    await send(hello, 'b')
    await here.simulator.settled()
    expect(statuses().slice(3)).to.deep.equal(['b sent', 'b delivered', 'b read'])
    here.lena.closes()
    await send(hello, 'c')
    await here.simulator.settled()
    expect(statuses().slice(6)).to.deep.equal(['c sent', 'c delivered'])
    expect(here.heard.forged).to.equal(0)
  })

  it('gives the person two ticks when the webhook is taken, and blue ones when we have read', async () => {
    await open()
    here.heard.answer = () => 503
    const { id } = here.lena.sends('Hi')
    const status = () => here.lena.chat().messages.find((each) => each.id === id)?.status
    await until(() => here.simulator.webhooksDelivered().length > 2)
    expect(status()).to.equal('sent')
    here.heard.answer = () => 200
    await here.simulator.settled()
    expect(status()).to.equal('delivered')
    await new CloudApi().markRead(here.whatsapp, id)
    expect(status()).to.equal('read')
  })

  const acts: Act[] = [
    { kind: 'text', text: 'Grüezi 👋' },
    { kind: 'image', caption: 'Look' },
    { kind: 'video', base64: Buffer.from('film').toString('base64'), mime: 'video/mp4' },
    { kind: 'audio' },
    { kind: 'voice' },
    { kind: 'document' },
    { kind: 'sticker' },
    { kind: 'location', latitude: 1.5, longitude: -2.5, name: 'Here' },
    { kind: 'contacts', contacts: [{ name: 'Ben', phones: ['+49 170 1'] }] },
    { kind: 'unsupported', what: 'poll_creation' },
  ]
  it('says all that a person can say, and the same arrives', async () => {
    await open()
    const said = acts.map((act) => here.lena.sends(act))
    await here.simulator.settled()
    const heard = here.heard.items
    expect(heard.map(({ kind }) => kind)).to.deep.equal(acts.map(() => 'message'))
    heard.forEach((item, index) => {
      if (item.kind !== 'message') return
      const { content, id } = said[index]!.message
      // Meta tells no size, and a name only of documents.
      const { sizeBytes: _, ...told } = content as any
      expect(item).to.deep.include({ providerId: id, content: told })
      expect(item.from).to.deep.include({ waId: lenaId, name: 'Lena' })
    })
    const voice = heard.find((item) => item.kind === 'message' && item.content.kind === 'voice') as any
    const { bytes, mime } = await new CloudApi().fetchMedia(here.whatsapp, voice.content.mediaId)
    expect([Buffer.from(bytes).toString('latin1', 0, 4), mime]).to.deep.equal(['OggS', 'audio/ogg; codecs=opus'])
  })

  it('changes what was said: edits, deletes, reacts, answers', async () => {
    await open()
    const first = here.lena.sends('Helo')
    await send({ kind: 'buttons', text: 'Well?', buttons: [{ id: 'y', title: 'Yes' }] })
    const asked = here.lena.chat().messages.at(-1)!
    here.lena.sends({ kind: 'edit', to: first.id, text: 'Hello' })
    here.lena.sends({ kind: 'answer', to: asked.id, id: 'y' })
    here.lena.sends({ kind: 'reaction', to: asked.id, emoji: '🎉' })
    here.lena.sends({ kind: 'reaction', to: asked.id, emoji: null })
    here.lena.sends('In reply', { replyTo: asked.id })
    here.lena.sends({ kind: 'delete', to: first.id })
    await here.simulator.settled()
    const heard = here.heard.items.filter(({ kind }) => kind !== 'status') as any[]
    expect(
      heard.map(({ kind, providerId, content, replyTo }) => [
        kind,
        kind === 'message' ? replyTo : providerId,
        content?.kind,
      ]),
    ).to.deep.equal([
      ['message', undefined, 'text'],
      ['edited', first.id, 'text'],
      ['message', asked.id, 'answer'],
      ['message', undefined, 'reaction'],
      ['message', undefined, 'reaction'],
      ['message', asked.id, 'text'],
      ['deleted', first.id, undefined],
    ])
    expect(heard[2].content).to.include({ of: 'button', id: 'y', title: 'Yes' })
    expect([heard[3].content.emoji, heard[4].content.emoji]).to.deep.equal(['🎉', null])
    expect(here.lena.chat().messages[0]).to.deep.include({
      edited: true,
      deleted: true,
      content: { kind: 'text', text: 'Hello' },
    })
    const impossible: [Act, string][] = [
      [{ kind: 'edit', to: asked.id, text: 'x' }, 'not_yours'],
      [{ kind: 'delete', to: first.id }, 'not_yours'],
      [{ kind: 'answer', to: asked.id, id: 'n' }, 'no_such_button'],
      [{ kind: 'reaction', to: 'wamid.x', emoji: '👍' }, 'message_unknown'],
    ]
    for (const [act, code] of impossible)
      expect(() => here.lena.sends(act))
        .to.throw()
        .with.property('code', code)
    here.lena.goes('offline')
    expect(() => here.lena.sends('x'))
      .to.throw()
      .with.property('code', 'offline')
  })

  it('lets people edit for a quarter of an hour', async () => {
    const clock = standingClock()
    await open({ clock })
    const { id } = here.lena.sends('Helo')
    clock.advance(15 * 60_000)
    here.lena.sends({ kind: 'edit', to: id, text: 'Hello' })
    clock.advance(1)
    expect(() => here.lena.sends({ kind: 'edit', to: id, text: 'x' }))
      .to.throw()
      .with.property('code', 'too_late')
  })

  it('keeps two numbers apart: chats, tokens, files', async () => {
    await open()
    const other = {
      ...here.channel,
      channelId: 'chn_other',
      phoneNumberId: '2',
      phoneNumber: '+4930',
      token: 'EAAG-other',
    }
    here.simulator.addChannel(other)
    expect(() => here.lena.sends('Hi'))
      .to.throw()
      .with.property('code', 'which_channel')
    const { message } = here.lena.sends({ kind: 'image' }, { channelId: 'chn_other' })
    const { mediaId } = message.content as { mediaId: string }
    here.lena.sends('Hi', { channelId: 'chn_clinic' })
    await here.simulator.settled()
    expect(here.heard.items.map((item) => 'phoneNumberId' in item && item.phoneNumberId)).to.have.members([
      '2',
      here.channel.phoneNumberId,
    ])
    expect(here.lena.chat({ channelId: 'chn_clinic' }).messages).to.have.length(1)
    expect((await send({ kind: 'image', mime: 'image/png', mediaId })).error).to.include({ providerCode: 131009 })
    const failure = await new CloudApi().fetchMedia(here.whatsapp, mediaId).catch((thrown: any) => thrown.error)
    expect(failure).to.include({ providerCode: 100, action: 'broken' })
    const foreign = await new CloudApi().markRead(here.whatsapp, message.id).catch((thrown: any) => thrown.error)
    expect(foreign).to.include({ providerCode: 131009 })
  })

  it('tells when somebody types, once, and shows no number that is hidden', async () => {
    await open()
    const ben = here.simulator.person('491700000002', 'Ben', { hidesNumber: true })
    ben.types(true)
    ben.sends('Hi')
    await here.simulator.settled()
    const [one, other] = [...here.heard.items].sort((a, b) => b.kind.localeCompare(a.kind)) as any[]
    expect(one).to.deep.include({ kind: 'typing', on: true, from: { userId: ben.userId, name: 'Ben' } })
    expect(other).to.deep.include({ kind: 'message', from: { userId: ben.userId, name: 'Ben' } })
    expect(here.heard.bodies.join()).not.to.include(ben.waId)
    here.heard.answer = () => 503
    ben.types(false)
    await here.simulator.settled()
    expect(here.heard.items).to.have.length(2)
  })

  it('shakes hands, and notices when nobody is there', async () => {
    await open()
    expect(await here.simulator.verify()).to.deep.equal({ ok: true, status: 200 })
    here.simulator.addChannel({ ...here.channel, verifyToken: 'other' })
    expect(await here.simulator.verify()).to.deep.equal({ ok: false, status: 403 })
    here.simulator.addChannel({ ...here.channel, webhookUrl: 'http://127.0.0.1:1/' })
    expect(await here.simulator.verify()).to.deep.equal({ ok: false, status: 0 })
  })

  it('has samples that are what they say', async () => {
    await open()
    const starts = Object.values(samples).map(({ make }) => make().toString('latin1', 0, 4))
    expect(starts).to.deep.equal(['\x89PNG', 'OggS', 'RIFF', '%PDF'])
    for (const { make } of Object.values(samples)) expect(make().length).to.be.lessThan(60_000)
  })
})

/** Looks again with every turn of the event loop. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
