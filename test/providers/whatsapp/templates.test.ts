import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { TemplateWords } from '../../../kernel/template.ts'
import type { TemplateCategory } from '../../../kernel/template.ts'
import { isNamed } from '../../../kernel/template-text.ts'
import { ProviderFailure } from '../../../providers/sender.ts'
import { templateNews } from '../../../providers/whatsapp/template-news.ts'
import { componentsOf, wordsOf } from '../../../providers/whatsapp/template-shape.ts'
import { cloudTemplates } from '../../../providers/whatsapp/templates.ts'
import { world } from './world.ts'

interface Published {
  name: string
  body: { name: string; language: string; category: string; components: object[]; message_send_ttl_seconds?: number }
}
const published: Published[] = JSON.parse(readFileSync(new URL('fixtures/templates.json', import.meta.url), 'utf8'))
const categoryOf = ({ category }: Published['body']) => category.toLowerCase() as TemplateCategory

describe('WhatsApp: templates', () => {
  let here: Awaited<ReturnType<typeof world>>
  before(async () => void (here = await world()))
  after(() => here.stop())
  afterEach(() => void here.simulator.clearFaults())

  const failure = (asked: Promise<unknown>) =>
    asked.then(
      () => undefined,
      (error: unknown) => (error instanceof ProviderFailure ? error.error : undefined),
    )
  const simple = (name: string, body = 'Your visit with us is on {{1}} in the morning.', change: object = {}) => {
    const places = [{ slot: 'body:1', sample: 'Monday', fill: '' }]
    const words = TemplateWords.parse({ body, places, ...change })
    return { name, language: 'en', category: 'utility' as const, words }
  }

  for (const { name, body } of published)
    it(`carries what was published, there and back: ${name}`, async () => {
      const { words, isForeign } = wordsOf(body.components, body.message_send_ttl_seconds)
      expect(isForeign).to.equal(false)
      expect(componentsOf(words, categoryOf(body))).to.deep.equal(body.components)
      const asked = { name: body.name, language: body.language, category: categoryOf(body), words: await shown(words) }
      const { providerId } = await cloudTemplates.create(here.whatsapp, asked)
      const [held] = await cloudTemplates.list(here.whatsapp, body.name)
      expect(held).to.deep.include({ providerId, isForeign: false, category: categoryOf(body) })
      expect(held && bare(held.words, asked.category)).to.deep.equal(bare(words, asked.category))
    })

  /** Meta's own examples name files that it had been brought. */
  async function shown(words: TemplateWords): Promise<TemplateWords> {
    const { header } = words
    if (!header || !('handle' in header)) return words
    const handle = await cloudTemplates.sample(here.whatsapp, pdf)
    return { ...words, header: { ...header, handle } }
  }
  /** Without what Meta says in its own words: the address of a file, and the text about a code. */
  function bare(words: TemplateWords, category: TemplateCategory): TemplateWords {
    const { header } = words
    const plain = header && 'handle' in header ? { ...words, header: { ...header, handle: '' } } : words
    return category === 'authentication' ? { ...plain, body: '', footer: '', places: [] } : plain
  }
  const pdf = { bytes: Buffer.from('%PDF-1.4 one'), mime: 'application/pdf', fileName: 'receipt.pdf' }

  it('reads all of an account, page by page', async () => {
    for (let n = 0; n < 101; n++) {
      const row = { id: String(900_000 + n), businessId: here.channel.businessId, name: `many_${String(n)}` }
      const rest = {
        language: 'en',
        category: 'UTILITY',
        ttlSeconds: null,
        status: 'APPROVED' as const,
        reason: 'NONE',
      }
      const components = [{ type: 'BODY', text: 'Hello' }]
      here.simulator.ledger.saveTemplate({ ...row, ...rest, components, at: 0, next: null })
    }
    const all = await cloudTemplates.list(here.whatsapp)
    expect(all.filter(({ name }) => name.startsWith('many_'))).to.have.length(101)
    for (let n = 0; n < 101; n++) here.simulator.ledger.removeTemplate(String(900_000 + n))
  })

  it('tells apart what it has no word for, and loses nothing beside it', () => {
    const { words, isForeign } = wordsOf([
      { type: 'BODY', text: 'Look' },
      { type: 'CAROUSEL', cards: [] },
    ])
    expect(isForeign).to.equal(true)
    expect(words.body).to.equal('Look')
    for (const strange of [
      undefined,
      null,
      'x',
      [{}],
      [{ type: 'BODY', text: 7 }],
      [{ type: 'BUTTONS', buttons: 'no' }],
    ])
      expect(() => wordsOf(strange)).not.to.throw()
  })

  it('names its places where they have names', async () => {
    const body = 'Hello {{first_name}}, your next visit with us is soon.'
    const places = [{ slot: 'body:first_name', sample: 'Lena', fill: '' }]
    const named = { ...simple('named'), words: TemplateWords.parse({ body, places }) }
    await cloudTemplates.create(here.whatsapp, named)
    expect(here.simulator.sent.at(-1)?.body).to.deep.include({ parameter_format: 'NAMED' })
    const [held] = await cloudTemplates.list(here.whatsapp, 'named')
    expect(held && isNamed(held.words)).to.equal(true)
    expect(held?.words.places).to.deep.equal(places)
  })

  it('is shown to reviewers by a file that was brought before', async () => {
    const picture = (handle: string) => ({ header: { format: 'image', handle } })
    const handle = await cloudTemplates.sample(here.whatsapp, { bytes: Buffer.from('\x89PNG'), mime: 'image/png' })
    const { providerId } = await cloudTemplates.create(here.whatsapp, simple('pictured', undefined, picture(handle)))
    const [held] = await cloudTemplates.list(here.whatsapp, 'pictured')
    expect(held).to.include({ providerId })
    expect(held?.words.header)
      .to.have.property('handle')
      .that.matches(/^https:/)
  })

  it('has the words of a code ready', async () => {
    const buttons = [{ type: 'otp', how: 'copy_code', text: '' }]
    const words = TemplateWords.parse({ buttons, warns: true, expiresMinutes: 10 })
    await cloudTemplates.create(here.whatsapp, { name: 'codes', language: 'en', category: 'authentication', words })
    const [held] = await cloudTemplates.list(here.whatsapp, 'codes')
    expect(held?.words).to.deep.include({ expiresMinutes: 10, warns: true })
    expect(held?.words.body).to.match(/^\*\{\{1\}\}\* is your verification code.* do not share/)
  })

  const refusals: [what: string, ask: () => Promise<unknown>, code: string][] = [
    ['of a wrong token', () => cloudTemplates.list({ ...here.whatsapp, token: 'EAAG-wrong' }), 'token_expired'],
    ['of another account', () => cloudTemplates.list({ ...here.whatsapp, businessId: '1' }), 'number_unknown'],
    [
      'of a name that is there',
      async () => {
        await cloudTemplates.create(here.whatsapp, simple('twice'))
        await cloudTemplates.create(here.whatsapp, simple('twice'))
      },
      'template_exists',
    ],
    [
      'that begins with a place',
      () => cloudTemplates.create(here.whatsapp, simple('x1', '{{1}} is it')),
      'template_malformed',
    ],
    [
      'without an example',
      () => cloudTemplates.create(here.whatsapp, simple('x2', undefined, { places: [] })),
      'template_malformed',
    ],
    ['of a name that is none', () => cloudTemplates.create(here.whatsapp, simple('No Name')), 'template_malformed'],
    [
      'with a file that nobody brought',
      () =>
        cloudTemplates.create(here.whatsapp, simple('x5', undefined, { header: { format: 'image', handle: '4::no' } })),
      'invalid_request',
    ],
    [
      'with a file of another kind',
      async () => {
        const handle = await cloudTemplates.sample(here.whatsapp, pdf)
        await cloudTemplates.create(here.whatsapp, simple('x6', undefined, { header: { format: 'image', handle } }))
      },
      'invalid_request',
    ],
    [
      'with a file that reviewers do not take',
      () => cloudTemplates.sample(here.whatsapp, { bytes: Buffer.from('RIFF'), mime: 'image/webp' }),
      'invalid_request',
    ],
    ['that is not there', () => cloudTemplates.edit(here.whatsapp, '12345', simple('x3')), 'number_unknown'],
    ['that is gone', () => cloudTemplates.remove(here.whatsapp, { providerId: '1', name: 'x4' }), 'invalid_request'],
  ]
  for (const [what, ask, code] of refusals)
    it(`is refused with WhatsApp’s own words: one ${what}`, async () => {
      const error = await failure(ask())
      expect(error).to.include({ code })
      expect(error?.title)
        .to.be.a('string')
        .and.not.to.match(/^(\(#|HTTP)/)
    })

  it('says that nobody was there, and that it can be tried again', async () => {
    here.simulator.setFaults(here.channel, { down: true })
    expect(await failure(cloudTemplates.list(here.whatsapp))).to.include({
      code: 'provider_unreachable',
      action: 'retry',
    })
  })

  it('hears what people make of it, and that its words or its purpose changed', () => {
    const named = { message_template_id: 17, message_template_name: 'visit', message_template_language: 'en' }
    const about = { providerId: '17', name: 'visit', language: 'en' }
    const quality = { ...named, previous_quality_score: 'GREEN', new_quality_score: 'YELLOW' }
    expect(templateNews('message_template_quality_update', quality)).to.deep.equal({ ...about, quality: 'YELLOW' })
    // Announced, and not so yet.
    const announced = { ...named, new_category: undefined, correct_category: 'MARKETING' }
    expect(templateNews('template_category_update', announced)).to.deep.equal(about)
    const buttons = [{ message_template_button_type: 'QUICK_REPLY', message_template_button_text: 'Yes' }]
    const changed = { ...named, message_template_element: 'Hello {{1}}, welcome', message_template_buttons: buttons }
    const news = templateNews('message_template_components_update', changed)
    expect(news?.words).to.deep.include({
      body: 'Hello {{1}}, welcome',
      buttons: [{ type: 'quick_reply', text: 'Yes' }],
    })
    expect(templateNews('message_template_status_update', { event: 'APPROVED' }), 'of nobody knows which').to.equal(
      undefined,
    )
    expect(templateNews('account_update', named)).to.equal(undefined)
  })
})
