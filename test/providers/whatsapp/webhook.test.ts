import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { Content, textMax } from '../../../kernel/content.ts'
import type { Item } from '../../../providers/whatsapp/webhook.ts'
import { parseItem, parseWebhook } from '../../../providers/whatsapp/webhook.ts'

interface Sample {
  name: string
  expected: Record<string, any>
  body: any
}
const samples = ['pywa', 'netflie'].flatMap((source): Sample[] =>
  JSON.parse(readFileSync(new URL(`fixtures/${source}.json`, import.meta.url), 'utf8')),
)

const receivedAt = 1_795_000_000_000
const parse = (body: unknown) => parseWebhook(body, receivedAt)
const only = (body: unknown): any => {
  const items = parse(body)
  expect(items).to.have.length(1)
  return items[0]
}
const metadata = { display_phone_number: '15550783881', phone_number_id: '106540352242922' }
const webhook = (value: unknown, field = 'messages') => ({
  object: 'whatsapp_business_account',
  entry: [{ id: '102290129340398', time: 1_751_247_548, changes: [{ value, field }] }],
})
const messages = (...list: unknown[]) => webhook({ messaging_product: 'whatsapp', metadata, messages: list })
const statuses = (...list: unknown[]) => webhook({ messaging_product: 'whatsapp', metadata, statuses: list })
const message = (more: object) => ({ from: '16505551234', id: 'wamid.A', timestamp: '1749416383', ...more })

// What the type of Meta becomes here.
const kinds: Record<string, string> = {
  button: 'answer',
  interactive: 'answer',
  order: 'unsupported',
  unknown: 'unsupported',
}
// Samples whose words say nothing that could be shown: placeholders, or answers that are no answers of ours.
const unreadable = new Set(['a-location', 'call_permission_update.accept', 'message.interactive_message_with_err'])

/** What the published webhooks about templates say, in our words. */
function newsIn(body: any): object {
  const { value } = body.entry[0].changes[0]
  const { message_template_id, message_template_name: name, message_template_language: language } = value
  const named = { providerId: String(message_template_id), name, language }
  if (value.new_category) return { ...named, category: value.new_category.toLowerCase() }
  const { reason: rejectReason = null, recommendation: advice = null } = value.rejection_info ?? {}
  const category = value.message_template_category.toLowerCase()
  return { ...named, providerStatus: value.event, rejectReason, advice, category }
}

function expectMessage(item: any, name: string, expected: Sample['expected']): void {
  const who = item.from ?? item.recipient
  if (expected.fromWaId !== undefined) expect(who.waId).to.equal(expected.fromWaId)
  if (expected.bsuid !== undefined) expect(who.userId).to.equal(expected.bsuid)
  if (expected.timestamp !== undefined) expect(item.at).to.equal(Number(expected.timestamp) * 1_000)
  if (typeof expected.replyTo === 'string') expect(item.replyTo).to.equal(expected.replyTo)
  if (item.kind !== 'message') return
  expect(item.providerId).to.equal(expected.wamid)
  expect(item.eventKey).to.equal(expected.wamid)
  expectContent(item.content, name, expected)
}

function expectContent(content: any, name: string, expected: Sample['expected']): void {
  const kind = unreadable.has(name) ? 'unsupported' : (kinds[expected.messageType] ?? expected.messageType)
  expect(content.kind).to.equal(kind)
  for (const [field, ours] of Object.entries({
    text: 'text',
    mediaId: 'mediaId',
    mime: 'mime',
    caption: 'caption',
    replyId: 'id',
    replyTitle: 'title',
  }))
    if (typeof expected[field] === 'string') expect(content[ours]).to.equal(expected[field])
}

function expectStatus(item: any, { status, statusFor, errorCode = null }: Record<string, unknown>) {
  expect(item).to.include({ kind: 'status', status, providerId: statusFor })
  expect(item.eventKey).to.equal(`${String(statusFor)}/${String(status)}`)
  expect(item.error?.providerCode ?? null).to.equal(errorCode)
}

