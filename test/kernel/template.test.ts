import { expect } from 'chai'
import { spelledOut, whyUnsendable, type KnownTemplate } from '../../kernel/template-known.ts'
import { flawsOf } from '../../kernel/template-rules.ts'
import { TemplateWords } from '../../kernel/template.ts'
import { messageOf, placesIn, shownOf, slotsOf, valuesOf } from '../../kernel/template-text.ts'

const place = (slot: string, sample = 'x', fill = '') => ({ slot, sample, fill })
const words = (change: object = {}) =>
  TemplateWords.parse({
    body: 'Hello {{1}}, your next visit with us is on {{2}} in the morning.',
    places: [place('body:1'), place('body:2')],
    ...change,
  })
const written = (change: object = {}, about: object = {}) => ({
  ...{ name: 'visit', language: 'en', category: 'utility' as const },
  words: words(change),
  ...about,
})

describe('a template', () => {
  it('has its places in the order in which the provider takes them', () => {
    expect(placesIn('{{2}} and {{1}} and {{ 10 }} and {{2}}')).to.deep.equal(['1', '2', '10'])
    expect(placesIn('{{name}} and {{day}}')).to.deep.equal(['name', 'day'])
    const all = words({
      header: { format: 'text', text: 'For {{1}}' },
      buttons: [
        { type: 'quick_reply', text: 'a' },
        { type: 'url', text: 'b', url: 'https://a.b/{{1}}' },
        { type: 'copy_code' },
      ],
    })
    expect(slotsOf(all)).to.deep.equal(['header:1', 'body:1', 'body:2', 'button:1', 'button:2'])
  })

  it('says the same by its values as by the message with them', () => {
    const known = written({
      header: { format: 'text', text: 'For {{1}}' },
      footer: 'Clinic',
      buttons: [{ type: 'url', text: 'Look', url: 'https://a.b/{{1}}' }],
    })
    const values = { 'header:1': 'Lena', 'body:1': 'Lena', 'body:2': '$& Monday', 'button:0': 'v1' }
    const message = messageOf(known, values)
    expect(message).to.deep.include({
      parameters: ['Lena', '$& Monday'],
      header: 'Lena',
      buttons: [{ index: 0, value: 'v1' }],
    })
    expect(valuesOf(known.words, message)).to.deep.equal(values)
    expect(shownOf(known.words, values)).to.deep.equal({
      header: 'For Lena',
      body: 'Hello Lena, your next visit with us is on $& Monday in the morning.',
      footer: 'Clinic',
      buttons: ['Look'],
    })
  })

  const right: [string, object, object?][] = [
    ['as it should be', {}],
    ['by names', { body: 'Hello {{first_name}}, welcome to us all.', places: [place('body:first_name')] }],
    ['without places', { body: 'We are closed on Friday.', places: [] }],
    [
      'of codes',
      { body: '', places: [], buttons: [{ type: 'otp', how: 'copy_code', text: '' }] },
      { category: 'authentication' },
    ],
  ]
  for (const [what, change, about] of right)
    it(`is taken ${what}`, () => expect(flawsOf(written(change, about))).to.deep.equal([]))

  const wrong: [string, object, path: string, object?][] = [
    ['a name with spaces', {}, 'name', { name: 'My visit' }],
    ['a language that WhatsApp has not', {}, 'language', { language: 'tlh' }],
    ['nothing to say', { body: ' ' }, 'words.body'],
    ['a place at its beginning', { body: '{{1}}, your next visit with us is on {{2}} in the morning.' }, 'words.body'],
    ['a place at its end', { body: 'Hello {{1}}, your next visit with us is in the morning of {{2}}' }, 'words.body'],
    ['places side by side', { body: 'Hello {{1}} {{2}}, you are welcome to visit us again.' }, 'words.body'],
    ['too few words', { body: 'Hello {{1}} and {{2}} there' }, 'words.body'],
    [
      'a gap in its numbers',
      { body: 'Hello {{1}}, your next visit with us is on {{3}} in the morning.' },
      'words.body',
    ],
    ['numbers and names', { body: 'Hello {{1}}, your next visit with us is on {{day}} in the morning.' }, 'words.body'],
    ['a name of capitals', { body: 'Hello {{Name}}, your next visit is soon.' }, 'words.body'],
    ['an open brace', { body: 'Hello {{1}, your next visit is soon with us.' }, 'words.body'],
    ['three line breaks', { body: 'Hello\n\n\nyou', places: [] }, 'words.body'],
    ['no example', { places: [place('body:1')] }, 'words.places.body:2'],
    [
      'a variable that nobody knows',
      { places: [place('body:1', 'x', '{{person.shoe}}'), place('body:2')] },
      'words.places.body:1',
    ],
    ['an emoji in its header', { header: { format: 'text', text: 'Hello 🎉' } }, 'words.header'],
    ['two places in its header', { header: { format: 'text', text: '{{1}} and {{2}} here' } }, 'words.header'],
    ['a picture without one', { header: { format: 'image', handle: '' } }, 'words.header'],
    [
      'a picture that reviewers do not take',
      { header: { format: 'image', handle: '', file: { fileId: 'f', mime: 'image/webp' } } },
      'words.header',
    ],
    ['a picture that WhatsApp has', { header: { format: 'image', handle: 'https://scontent.test/1' } }, 'words.header'],
    ['a place in its footer', { footer: 'For {{1}}' }, 'words.footer'],
    [
      'two buttons alike',
      { buttons: [1, 2].map(() => ({ type: 'quick_reply', text: 'Yes' })) },
      'words.buttons.1.text',
    ],
    [
      'three addresses',
      { buttons: [1, 2, 3].map((n) => ({ type: 'url', text: `${n}`, url: 'https://a.b' })) },
      'words.buttons.2.type',
    ],
    ['an address that is none', { buttons: [{ type: 'url', text: 'a', url: 'a.b' }] }, 'words.buttons.0.url'],
    [
      'a place within an address',
      { buttons: [{ type: 'url', text: 'a', url: 'https://a.b/{{1}}/c' }] },
      'words.buttons.0.url',
    ],
    [
      'quick answers apart',
      {
        buttons: [
          { type: 'quick_reply', text: 'a' },
          { type: 'phone', text: 'b', phone: '+4915112345678' },
          { type: 'quick_reply', text: 'c' },
        ],
      },
      'words.buttons',
    ],
    [
      'words of its own for a code',
      { buttons: [{ type: 'otp', how: 'copy_code', text: '' }] },
      'words.body',
      { category: 'authentication' },
    ],
  ]
  for (const [what, change, path, about] of wrong)
    it(`is refused for ${what}`, () =>
      expect(flawsOf(written(change, about)).map((flaw) => flaw.path)).to.include(path))

  const known = (change: Partial<KnownTemplate> = {}): KnownTemplate => ({
    ...{ accountId: 'waba', name: 'visit', language: 'en', category: 'utility', isForeign: false },
    ...{ status: 'approved', rejectReason: null, words: words() },
    ...change,
  })
  const message = (parameters: string[], rest: object = {}) =>
    ({ kind: 'template', name: 'visit', language: 'en', parameters, ...rest }) as const

  it('goes with everything that it asks for, and nothing else', () => {
    expect(whyUnsendable(known(), message(['Lena', 'Monday']))).to.equal(undefined)
    for (const wrong of [['Lena'], ['Lena', 'Monday', 'more'], ['Lena', '  '], ['Lena', 'Mon\nday'], ['a     b', 'c']])
      expect(whyUnsendable(known(), message(wrong)), wrong.join()).to.include({ code: 'template_parameters_mismatch' })
    expect(whyUnsendable(known(), message(['Lena', 'Monday'], { header: 'x' }))).to.equal(undefined)
    const buttons = [{ index: 0, value: 'x' }]
    expect(whyUnsendable(known(), message(['Lena', 'Monday'], { buttons }))).to.include({
      code: 'template_parameters_mismatch',
    })
    const list = known({ words: words({ buttons: [{ type: 'products', text: 'View' }] }) })
    expect(whyUnsendable(list, message(['a', 'b']))).to.include({ code: 'template_unfit' })
    expect(whyUnsendable(known({ isForeign: true }), message(['a', 'b']))).to.include({ code: 'template_unfit' })
  })

  it('goes with the file above its words, of its own kind, and with none where it has none', () => {
    const pictured = known({ words: words({ header: { format: 'image', handle: 'h' } }) })
    const file = { kind: 'image', mime: 'image/png', fileId: 'file_1' } as const
    const mismatch = { code: 'template_parameters_mismatch' }
    expect(whyUnsendable(pictured, message(['a', 'b'], { file }))).to.equal(undefined)
    expect(whyUnsendable(pictured, message(['a', 'b']))).to.include(mismatch)
    expect(whyUnsendable(pictured, message(['a', 'b'], { file: { ...file, kind: 'document' } }))).to.include(mismatch)
    expect(whyUnsendable(known(), message(['a', 'b'], { file }))).to.include(mismatch)
  })

  it('goes with the place or the product above its words, and with nothing beside it', () => {
    const location = { latitude: 48.1, longitude: 11.5, name: 'Here', address: 'There 1' }
    const product = { id: 'pot-1', catalogId: '42' }
    const placed = known({ words: words({ header: { format: 'location' } }) })
    const shop = known({
      words: words({ header: { format: 'product' }, buttons: [{ type: 'product', text: 'View' }] }),
    })
    const mismatch = { code: 'template_parameters_mismatch' }
    expect(whyUnsendable(placed, message(['a', 'b'], { location }))).to.equal(undefined)
    expect(whyUnsendable(shop, message(['a', 'b'], { product }))).to.equal(undefined)
    const file = { kind: 'image', mime: 'image/png', fileId: 'file_1' } as const
    for (const wrong of [{}, { product }, { location, product }, { location, file }])
      expect(whyUnsendable(placed, message(['a', 'b'], wrong))).to.include(mismatch)
    expect(whyUnsendable(known(), message(['a', 'b'], { location }))).to.include(mismatch)
    expect(flawsOf(written({ header: { format: 'location' } }))).to.deep.equal([])
    expect(flawsOf(written({ header: { format: 'product' } }))).to.have.length(1)
  })

  it('is spelled out by what is known, whatever whoever sends it says of it', () => {
    const coupon = words({ buttons: [{ type: 'copy_code' }], places: [] })
    const forged = message(['a', 'b'], { names: ['x'], headerName: 'y', buttons: [{ index: 0, value: 'C' }] })
    const whole = spelledOut(known({ words: coupon }), forged)
    expect(whole).not.to.have.any.keys('names', 'headerName')
    expect(whole.buttons).to.deep.equal([{ index: 0, value: 'C', copies: true }])
  })
})
