import { expect } from 'chai'
import fc from 'fast-check'
import { Pattern } from '../../../store/embedded/query/regex/pattern.ts'
import { codeOf } from './exact.ts'
import { openedStore } from './harness.ts'

describe('embedded store: regular expressions', () => {
  const opened = openedStore({ durability: 'relaxed' })
  const matches = (source: string, options: string, text: string) => new Pattern(source, options).test(text)
  /** What the whole match and its groups take. */
  const found = (source: string, text: string) => {
    const match = new Pattern(source, '').find(text)
    return match && [text.slice(match.start, match.end), ...match.groups.map((group) => group && text.slice(...group))]
  }

  // What PCRE says where JavaScript would say otherwise.
  const cases: [source: string, options: string, text: string, is: boolean][] = [
    ['a$', '', 'a\n', true],
    ['a\\z', '', 'a\n', false],
    ['a\\Z', '', 'a\n', true],
    ['\\Ab', 'm', 'a\nb', false],
    ['^b', 'm', 'a\nb', true],
    ['^$', 'm', 'a\n', false],
    ['a.b', '', 'a\rb', true],
    ['a.b', '', 'a\nb', false],
    ['a.b', 's', 'a\nb', true],
    ['^.$', '', '😀', true],
    ['\\s', '', '\u00a0', false],
    ['\\h', '', '\u00a0', true],
    ['\\d', '', '٣', false],
    ['\\p{Nd}', '', '٣', true],
    ['\\p{Lu}', '', 'É', true],
    ['\\p{Greek}', '', 'α', true],
    ['é', 'i', 'É', true],
    ['k', 'i', '\u212a', true],
    ['[a-z]', 'i', '\u212a', true],
    ['\\w', 'i', '\u212a', false],
    ['ß', 'i', 'ẞ', true],
    ['i', 'i', 'ı', false],
    ['a b # c', 'x', 'ab', true],
    ['a\\ b', 'x', 'a b', true],
    ['(?i)a(?-i)b', '', 'Ab', true],
    ['(?i)a(?-i)b', '', 'AB', false],
    ['(?s-i:a.)b', 'i', 'a\nB', true],
    ['[[:alpha:]_]+$', '', 'ab_', true],
    ['[]a]', '', ']', true],
    ['[a\\]]', '', ']', true],
    ['\\Qa.c\\E+$', '', 'a.ccc', true],
    ['\\Qa.c\\E', '', 'abc', false],
    ['\\x{1F600}', '', '😀', true],
    ['\\R', '', '\r\n', true],
    ['^\\R\\n', '', '\r\n', false],
    ['a{,2}', '', 'a{,2}', true],
    ['(?>a+)ab', '', 'aaab', false],
    ['a++b', '', 'aab', true],
    ['(a)\\1', '', 'aa', true],
    ['(?<x>a)\\k<x>', '', 'ab', false],
    ['(?P<x>a)(?P=x)', '', 'aa', true],
    ['(?i)(é)\\1', '', 'éÉ', true],
    ['(?<=ab|c)d', '', 'abd', true],
    ['(?<!b)d', '', 'bd', false],
    ['a(?!b)', '', 'abac', true],
    ['(?=.*\\d)(?=.*[a-z])^.{3,}$', '', 'a1b', true],
    ['x*', '', '', true],
    ['\\B', '', '1😀c', false],
  ]
  for (const [source, options, text, is] of cases)
    it(`/${source}/${options} ${is ? 'matches' : 'does not match'} ${JSON.stringify(text)}`, () => {
      expect(matches(source, options, text)).to.equal(is)
      expect(new Pattern(source, options).find(text) !== null).to.equal(is)
    })

  it('catches what PCRE catches', () => {
    expect(found('(a)|(b)', 'b')).to.deep.equal(['b', null, 'b'])
    expect(found('(a|ab)(c|bcd)', 'abcd')).to.deep.equal(['abcd', 'a', 'bcd'])
    expect(found('(a*)*', 'b')).to.deep.equal(['', ''])
    expect(found('(?:(a)|b)*', 'ab')).to.deep.equal(['ab', 'a'])
    expect(found('<.+?>', '<a><b>')).to.deep.equal(['<a>'])
    expect(found('(?=(a+))a', 'aa')).to.deep.equal(['a', 'aa'])
  })

  it('takes patterns that explode elsewhere in a moment', () => {
    const began = performance.now()
    expect(matches('(a+)+$', '', `${'a'.repeat(5000)}b`)).to.equal(false)
    expect(matches('(a|a)*b', '', 'a'.repeat(5000))).to.equal(false)
    expect(matches('(.*)*x', '', 'y'.repeat(5000))).to.equal(false)
    expect(matches('a*b', '', 'a'.repeat(200_000))).to.equal(false)
    expect(matches('.*.*.*=.*', '', 'x'.repeat(5000))).to.equal(false)
    expect(matches('^(([a-z])+.)+[A-Z]([a-z])+$', '', 'a'.repeat(5000))).to.equal(false)
    expect(performance.now() - began).to.be.lessThan(20_000)
  })

  it('gives up on what has no bound, with an error', async () => {
    const things = await opened.fresh()
    await things.insertOne({ text: 'a'.repeat(3000) })
    const find = (regex: any) => things.find({ text: { $regex: regex } }).toArray()
    expect(await codeOf(find('(a+)\\1+$b'))).to.equal(51156)
    expect(await codeOf(find('(x{1000}){1000}'))).to.equal(51091)
    expect(await codeOf(find('('.repeat(300) + ')'.repeat(300)))).to.equal(51091)
    expect(await codeOf(find('a'.repeat(20_000)))).to.equal(51091)
    // What PCRE has and this store has not, and what is no pattern at all.
    for (const source of [
      '(?R)',
      '(?(1)a)',
      '(*FAIL)',
      '(?|a)',
      'a\\Kb',
      '(',
      'a)',
      '*a',
      '[z-a]',
      '\\2(a)',
      '(?<=a+)b',
      'a{3,2}',
      '\\p{Nope}',
      '\\',
    ])
      expect(await codeOf(find(source)), source).to.equal(51091)
    expect(await codeOf(things.find({ text: { $regex: 'a', $options: 'g' } }).toArray())).to.equal(51108)
  })

  it('finds documents by any of the options, in lists too', async () => {
    const things = await opened.fresh()
    await things.insertMany([
      { _id: 1 as any, t: 'Été' },
      { _id: 2 as any, t: ['x', 'été\n'] },
      { _id: 3 as any, t: 5 },
    ])
    const ids = async (condition: any) =>
      (await things.find({ t: condition }).sort({ _id: 1 }).toArray()).map((each) => each._id)
    expect(await ids(/^été$/i)).to.deep.equal([1, 2])
    expect(await ids({ $regex: 'é t é', $options: 'x' })).to.deep.equal([2])
    expect(await ids({ $not: /é/ })).to.deep.equal([3])
    expect(await ids({ $in: [/^E/i, /^É/] })).to.deep.equal([1])
  })

  it('agrees with JavaScript where both mean the same, short texts or long', () => {
    const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '(?:a|b)', '(?:ab)', '(a)', 'c')
    const pieces = (...times: string[]) =>
      fc
        .array(
          fc.tuple(atom, fc.constantFrom(...times)).map(([a, each]) => a + each),
          { minLength: 1, maxLength: 4 },
        )
        .map((list) => list.join(''))
    const sequence = pieces('', '*', '+', '?', '*?', '{1,2}')
    // A turn of a loop that takes nothing ends it in PCRE, and is taken back in JavaScript.
    const full = pieces('', '+', '{1,2}')
    const group = fc.tuple(full, full, fc.constantFrom('', '*', '+')).map(([x, y, times]) => `(?:${x}|${y})${times}`)
    const source = fc.array(fc.oneof(sequence, group), { minLength: 1, maxLength: 3 }).map((list) => list.join(''))
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }).map((list) => list.join(''))
    const property = fc.property(source, text, (pattern, given) => {
      const theirs = new RegExp(pattern).exec(given)
      const ours = new Pattern(pattern, '').find(given)
      expect(ours && given.slice(ours.start, ours.end)).to.equal(theirs && theirs[0])
      expect(matches(pattern, '', given)).to.equal(theirs !== null)
    })
    fc.assert(property, { numRuns: 2000 })
  })
})