describe('WhatsApp: published webhooks', () => {
  it('has them all', () => {
    expect(samples).to.have.length(52)
  })

  for (const { name, expected, body } of samples)
    it(name, () => {
      const items = parse(body)
      expect(items).to.have.length(expected.count ?? 1)
      for (const item of items as any[]) {
        if (expected.status !== undefined && expected.field !== 'calls') expectStatus(item, expected)
        const isTemplate = typeof expected.field === 'string' && /template/.test(expected.field)
        if (isTemplate) expect(item).to.deep.include({ kind: 'template', news: newsIn(body) })
        else if (expected.field !== undefined && expected.field !== 'messages')
          expect(item).to.include({ kind: 'other', field: expected.field })
        else expectMessage(item, name, expected)
        if ('content' in item) expect(Content.parse(item.content)).to.deep.equal(item.content)
        expect(parseItem(item.raw, receivedAt), 'kept, and read again').to.deep.equal(item)
      }
    })
})

describe('WhatsApp: what a webhook can say', () => {
  it('tells who wrote by the user id alone, when the number is hidden', () => {
    const contacts = [{ profile: { name: 'Ana', username: '@ana' }, user_id: 'BR.1' }]
    const hidden = { id: 'wamid.A', from_user_id: 'BR.1', timestamp: 1_749_416_383, type: 'text', text: { body: 'Oi' } }
    const item = only(webhook({ metadata, contacts, messages: [hidden] }))
    expect(item).to.deep.include({ kind: 'message', at: 1_749_416_383_000, from: { userId: 'BR.1', name: 'Ana' } })
    const status = { id: 'wamid.B', status: 'read', timestamp: '1', recipient_user_id: 'BR.1' }
    expect(only(webhook({ metadata, contacts, statuses: [status] })).recipient).to.deep.equal({
      userId: 'BR.1',
      name: 'Ana',
    })
  })

  it('never mixes up two people of one post', () => {
    const contacts = [
      { profile: { name: 'Ana' }, wa_id: '1', user_id: 'US.1' },
      { profile: { name: 'Ben' }, wa_id: '2', user_id: 'US.2' },
    ]
    const say = (from: string) => ({ from, id: `wamid.${from}`, timestamp: '1', type: 'text', text: { body: 'x' } })
    const items: any[] = parse(webhook({ metadata, contacts, messages: [say('2'), say('1'), say('3')] }))
    expect(items.map(({ from }) => from.name)).to.deep.equal(['Ben', 'Ana', undefined])
    const lone: any[] = parse(webhook({ metadata, contacts: contacts.slice(0, 1), messages: [say('1'), say('3')] }))
    expect(lone.map(({ from }) => from.userId)).to.deep.equal(['US.1', undefined])
    for (const item of [...items, ...lone]) expect(parseItem(item.raw, receivedAt)).to.deep.equal(item)
    expect(items[0].raw).not.to.include('Ana')
  })

  it('takes edits, deletions and a moved number for what they are', () => {
    const edit = { original_message_id: 'wamid.O', message: { type: 'text', text: { body: 'New words' } } }
    expect(only(messages(message({ type: 'edit', edit })))).to.deep.include({
      kind: 'edited',
      by: 'person',
      eventKey: 'wamid.A',
      providerId: 'wamid.O',
      content: { kind: 'text', text: 'New words' },
    })
    const revoke = { original_message_id: 'wamid.O' }
    expect(only(messages(message({ type: 'revoke', revoke })))).to.include({ kind: 'deleted', providerId: 'wamid.O' })
    const system = { type: 'user_changed_number', body: 'moved', wa_id: '1999' }
    expect(only(messages(message({ type: 'system', system })))).to.include({ kind: 'system', newWaId: '1999' })
  })

  it('takes our own words from the business app for an echo, never for inbound', () => {
    const echo = {
      from: '15550783881',
      to: '16505551234',
      id: 'wamid.E',
      timestamp: '1',
      type: 'text',
      text: { body: 'We' },
    }
    const echoes = { metadata, message_echoes: [echo] }
    expect(only(webhook(echoes, 'smb_message_echoes'))).to.deep.include({
      kind: 'echo',
      to: { waId: '16505551234' },
      content: { kind: 'text', text: 'We' },
    })
    const revoked = { ...echo, type: 'revoke', revoke: { original_message_id: 'wamid.O' } }
    expect(only(webhook({ metadata, message_echoes: [revoked] }, 'smb_message_echoes'))).to.include({
      kind: 'deleted',
      by: 'business',
    })
  })

  it('knows voice notes, list answers and reactions that are taken back', () => {
    const content = (more: object) => only(messages(message(more))).content
    const file = { id: '1', mime_type: 'audio/ogg; codecs=opus' }
    expect(content({ type: 'audio', audio: { ...file, voice: true } }).kind).to.equal('voice')
    expect(content({ type: 'audio', audio: file }).kind).to.equal('audio')
    const list_reply = { id: 'r', title: 'Row', description: 'More' }
    expect(content({ type: 'interactive', interactive: { type: 'list_reply', list_reply } })).to.deep.equal({
      kind: 'answer',
      of: 'list',
      ...list_reply,
    })
    for (const reaction of [{ message_id: 'wamid.O' }, { message_id: 'wamid.O', emoji: '' }])
      expect(content({ type: 'reaction', reaction })).to.deep.equal({ kind: 'reaction', to: 'wamid.O', emoji: null })
  })

  it('says why there is nothing to show', () => {
    const content = (more: object) => only(messages(message(more))).content
    expect(content({ type: 'hologram', hologram: {} })).to.deep.equal({ kind: 'unsupported', what: 'hologram' })
    expect(content({ type: 'constructor' })).to.deep.equal({ kind: 'unsupported', what: 'constructor' })
    expect(content({ type: 'text', text: { body: '' } })).to.deep.equal({ kind: 'unsupported', what: 'text' })
    expect(content({ type: 'location', location: { latitude: 91, longitude: 0 } }).kind).to.equal('unsupported')
    expect(content({ type: 'image', image: {} })).to.include({
      kind: 'image',
      lost: 'WhatsApp sent no file with this message.',
    })
    expect(content({})).to.deep.equal({ kind: 'unsupported', what: 'unknown' })
  })

  it('bounds what is too long, without breaking a character', () => {
    const { content } = only(messages(message({ type: 'text', text: { body: `${'x'.repeat(textMax - 1)}😀` } })))
    expect(content.text).to.have.length(textMax)
    expect(content.text.isWellFormed()).to.equal(true)
  })

  it('spoils nothing beside what it cannot read', () => {
    const good = message({ type: 'text', text: { body: 'Hello' } })
    const items = parse(
      messages(null, 'x', { id: 7 }, good, message({ id: 'x'.repeat(300) }), { ...good, group_id: 'g' }),
    )
    expect(items.map(({ kind }) => kind)).to.deep.equal(['other', 'other', 'other', 'message', 'other', 'other'])
    expect(new Set(items.map(({ eventKey }) => eventKey)).size).to.equal(6)
    for (const item of items) expect(parseItem(item.raw, receivedAt)).to.deep.equal(item)
  })

  it('matches a failure with our own id and the reason', () => {
    const errors = [{ code: 131049, title: 'Not delivered', error_data: { details: 'Healthy ecosystem.' } }]
    const failed = {
      id: 'wamid.A',
      status: 'failed',
      timestamp: '1',
      recipient_id: '1',
      biz_opaque_callback_data: 'msg_1',
      errors,
    }
    const item = only(statuses(failed))
    expect(item).to.include({ status: 'failed', opaque: 'msg_1' })
    expect(item.error).to.include({ code: 'marketing_capped', action: 'cool_off' })
    expect(only(statuses({ id: 'wamid.A', status: 'played', timestamp: '1' }))).to.include({
      status: 'read',
      eventKey: 'wamid.A/played',
    })
    expect(only(statuses({ id: 'wamid.A', status: 'pondered', timestamp: '1' })).kind).to.equal('other')
  })

  it('is careful with times', () => {
    const at = (timestamp: unknown) => only(messages(message({ type: 'text', text: { body: 'x' }, timestamp }))).at
    expect([at('1749416383'), at(1_749_416_383), at(1_749_416_383_123)]).to.deep.equal([
      1_749_416_383_000, 1_749_416_383_000, 1_749_416_383_123,
    ])
    for (const nonsense of [undefined, null, '', 'soon', -5, 1e300, {}, Number.NaN])
      expect(at(nonsense)).to.equal(receivedAt)
  })

  it('tells the same news a month later from its repetition', () => {
    const news = webhook({ event: 'ACCOUNT_RESTRICTION' }, 'account_update')
    const later = structuredClone(news)
    later.entry[0]!.time += 2_592_000
    expect(only(news).eventKey).to.equal(only(structuredClone(news)).eventKey)
    expect(only(news).eventKey).not.to.equal(only(later).eventKey)
  })

  for (const [what, body] of Object.entries({
    nothing: undefined,
    null: null,
    text: 'hello',
    'a list': [],
    'another product': { object: 'instagram', entry: [] },
    'no entries': { object: 'whatsapp_business_account' },
  }))
    it(`refuses ${what}`, () => {
      expect(() => parse(body))
        .to.throw()
        .with.property('code', 'not_a_whatsapp_webhook')
    })

  it('refuses more than it can carry', () => {
    const many = Array.from({ length: 2_001 }, (_, index) => message({ id: `wamid.${index}` }))
    expect(() => parse(messages(...many)))
      .to.throw()
      .with.property('code', 'webhook_too_long')
  })
})

