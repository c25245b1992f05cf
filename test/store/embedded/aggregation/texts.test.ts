import { expect } from 'chai'
import { codeOf, exactly } from '../exact.ts'
import { Binary, BSONRegExp, Decimal128, Long, openedStore, Timestamp } from '../harness.ts'

describe('embedded store: expressions of texts', () => {
  const opened = openedStore({ durability: 'relaxed' })
  const { computed } = exactly(opened)

  const document = { s: 'cafeteria', c: 'cafétéria', k: '寿司sushi', e: '😀x😀', n: null, l: Long.fromInt(7) }

  const cases: [expression: any, result: any][] = [
    [{ $concat: ['$s', '-', '$k'] }, 'cafeteria-寿司sushi'],
    [{ $concat: ['$s', '$nothing'] }, null],
    [{ $toUpper: 'abcé' }, 'ABCé'],
    [{ $toLower: 'ABCÉ' }, 'abcÉ'],
    [{ $toUpper: '$n' }, ''],
    [{ $toLower: '$l' }, '7'],
    [{ $toUpper: new Date(0) }, '1970-01-01T00:00:00.000Z'],
    [{ $strcasecmp: ['abc', 'ABD'] }, 'int:-1'],
    [{ $strcasecmp: ['b', null] }, 'int:1'],
    [{ $strcasecmp: ['é', 'É'] }, 'int:1'],
    [{ $strLenBytes: '$c' }, 'int:11'],
    [{ $strLenCP: '$c' }, 'int:9'],
    [{ $strLenCP: '$e' }, 'int:3'],
    [{ $substr: ['$s', 0, 4] }, 'cafe'],
    [{ $substrBytes: ['$k', 0, 6] }, '寿司'],
    [{ $substrBytes: ['$s', 3, -1] }, 'eteria'],
    [{ $substrBytes: ['$s', 20, 2] }, ''],
    [{ $substrCP: ['$e', 1, 5] }, 'x😀'],
    [{ $substrCP: ['$n', 0, 5] }, ''],
    [{ $indexOfBytes: ['$c', 't'] }, 'int:5'],
    [{ $indexOfCP: ['$c', 't'] }, 'int:4'],
    [{ $indexOfCP: ['$e', '😀', 1] }, 'int:2'],
    [{ $indexOfBytes: ['foo.bar.fi', '.', 5, 6] }, 'int:-1'],
    [{ $indexOfBytes: ['$n', 'x'] }, null],
    [{ $split: ['June-15-2013', '-'] }, ['June', '15', '2013']],
    [{ $split: ['banana split', 'a'] }, ['b', 'n', 'n', ' split']],
    [{ $split: ['$n', 'a'] }, null],
    [{ $trim: { input: '\u00a0 \n good  bye \0' } }, 'good  bye'],
    [{ $ltrim: { input: ' ggggoodbyeeeee', chars: ' gd' } }, 'oodbyeeeee'],
    [{ $rtrim: { input: ' ggggoodbyeeeee ', chars: 'e ' } }, ' ggggoodby'],
    [{ $trim: { input: '$n' } }, null],
    [{ $replaceOne: { input: 'a$a', find: 'a', replacement: { $literal: '$&' } } }, '$&$a'],
    [{ $replaceAll: { input: 'aba', find: 'a', replacement: { $literal: '$1' } } }, '$1b$1'],
    [{ $replaceAll: { input: 'ab', find: '', replacement: '-' } }, '-a-b-'],
    [{ $replaceAll: { input: 'ab', find: '$n', replacement: '-' } }, null],
    [{ $regexMatch: { input: 'Line\nfood', regex: '^F', options: 'im' } }, true],
    [{ $regexMatch: { input: '$n', regex: 'x' } }, false],
    [{ $regexFind: { input: '$e', regex: 'x(y)?(😀)' } }, { match: 'x😀', idx: 'int:1', captures: [null, '😀'] }],
    [{ $regexFind: { input: 'abc', regex: /B/ } }, null],
    [{ $regexFind: { input: 'abc', regex: /B/i } }, { match: 'b', idx: 'int:1', captures: [] }],
    [
      { $regexFindAll: { input: 'First lines\nsecond line', regex: '[a-z]?line(s)?' } },
      [
        { match: 'lines', idx: 'int:6', captures: ['s'] },
        { match: 'line', idx: 'int:19', captures: [null] },
      ],
    ],
    [
      { $map: { input: { $regexFindAll: { input: '$e', regex: 'x*' } }, in: '$$this.idx' } },
      ['int:0', 'int:1', 'int:2', 'int:3'],
    ],
    [{ $binarySize: '$k' }, 'int:11'],
    [{ $binarySize: new Binary(Buffer.alloc(5)) }, 'int:5'],
    [{ $bsonSize: { a: 1 } }, 'int:12'],
    [{ $tsSecond: new Timestamp({ t: 5, i: 7 }) }, 'long:5'],
    [{ $tsIncrement: new Timestamp({ t: 5, i: 7 }) }, 'long:7'],
    [{ $toString: Decimal128.fromString('1.50') }, '1.50'],
  ]
  for (const [expression, result] of cases)
    it(JSON.stringify(expression), async () => {
      expect(await computed(expression, document)).to.deep.equal(result)
    })

  it('refuses what MongoDB refuses, with its codes', async () => {
    const code = (expression: any) => codeOf(computed(expression, document))
    expect(await code({ $concat: ['a', 1] })).to.equal(16702)
    expect(await code({ $toUpper: [['a']] })).to.equal(16007)
    expect(await code({ $strLenCP: '$n' })).to.equal(34471)
    expect(await code({ $substrBytes: ['$c', 4, 1] })).to.equal(28656)
    expect(await code({ $substrBytes: ['$c', 0, 4] })).to.equal(28657)
    expect(await code({ $substrBytes: ['$c', -1, 4] })).to.equal(50752)
    expect(await code({ $split: ['a', ''] })).to.equal(40087)
    expect(await code({ $split: ['a', 1] })).to.equal(40086)
    expect(await code({ $indexOfCP: ['a', 'b', -1] })).to.equal(40097)
    expect(await code({ $trim: { input: 1 } })).to.equal(50699)
    expect(await code({ $replaceOne: { input: 1, find: '', replacement: '' } })).to.equal(51746)
    expect(await code({ $regexMatch: { input: 1, regex: 'a' } })).to.equal(51104)
    expect(await code({ $regexMatch: { input: 'a', regex: 1 } })).to.equal(51105)
    expect(await code({ $regexMatch: { input: 'a', regex: /a/i, options: 'i' } })).to.equal(51107)
    expect(await code({ $regexMatch: { input: 'a', regex: '(' } })).to.equal(51091)
    expect(await code({ $regexMatch: { input: 'a', regex: new BSONRegExp('a', 'i'), options: 'q' } })).to.equal(51107)
  })
})
