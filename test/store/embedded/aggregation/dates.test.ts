import { expect } from 'chai'
import { codeOf, exactly } from '../exact.ts'
import { Long, ObjectId, openedStore, Timestamp } from '../harness.ts'

describe('embedded store: expressions of dates', () => {
  const opened = openedStore({ durability: 'relaxed' })
  const { computed } = exactly(opened)

  const at = (text: string) => new Date(`${text}Z`)
  const d = at('2017-01-01T01:29:09.123')
  const document = { d, id: new ObjectId('5ab9cbe531c2ab715d42129a'), t: new Timestamp({ t: 1, i: 1 }), n: null }
  const NEW_YORK = 'America/New_York'

  const cases: [expression: any, result: any][] = [
    [{ $year: '$d' }, 'int:2017'],
    [{ $year: { date: '$d', timezone: NEW_YORK } }, 'int:2016'],
    [{ $month: '$id' }, 'int:3'],
    [{ $second: '$t' }, 'int:1'],
    [{ $month: '$n' }, null],
    [{ $month: { date: '$d', timezone: '$n' } }, null],
    [{ $dayOfMonth: '$d' }, 'int:1'],
    [{ $dayOfWeek: '$d' }, 'int:1'],
    [{ $dayOfYear: at('2020-12-31T00:00') }, 'int:366'],
    [{ $hour: { date: '$d', timezone: '+0530' } }, 'int:6'],
    [{ $hour: { date: '$d', timezone: 'Asia/Kolkata' } }, 'int:6'],
    [{ $minute: ['$d'] }, 'int:29'],
    [{ $millisecond: at('1969-12-31T23:59:59.001') }, 'int:1'],
    [{ $week: '$d' }, 'int:1'],
    [{ $week: at('2016-01-01T00:00') }, 'int:0'],
    [{ $isoWeek: '$d' }, 'int:52'],
    [{ $isoWeekYear: '$d' }, 'long:2016'],
    [{ $isoDayOfWeek: '$d' }, 'int:7'],
    [
      { $dateToParts: { date: '$d', timezone: NEW_YORK } },
      {
        year: 'int:2016',
        month: 'int:12',
        day: 'int:31',
        hour: 'int:20',
        minute: 'int:29',
        second: 'int:9',
        millisecond: 'int:123',
      },
    ],
    [{ $getField: { field: 'isoWeek', input: { $dateToParts: { date: '$d', iso8601: true } } } }, 'int:52'],
    [{ $dateFromParts: { year: 2017, month: 2, day: 8, hour: 12 } }, at('2017-02-08T12:00')],
    [{ $dateFromParts: { year: 2017, month: 14, day: 0 } }, at('2018-01-31T00:00')],
    [{ $dateFromParts: { isoWeekYear: 2017, isoWeek: 6, isoDayOfWeek: 3, hour: 12 } }, at('2017-02-08T12:00')],
    [{ $dateFromParts: { year: 2016, month: 12, day: 31, hour: 23, timezone: NEW_YORK } }, at('2017-01-01T04:00')],
    [{ $dateFromParts: { year: '$n' } }, null],
    [{ $dateToString: { date: '$d' } }, '2017-01-01T01:29:09.123Z'],
    [{ $dateToString: { date: '$d', timezone: NEW_YORK } }, '2016-12-31T20:29:09.123'],
    [
      {
        $dateToString: { date: '$d', timezone: NEW_YORK, format: '%Y %b %B %d %H:%M:%S.%L %j %w %u %U %V %G %z %Z %%' },
      },
      '2016 Dec December 31 20:29:09.123 366 7 6 52 52 2016 -0500 -300 %',
    ],
    [{ $dateToString: { date: '$d', timezone: '+00:00' } }, '2017-01-01T01:29:09.123Z'],
    [{ $dateToString: { date: '$d', timezone: 'GMT' } }, '2017-01-01T01:29:09.123'],
    [{ $dateToString: { date: at('1850-01-01T12:00'), timezone: NEW_YORK } }, '1850-01-01T07:03:58.000'],
    [{ $dateToString: { date: at('2026-03-08T07:30'), timezone: NEW_YORK, format: '%H:%M%z' } }, '03:30-0400'],
    // A time that the change of clocks skips, and one that it has twice.
    [{ $dateFromString: { dateString: '2026-03-08 02:30', timezone: NEW_YORK } }, at('2026-03-08T07:30')],
    [{ $dateFromString: { dateString: '2026-11-01 01:30', timezone: NEW_YORK } }, at('2026-11-01T05:30')],
    [{ $dateToString: { date: '$n', onNull: 'none' } }, 'none'],
    [{ $dateToString: { date: '$n', onNull: null } }, null],
    [{ $dateFromString: { dateString: '2017-02-08T12:10:40.787' } }, at('2017-02-08T12:10:40.787')],
    [{ $dateFromString: { dateString: '2017-02-08' } }, at('2017-02-08T00:00')],
    [{ $dateFromString: { dateString: '2017-02-08T12:10:40+0530' } }, at('2017-02-08T06:40:40')],
    [{ $dateFromString: { dateString: '2017-02-08', timezone: NEW_YORK } }, at('2017-02-08T05:00')],
    [{ $dateFromString: { dateString: '20170208T121040' } }, at('2017-02-08T12:10:40')],
    [{ $dateFromString: { dateString: 'Sat, 21 Nov 2026 10:00:00 GMT' } }, at('2026-11-21T10:00')],
    [{ $dateFromString: { dateString: 'July 4th, 2017 3:05 pm' } }, at('2017-07-04T15:05')],
    [{ $dateFromString: { dateString: '02/08/2017' } }, at('2017-02-08T00:00')],
    [{ $dateFromString: { dateString: '06-15-2018', format: '%m-%d-%Y' } }, at('2018-06-15T00:00')],
    [{ $dateFromString: { dateString: '2018 week 3 day 2', format: '%G week %V day %u' } }, at('2018-01-16T00:00')],
    [{ $dateFromString: { dateString: '15 Aug 2019 +05:30', format: '%d %b %Y %z' } }, at('2019-08-14T18:30')],
    [{ $dateFromString: { dateString: 'tomorrow-ish', onError: 'no' } }, 'no'],
    [{ $dateFromString: { dateString: '2017-02-30', onError: 'no' } }, 'no'],
    [{ $dateFromString: { dateString: '$n', onNull: 'none' } }, 'none'],
    [{ $toDate: '2018-03-03T10:00:00Z' }, at('2018-03-03T10:00')],
    [{ $toDate: Long.fromNumber(1000) }, at('1970-01-01T00:00:01')],
    [{ $dateAdd: { startDate: at('2020-10-31T12:10:05'), unit: 'month', amount: 1 } }, at('2020-11-30T12:10:05')],
    [{ $dateAdd: { startDate: at('2024-02-29T00:00'), unit: 'year', amount: 1 } }, at('2025-02-28T00:00')],
    [
      { $dateAdd: { startDate: at('2020-11-30T00:00'), unit: 'quarter', amount: Long.fromInt(1) } },
      at('2021-02-28T00:00'),
    ],
    [{ $dateSubtract: { startDate: at('2021-03-31T00:00'), unit: 'month', amount: 13 } }, at('2020-02-29T00:00')],
    [
      { $dateAdd: { startDate: at('2020-10-31T05:00'), unit: 'day', amount: 2, timezone: NEW_YORK } },
      at('2020-11-02T06:00'),
    ],
    [
      { $dateAdd: { startDate: at('2020-11-01T05:50:02'), unit: 'hour', amount: 1, timezone: NEW_YORK } },
      at('2020-11-01T06:50:02'),
    ],
    [{ $dateDiff: { startDate: at('2020-12-31T23:59:59'), endDate: at('2021-01-01T00:00'), unit: 'year' } }, 'long:1'],
    [{ $dateDiff: { startDate: at('2021-01-02T00:00'), endDate: at('2021-01-03T00:00'), unit: 'week' } }, 'long:1'],
    [
      {
        $dateDiff: {
          startDate: at('2021-01-02T00:00'),
          endDate: at('2021-01-03T00:00'),
          unit: 'week',
          startOfWeek: 'Mon',
        },
      },
      'long:0',
    ],
    [
      {
        $dateDiff: {
          startDate: at('2020-11-01T04:00'),
          endDate: at('2020-11-02T05:00'),
          unit: 'hour',
          timezone: NEW_YORK,
        },
      },
      'long:25',
    ],
    [{ $dateDiff: { startDate: at('2021-05-31T00:00'), endDate: at('2021-02-01T00:00'), unit: 'month' } }, 'long:-3'],
    [
      { $dateDiff: { startDate: at('1969-12-31T23:59:59.9'), endDate: at('1970-01-01T00:00'), unit: 'second' } },
      'long:1',
    ],
    [{ $dateTrunc: { date: at('2021-03-20T11:30:05'), unit: 'hour', binSize: 2 } }, at('2021-03-20T10:00')],
    [{ $dateTrunc: { date: at('2021-03-20T11:30:05'), unit: 'quarter' } }, at('2021-01-01T00:00')],
    [
      {
        $dateTrunc: {
          date: at('2021-03-20T11:30:05'),
          unit: 'week',
          binSize: 2,
          timezone: 'America/Los_Angeles',
          startOfWeek: 'Monday',
        },
      },
      at('2021-03-15T07:00'),
    ],
    [{ $dateTrunc: { date: at('1999-12-31T23:00'), unit: 'month', binSize: 5 } }, at('1999-08-01T00:00')],
    [{ $dateTrunc: { date: '$n', unit: 'month' } }, null],
  ]
  for (const [expression, result] of cases)
    it(JSON.stringify(expression), async () => {
      expect(await computed(expression, document)).to.deep.equal(result)
    })

  it('refuses what MongoDB refuses, with its codes', async () => {
    const code = (expression: any) => codeOf(computed(expression, document))
    expect(await code({ $year: 1 })).to.equal(16006)
    expect(await code({ $year: { date: '$d', timezone: 'Mars/Olympus' } })).to.equal(40485)
    expect(await code({ $dateToString: { date: '$d', format: '%Q' } })).to.equal(18536)
    expect(await code({ $dateToString: { date: '$d', format: '%' } })).to.equal(18535)
    expect(await code({ $dateFromString: { dateString: 'no date' } })).to.equal(241)
    expect(await code({ $dateFromString: { dateString: '2017-02-08', format: '%Q', onError: 1 } })).to.equal(18536)
    expect(await code({ $dateFromString: { dateString: '2017-02-08Z', timezone: NEW_YORK } })).to.equal(241)
    expect(await code({ $dateFromParts: { year: 2017.5 } })).to.equal(40515)
    expect(await code({ $dateFromParts: { year: 10000 } })).to.equal(40523)
    expect(await code({ $dateFromParts: { year: 2017, month: 1e6 } })).to.equal(31034)
    expect(await code({ $dateAdd: { startDate: '$d', unit: 'eon', amount: 1 } })).to.equal(9)
    expect(await code({ $dateAdd: { startDate: '$d', unit: 'day', amount: 1.5 } })).to.equal(5166405)
    expect(await code({ $dateTrunc: { date: '$d', unit: 'day', binSize: 0 } })).to.equal(5439018)
  })
})