describe('WhatsApp: any webhook', () => {
  const known = samples.map(({ body }) => body)
  const keyed = (items: Item[]) => items.map((item) => JSON.stringify(item)).sort()

  it('carries every item through shuffling, doubling and joining of posts', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(known, { minLength: 1 }), fc.nat(20), (picked, twice) => {
        const posts = [...picked, ...picked.slice(0, twice)]
        const apart = posts.flatMap((post) => parse(post))
        const joined = { object: 'whatsapp_business_account', entry: posts.flatMap(({ entry }) => entry) }
        expect(keyed(parse(joined))).to.deep.equal(keyed(apart))
        expect(new Set(apart.map(({ eventKey }) => eventKey))).to.deep.equal(
          new Set(picked.flatMap((post) => parse(post)).map(({ eventKey }) => eventKey)),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('never fails on a message, says it in our words, and reads it again the same', () => {
    const types = [
      'text',
      'image',
      'audio',
      'location',
      'contacts',
      'interactive',
      'button',
      'reaction',
      'edit',
      'system',
      'x',
    ]
    const anything = fc.anything({ withNullPrototype: false, withUnicodeString: true } as object).map(jsonish)
    const body = fc.record({
      body: fc.string(),
      id: anything,
      latitude: anything,
      mime_type: fc.string(),
      name: anything,
    })
    const arbitrary = fc.record({
      id: fc.string({ minLength: 1, maxLength: 300 }),
      from: fc.oneof(fc.string(), fc.integer(), fc.constant(undefined)),
      timestamp: anything,
      context: anything,
      errors: anything,
      type: fc.constantFrom(...types),
      said: fc.oneof(anything, body),
    })
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 5 }), anything, (list, contacts) => {
        const said = list.map(({ said, ...rest }) => jsonish({ ...rest, [rest.type]: said }))
        const items = parse(webhook({ metadata, contacts, messages: said }))
        expect(items).to.have.length(Math.max(1, list.length))
        for (const item of items) {
          if ('content' in item) Content.parse(item.content)
          expect(item.eventKey.length).to.be.within(1, 300)
          expect(parseItem(item.raw, receivedAt)).to.deep.equal(item)
        }
      }),
      { numRuns: 400 },
    )
  })
})

/** As it would come over the wire. */
const jsonish = (value: unknown): any => {
  const text = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? Number(each) : each))
  return text === undefined ? undefined : JSON.parse(text)
}
