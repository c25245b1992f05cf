import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { signatureOf, verifySignature } from '../../../providers/whatsapp/signature.ts'

const published = JSON.parse(readFileSync(new URL('fixtures/signature.json', import.meta.url), 'utf8'))
const raw = Buffer.from(published.rawBody)
const hex: string = published.header.slice('sha256='.length)

describe('WhatsApp: the signature', () => {
  it('accepts what Meta signed', () => {
    expect(verifySignature(raw, published.header, [published.appSecret])).to.equal(true)
  })

  it('accepts the vector of GitHub, whose scheme Meta uses', () => {
    const header = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    expect(verifySignature(Buffer.from('Hello, World!'), header, ["It's a Secret to Everybody"])).to.equal(true)
  })

  it('accepts the old secret and the new one while they change', () => {
    expect(verifySignature(raw, published.header, ['new', published.appSecret])).to.equal(true)
    expect(verifySignature(raw, published.header, [published.appSecret, 'new'])).to.equal(true)
  })

  it('refuses a body that was parsed and written again', () => {
    expect(verifySignature(Buffer.from(published.reserialised), published.header, [published.appSecret])).to.equal(
      false,
    )
  })

  for (const [what, header] of Object.entries({
    'no header': undefined,
    'an empty header': '',
    'no prefix': hex,
    'another algorithm': `sha1=${hex}`,
    'a prefix in capitals': `SHA256=${hex}`,
    'a blank before it': ` sha256=${hex}`,
    'a line after it': `sha256=${hex}\n`,
    'too little': `sha256=${hex.slice(0, 62)}`,
    'too much': `sha256=${hex}00`,
    'no hex': `sha256=${'z'.repeat(64)}`,
    'two of them': `sha256=${hex}, sha256=${hex}`,
  }))
    it(`refuses ${what}`, () => {
      expect(verifySignature(raw, header, [published.appSecret])).to.equal(false)
    })

  it('refuses without a secret, and an empty secret', () => {
    expect(verifySignature(raw, published.header, [])).to.equal(false)
    expect(verifySignature(raw, signatureOf(raw, ''), [''])).to.equal(false)
  })

  it('refuses every flipped bit', () => {
    const bits = fc.nat(raw.length * 8 - 1)
    fc.assert(
      fc.property(bits, (bit) => {
        const forged = Buffer.from(raw)
        forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        return !verifySignature(forged, published.header, [published.appSecret])
      }),
      { numRuns: 300 },
    )
  })
})
