import { expect } from 'chai'
import fc from 'fast-check'
import { otherSpellings, phoneOf, soleHolder, spellingsOf } from '../../kernel/phone.ts'

const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`))
/** Numbers of the three countries whose mobiles have two spellings, and of others, of any length. */
const number = fc
  .tuple(fc.constantFrom('55', '521', '52', '549', '54', '49', '1', '44', '91'), fc.integer({ min: 7, max: 11 }))
  .chain(([code, length]) => digits(length).map((rest) => code + rest))

describe('a phone number', () => {
  it('is read as people write it, and keeps the spelling in which it was sent', () => {
    const read = (written: string, country?: string) => phoneOf(written, country)?.e164
    expect(read('0151 234 567 89', 'DE')).to.equal('+4915123456789')
    expect(read('+49 (0) 151 23456789')).to.equal('+4915123456789')
    expect(read('(415) 555-2671', 'US')).to.equal('+14155552671')
    // libphonenumber would leave the 1 out.
    expect(read('+52 1 55 1234 5678')).to.equal('+5215512345678')
    expect(read('+52 55 1234 5678')).to.equal('+525512345678')
    expect(read('+55 11 8765-4321'), 'before the ninth digit').to.equal('+551187654321')
    expect(read('+55 11 98765-4321')).to.equal('+5511987654321')
  })

  it('is none where no such number can exist', () => {
    const nothing = [
      '',
      '+49',
      '0151 23456789',
      '+49 1512',
      'call +49 151 23456789',
      '+1 415 555 2671 ext. 3',
      '+0',
      '$ne',
    ]
    for (const written of nothing) expect(phoneOf(written), written).to.equal(undefined)
    expect(phoneOf('9'.repeat(65))).to.equal(undefined)
    expect(phoneOf('0151 23456789', 'no country')).to.equal(undefined)
  })

  it('says what it is: a number that costs its callers is no mobile', () => {
    const kinds = ['+4915123456789', '+493012345678', '+19005551234', '+447012345678', '+14155552671'].map(
      (one) => phoneOf(one)?.kind,
    )
    expect(kinds).to.deep.equal(['mobile', 'landline', 'costly', 'costly', 'mobile_or_landline'])
    expect(phoneOf('+4915123456789')).to.include({ country: 'DE', international: '+49 1512 3456789' })
  })

  it('knows the other spelling of mobiles in Brazil, Mexico and Argentina, and of no landline in Brazil', () => {
    const pairs = [
      ['5511987654321', '551187654321'],
      ['5215512345678', '525512345678'],
      ['5491123456789', '541123456789'],
    ]
    for (const [one = '', other = ''] of pairs) {
      expect(otherSpellings(one)).to.deep.equal([other])
      expect(otherSpellings(other)).to.deep.equal([one])
    }
    // A landline of São Paulo, and the mobile that has a ninth digit and its number.
    expect(otherSpellings('551134567890')).to.deep.equal([])
    expect(otherSpellings('5511934567890')).to.deep.equal([])
  })

  it('has at most one other spelling, which leads back, in the same country', () => {
    fc.assert(
      fc.property(number, (one) => {
        const others = otherSpellings(one)
        expect(others.length).to.be.lessThan(2)
        for (const other of others) {
          expect(otherSpellings(other)).to.deep.equal([one])
          expect(other.slice(0, 2)).to.equal(one.slice(0, 2))
          expect(other).to.not.equal(one)
        }
      }),
    )
  })

  it('is never rewritten: what was sent is what is kept, and read again it is the same', () => {
    fc.assert(
      fc.property(number, (one) => {
        const phone = phoneOf(`+${one}`)
        if (!phone) return
        expect(spellingsOf(phone.e164)).to.include.members([phone.e164])
        expect(phoneOf(phone.e164)).to.deep.equal(phone)
        if (otherSpellings(one).length > 0) expect(phone.e164).to.equal(`+${one}`)
      }),
    )
  })

  it('joins nobody with somebody else: whoever has a number in its own spelling keeps it, whatever others have', async () => {
    const owners = fc.uniqueArray(fc.tuple(number, fc.integer({ min: 1, max: 6 })), {
      selector: ([one]) => one,
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(owners, number, async (known, asked) => {
        const held = new Map(known.map(([one, owner]) => [one, `usr_${owner}`]))
        const holder = async (one: string) => held.get(one)
        const whose = async (one: string) => held.get(one) ?? (await soleHolder(otherSpellings(one), holder))
        for (const [one, owner] of held) expect(await whose(one)).to.equal(owner)
        const candidates = new Set([asked, ...otherSpellings(asked)].flatMap((one) => held.get(one) ?? []))
        const found = await whose(asked)
        if (found !== undefined) expect(candidates.has(found)).to.equal(true)
        if (!held.has(asked) && candidates.size !== 1) expect(found).to.equal(undefined)
      }),
    )
    expect(await soleHolder(['a', 'b'], async (one) => one), 'two people').to.equal(undefined)
    expect(await soleHolder(['a', 'b'], async () => 'the same')).to.equal('the same')
  })
})
