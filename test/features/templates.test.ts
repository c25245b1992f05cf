import { expect } from 'chai'
import type { Api } from '../../client/api.ts'
import { templatesOf, type TemplateDraft } from '../../client/templates.ts'
import { TemplateWords } from '../../kernel/template.ts'
import type { Somebody } from '../../providers/whatsapp/simulator/simulator.ts'
import { FakeClock } from '../harness/clock.ts'
import { withApp } from '../harness/boot.ts'
import { Door } from '../harness/door.ts'
import { decisionsOf } from '../../store/queries/decisions.ts'

describe('a template of WhatsApp', () => {
  const clock = new FakeClock()
  const app = withApp({}, clock)
  let api: Api
  let person: Somebody
  let conversationId: string
  let made = 0
  const templates = () => templatesOf(api.http)
  before(async () => {
    clock.settle = () => app.settled()
    api = await app.business.as('owner')
    person = app.business.person('Lena Adler')
    person.sends('Hello')
    await app.settled()
    const [line] = (await api.conversations.list({})).items
    conversationId = line?.conversationId ?? ''
    await templates().sync()
    // Their window is closed from here on.
    await clock.advance(25 * 3_600_000)
    api = await app.business.as('owner')
  })
  afterEach(() => void app.simulator.clearFaults())

  const place = (slot: string, sample: string, fill = '') => ({ slot, sample, fill })
  const draft = (change: Partial<TemplateDraft> = {}, words: Partial<TemplateWords> = {}): TemplateDraft => ({
    channelId: app.business.channel.id,
    name: `visit_${String(++made)}`,
    language: 'en',
    category: 'utility',
    words: TemplateWords.parse({
      body: 'Hello {{1}}, your next visit with us is on {{2}} in the morning.',
      places: [place('body:1', 'Lena', '{{person.firstName|there}}'), place('body:2', 'Monday')],
      ...words,
    }),
    ...change,
  })
  const one = async (id: string) => (await templates().list({ limit: 100 })).items.find((each) => each.id === id)
  const channel = () => app.simulator.channel({ channelId: app.business.channel.id })
  const handedIn = async (said = draft()) => {
    const { id } = await templates().make(said)
    await templates().submit(id)
    await app.settled()
    return { id, name: said.name }
  }
  const send = (name: string, parameters: string[], rest: object = {}) =>
    api.conversations.send(conversationId, { content: { kind: 'template', name, language: 'en', parameters, ...rest } })
  const last = async () => (await api.conversations.messages(conversationId, {})).items.at(-1)
  const decisions = async () => {
    const of = { kind: 'conversation', id: conversationId, cursor: undefined, limit: 100 }
    const { items } = await decisionsOf(app.careline.storage.store, app.business.workspace.id, of)
    return items.filter(({ rule }) => rule.startsWith('guard.'))
  }
  const refused = (asked: Promise<unknown>) =>
    asked.then(
      () => ({}),
      (error: object) => error,
    )

  it('is read from WhatsApp, once and again, and what is gone there is gone here', async () => {
    const { items } = await templates().list({ status: 'approved' })
    expect(items.map(({ name }) => name)).to.include.members(['appointment_reminder', 'we_miss_you', 'sign_in_code'])
    expect(await templates().sync()).to.deep.equal({ made: 0, changed: 0, gone: 0, same: items.length })
  })

  it('is written, handed in, approved, and then offered and sent with the words that the person reads', async () => {
    const header = { format: 'text' as const, text: 'Your visit' }
    const buttons = [{ type: 'quick_reply' as const, text: 'I will come' }]
    const said = draft({}, { header, footer: 'Clinic', buttons })
    const begun = await templates().make(said)
    expect(begun).to.include({ status: 'draft', version: 1 })
    const offered = async () => (await templates().fitting(conversationId)).items
    expect((await offered()).map(({ name }) => name)).not.to.include(said.name)
    expect(await templates().submit(begun.id))
      .to.have.property('providerId')
      .that.is.a('string')
    await app.settled()
    expect(await one(begun.id)).to.include({ status: 'approved', providerStatus: 'APPROVED', rejectReason: null })

    const fits = (await offered()).find(({ name }) => name === said.name)
    expect(fits?.places).to.deep.equal([
      { slot: 'body:1', value: 'Lena' },
      { slot: 'body:2', value: '' },
    ])
    expect(fits?.shown.body).to.equal('Hello Lena, your next visit with us is on {{2}} in the morning.')

    await send(said.name, ['Lena', 'Friday'])
    await app.settled()
    const body = 'Hello Lena, your next visit with us is on Friday in the morning.'
    const shown = { header: 'Your visit', body, footer: 'Clinic', buttons: ['I will come'] }
    expect((await last())?.content).to.deep.include({ shown })
    expect(await last()).to.include({ status: 'delivered' })
    expect(person.chat().messages.at(-1)).to.deep.include({ shown: `Your visit\n\n${body}\n\nClinic` })
  })

  it('is sent by the names of its places, with the end of an address', async () => {
    const url = { type: 'url' as const, text: 'Look', url: 'https://clinic.test/visits/{{1}}' }
    const words = {
      body: 'Hello {{first_name}}, the plan of your next visit is ready for you.',
      buttons: [url],
      places: [place('body:first_name', 'Lena'), place('button:0', 'v17')],
    }
    const { name } = await handedIn(draft({}, words))
    await send(name, ['Lena'], { buttons: [{ index: 0, value: 'v18' }] })
    await app.settled()
    expect(await last()).to.include({ status: 'delivered' })
    const sent = app.simulator.sent.findLast(({ path }) => path.endsWith('/messages'))
    expect((sent?.body as any).template.components).to.deep.equal([
      { type: 'body', parameters: [{ type: 'text', parameter_name: 'first_name', text: 'Lena' }] },
      { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: 'v18' }] },
    ])
  })

  it('shows a file above its words: its own, or another of its kind', async () => {
    const bring = (bytes: Uint8Array, mime: string, purpose: 'template' | 'message') =>
      api.files.upload(bytes, { mime, name: 'plan.pdf', purpose })
    const sample = await bring(Buffer.from('%PDF-1.7 a sample'), 'application/pdf', 'template')
    const header = { format: 'document' as const, handle: '', file: { ...sample, fileName: 'plan.pdf' } }
    const { id, name } = await handedIn(draft({}, { header }))
    expect(await one(id)).to.include({ status: 'approved' })
    await templates().sync()
    const fits = (await templates().fitting(conversationId)).items.find((each) => each.name === name)
    expect(fits?.words.header, 'WhatsApp has an address of its own for it').to.deep.equal(header)

    expect(await refused(send(name, ['Lena', 'Friday']))).to.include({ code: 'template_parameters_mismatch' })
    const another = await bring(Buffer.from('%PDF-1.7 for Lena'), 'application/pdf', 'message')
    const file = { kind: 'document', ...another, fileName: 'for Lena.pdf' }
    await send(name, ['Lena', 'Friday'], { file })
    await app.settled()
    expect(await last()).to.include({ status: 'delivered' })
    const [shown] = person.chat().messages.slice(-1)
    expect(shown?.content).to.deep.include({ kind: 'template' })
    const mediaId = (shown?.content as any).file.mediaId as string
    expect(Buffer.from(app.simulator.ledger.media(mediaId)?.bytes ?? []).toString()).to.equal('%PDF-1.7 for Lena')
    expect(shown?.content).to.have.nested.property('file.fileName', 'for Lena.pdf')
  })

  it('shows a place above its words, and a product: another one each time', async () => {
    const components = () =>
      (app.simulator.sent.findLast(({ path }) => path.endsWith('/messages'))?.body as any).template.components[0]
    const placed = await handedIn(draft({}, { header: { format: 'location' } }))
    expect(await one(placed.id)).to.include({ status: 'approved' })
    expect(await refused(send(placed.name, ['Lena', 'Friday']))).to.include({ code: 'template_parameters_mismatch' })
    const location = { latitude: 48.1371, longitude: -11.5754, name: 'The clinic', address: 'Marienplatz 1' }
    await send(placed.name, ['Lena', 'Friday'], { location })
    await app.settled()
    expect(await last()).to.include({ status: 'delivered' })
    expect(person.chat().messages.at(-1)?.content).to.deep.include({ kind: 'template', location })
    expect(components()).to.deep.equal({
      type: 'header',
      parameters: [{ type: 'location', location: { ...location, latitude: '48.1371', longitude: '-11.5754' } }],
    })

    const button = { type: 'product' as const, text: 'View' }
    const shop = await handedIn(draft({}, { header: { format: 'product' }, buttons: [button] }))
    const product = { id: 'pot-17', catalogId: '194836987003835' }
    await send(shop.name, ['Lena', 'Friday'], { product })
    await app.settled()
    expect(person.chat().messages.at(-1)?.content).to.deep.include({ kind: 'template', product })
    expect(components()).to.deep.equal({
      type: 'header',
      parameters: [{ type: 'product', product: { product_retailer_id: 'pot-17', catalog_id: '194836987003835' } }],
    })
  })

  it('keeps the file of its own when somebody is forgotten who got it', async () => {
    const sample = await api.files.upload(Buffer.from('%PDF-1.7 for all'), {
      ...{ mime: 'application/pdf', name: 'all.pdf', purpose: 'template' },
    })
    const { name } = await handedIn(draft({}, { header: { format: 'document', handle: '', file: sample } }))
    const omar = app.business.person('Omar Said')
    omar.sends('Hello')
    await app.settled()
    const { items } = await api.conversations.list({})
    const line = items.find(({ conversation }) => conversation.name === 'Omar Said')
    const file = { kind: 'document', ...sample }
    const content = { kind: 'template', name, language: 'en', parameters: ['Omar', 'Friday'], file }
    await api.conversations.send(line?.conversationId ?? '', { content: content as never })
    await app.settled()
    const userId = line?.conversation.userId ?? ''
    await api.http.post(`/users/${userId}/erase`, { name: 'Omar Said' })
    expect(await api.files.card(sample.fileId)).to.include({ status: 'ready', purpose: 'template' })
  })

  it('is handed in with no other file than one that was brought for it', async () => {
    const other = await api.files.upload(Buffer.from('%PDF-1.7 secret'), { mime: 'application/pdf', name: 'x.pdf' })
    const header = { format: 'document' as const, handle: '', file: other }
    const { id } = await templates().make(draft({}, { header }))
    expect(await refused(templates().submit(id))).to.include({ code: 'invalid_template' })
    expect(await one(id)).to.include({ status: 'draft' })
  })

  it('of one-time codes is made, approved with the words of WhatsApp, and changed', async () => {
    const buttons = [{ type: 'otp' as const, how: 'copy_code' as const, text: 'Copy' }]
    const words = { body: '', places: [], buttons, warns: true, expiresMinutes: 10 }
    const { id } = await handedIn(draft({ category: 'authentication' }, words))
    const approved = await one(id)
    expect(approved).to.include({ status: 'approved', category: 'authentication' })
    const later = TemplateWords.parse({ ...words, expiresMinutes: 5 })
    const second = await templates().change({ id, rev: approved?.rev ?? 0 }, { words: later })
    await clock.advance(1_000)
    await templates().submit(second.id)
    await app.settled()
    await templates().sync()
    expect((await one(second.id))?.words).to.deep.include({ expiresMinutes: 5, warns: true })
  })

  it('is rejected with the reason and the advice of WhatsApp, changed, and handed in again', async () => {
    app.simulator.setFaults(channel(), { rejectTemplates: { reason: 'PROMOTIONAL', times: 1 } })
    const { id, name } = await handedIn()
    const rejected = await one(id)
    expect(rejected).to.include({ status: 'rejected', providerStatus: 'REJECTED' })
    expect(rejected?.rejectReason).to.match(/promotional/)
    expect(rejected?.advice).to.match(/MARKETING/)
    expect(await refused(send(name, ['Lena', 'Friday']))).to.include({ code: 'template_rejected' })
    const { words } = draft({}, { footer: 'Clinic' })
    await templates().change({ id, rev: rejected?.rev ?? 0 }, { words })
    await templates().submit(id)
    await app.settled()
    expect(await one(id)).to.include({ status: 'approved', rejectReason: null, version: 1 })
  })

  it('is refused as WhatsApp refuses it, before it is asked', async () => {
    const wrong = { body: '{{1}} is first', places: [place('body:1', 'It')] }
    const { id } = await templates().make(draft({}, wrong))
    const asked = app.simulator.sent.length
    expect(await refused(templates().submit(id))).to.include({ code: 'invalid_template', status: 422 })
    expect(app.simulator.sent.length).to.equal(asked)
    expect(await one(id)).to.include({ status: 'draft' })
  })

  it('stays a draft where WhatsApp takes none, with its own words', async () => {
    const { id } = await templates().make(draft())
    app.simulator.setFaults(channel(), { unavailable: true })
    expect(await refused(templates().submit(id))).to.include({ code: 'provider_unavailable' })
    expect(await one(id)).to.include({ status: 'draft', submittedAt: null })
  })

  it('that was approved goes on being sent while a later version is written, and no two are written', async () => {
    const { id, name } = await handedIn()
    const before = await one(id)
    const { words } = draft({}, { footer: 'The second' })
    const second = await templates().change({ id, rev: before?.rev ?? 0 }, { words })
    expect(second).to.include({ status: 'draft', version: 2 }).and.not.to.have.property('id', id)
    expect(await refused(templates().change({ id, rev: before?.rev ?? 0 }, { words }))).to.include({
      code: 'draft_exists',
    })
    await send(name, ['Lena', 'Friday'])
    // Meta tells in seconds: what it says in the same one is the same.
    await clock.advance(1_000)
    await templates().submit(second.id)
    await app.settled()
    expect(await one(second.id)).to.include({ status: 'approved', providerId: before?.providerId })
    expect(await one(id)).to.include({ status: 'archived' })
    await send(name, ['Lena', 'Friday'])
    await app.settled()
    expect((await last())?.content).to.have.nested.property('shown.footer', 'The second')
  })

  it('is told of in any order and twice: the latest word counts', async () => {
    const { id, name } = await handedIn()
    const told = (event: string, at: number) => {
      const { providerId } = known
      const value = { event, message_template_id: Number(providerId), message_template_name: name }
      const news = { ...value, message_template_language: 'en', reason: 'NONE' }
      const change = { field: 'message_template_status_update', value: news }
      const entry = { id: channel().businessId, time: Math.floor(at / 1_000), changes: [change] }
      return { object: 'whatsapp_business_account', entry: [entry] }
    }
    const known = (await one(id)) ?? { providerId: '' }
    const now = clock.now()
    const post = async (body: object) => {
      await new Door(app.url, app.business.channel).post(body)
      await app.settled()
    }
    await post(told('PAUSED', now + 10_000))
    await post(told('PAUSED', now + 10_000))
    await post(told('APPROVED', now + 5_000))
    expect(await one(id)).to.include({ status: 'paused' })
    await post(told('DELETED', now + 20_000))
    expect(await one(id)).to.equal(undefined)
  })

  describe('leaves exactly one decision that names it', () => {
    const cases: [what: string, code: string, make: () => Promise<string>, parameters?: string[]][] = [
      ['unknown', 'template_unknown', async () => 'no_such_template'],
      ['not handed in', 'template_not_approved', async () => (await templates().make(draft())).name],
      [
        'paused',
        'template_paused',
        async () => {
          const { name } = await handedIn()
          app.simulator.decide(channel(), { name, language: 'en' }, 'PAUSED')
          await app.settled()
          return name
        },
      ],
      [
        'switched off',
        'template_disabled',
        async () => {
          const { name } = await handedIn()
          app.simulator.decide(channel(), { name, language: 'en' }, 'DISABLED')
          await app.settled()
          return name
        },
      ],
      ['not filled in', 'template_parameters_mismatch', async () => (await handedIn()).name, ['Lena', ' ']],
      ['too long', 'template_too_long', async () => (await handedIn()).name, ['Lena', 'x'.repeat(1_000)]],
    ]
    for (const [what, code, make, parameters = ['Lena', 'Friday']] of cases)
      it(`because it is ${what}`, async () => {
        const name = await make()
        const before = await decisions()
        expect(await refused(send(name, parameters))).to.include({ code, status: 409 })
        const after = await decisions()
        expect(after).to.have.length(before.length + 1)
        const [decision] = after.filter(({ facts }) => facts['template'] === name)
        expect(decision).to.deep.include({ rule: 'guard.template@1' })
        expect(decision?.facts).to.include({ why: code, language: 'en' })
      })
  })

  it('that advertises needs the consent to marketing, whoever sends it', async () => {
    const { name } = await handedIn(draft({ category: 'marketing' }))
    expect(await refused(send(name, ['Lena', 'Friday']))).to.include({ code: 'consent_missing' })
  })

  it('that is deleted is deleted at WhatsApp, and goes to nobody', async () => {
    const { id, name } = await handedIn()
    const { rev = 0 } = (await one(id)) ?? {}
    await templates().remove({ id, rev })
    expect(app.simulator.ledger.templateOf(channel().businessId, name, 'en')).to.equal(undefined)
    expect(await refused(send(name, ['Lena', 'Friday']))).to.include({ code: 'template_unknown' })
    expect((await templates().sync()).gone).to.equal(0)
  })
})
